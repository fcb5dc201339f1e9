using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli;
using LLaVAction.Comparison;
using LLaVAction.Epic;
using LLaVAction.Evaluation.Parity;
using LLaVAction.Exchange.Formats;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Tokenization;
using LLaVAction.OtherBenchmarks;
using LLaVAction.Recognizers.Pickles;
using LLaVAction.Remote.Requests;
using LLaVAction.Scoring;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;
using LLaVAction.Training;

namespace LLaVAction.Fuzz;

/// <summary>Every reader of files, and every command that works with what they hold, each with small valid files.</summary>
internal static class FuzzTargets
{
    private const string Validation = "EPIC_100_validation.csv";

    /// <summary>What the last command that was run wrote to standard error.</summary>
    public static string LastError { get; private set; } = "";

    /// <summary>Makes the valid files, of the demo's data and the goldens, and the readers.</summary>
    public static async Task<IReadOnlyList<FuzzTarget>> CreateAsync(string seeds)
    {
        await MakeSeedsAsync(seeds);
        string Seed(string name) => Path.Combine(seeds, name);
        string Golden(string name) => Path.Combine(Repository.Root, "tests", "Goldens", name);
        var model = Demo("tiny-random");
        List<FuzzTarget> targets =
        [
            Of("annotations", Demo("annotations"), [Validation, "EPIC_100_verb_classes.csv"], folder => AnnotationPool.Unite(EpicCsvReader.Read(In(folder, Validation), ActionTaxonomy.Find(In(folder, Validation), null, null)))),
            Of("splits", Demo("annotations"), ["EPIC_100_tail_nouns.csv", "EPIC_100_unseen_participant_ids_validation.csv"], folder => SplitFiles.Read(folder, null)),
            Of("video-info", Demo("annotations"), ["EPIC_100_video_info.csv"], folder => VideoInfo.Read(In(folder, "EPIC_100_video_info.csv"))),
            Of("ids", Files(("ids.csv", "narration_id\n\"P01_11_0\"\nP01_11_1\n")), ["ids.csv"], folder => IdFile.Read(In(folder, "ids.csv"))),
            Of("folds", Files(("folds.csv", "narration_id,fold\nP01_11_0,0\nP01_11_1,1\n")), ["folds.csv"], folder => FoldFile.Read(In(folder, "folds.csv"))),
            Of("bias-scores", Files(("bias.csv", "strategy,id,bias_score\nrandom,P01_11_0,0.25\n")), ["bias.csv"], folder => SplitFiles.Read(null, In(folder, "bias.csv"))),
            .. DumpTargets.All(Golden),
            Of("torch", Load(Golden("avion-tiny"), "checkpoint.pt"), ["checkpoint.pt"], ReadTorch),
            Of("prices", Load(Path.Combine(Repository.Root, "configs"), "prices.json"), ["prices.json"], folder => PriceTable.Read(In(folder, "prices.json"))),
            Of("chat-reply", Files(("reply.json", Reply)), ["reply.json"], ReadReply),
            Of("answers", AnswerSeeds, [.. AnswerSeeds.Keys], ReadAnswers),
            Of("answer-text", Files(("answer.txt", "The answer is (B). take plate, between 1.5 and 3.25 seconds")), ["answer.txt"], folder => ReadAnswer(File.ReadAllText(In(folder, "answer.txt")))),
            Of("mixture", Seed("training"), ["mixture.yaml"], folder => MixtureFile.ReadRows(In(folder, "mixture.yaml"), 1)),
            Of("training", Seed("training"), ["manifest.json", "mqa-random-narration.jsonl"], VerifyTraining) with { Repair = RepairHash },
            Of("safetensors", Small(model), ["model.safetensors"], ReadTensors),
            Of("checkpoint", Small(model), ["config.json", "generation_config.json"], folder => Checkpoint.Open(folder).Dispose()),
            Of("checkpoint-hf", Small(Golden("models/tiny-a/hf")), ["config.json", "preprocessor_config.json", "video_preprocessor_config.json"], folder => Checkpoint.Open(folder).Dispose()),
            Of("adapter", Seed("adapter"), ["adapter_config.json", "adapter_model.safetensors"], folder => ReadTensors(new CheckpointPath(folder, model))),
            Of("tokenizer", Small(model), ["tokenizer.json", "tokenizer_config.json"], folder => ByteLevelTokenizer.Open(folder).Encode("take plate")),
            Of("tokenizer-files", Load(Golden("tokenizer/tiny"), "vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"), ["vocab.json", "merges.txt", "added_tokens.json"], folder => ByteLevelTokenizer.Open(folder).Encode("take plate")),
            Of("recogniser", Load(Seed("recogniser")), ["config.json", "classes.csv"], folder => RecognizerCheckpoint.Open(folder).Dispose()),
            Of("parity", Load(Golden("parity/demo"), "pack.json", "clip-000.safetensors", "clip-001.safetensors"), ["pack.json"], folder => ParityPack.Open(folder)),
            Run("verify", Seed("mqa"), ["manifest.json", "random.jsonl"], folder => ["verify-benchmark", folder]),
            Run("describe", Seed("mqa"), ["manifest.json", "avion.jsonl"], folder => ["describe-benchmark", folder, "--format", "json"]) with { Repair = RepairHash },
            Run("show", Seed("mqa"), ["manifest.json", "tim.jsonl"], folder => ["show", folder]) with { Repair = RepairHash },
            Run("compare", Seed("run"), ["run.json", "results-1of1.jsonl", "benchmark/random.jsonl"], folder => ["compare", folder, "--format", "json"]) with { Repair = RepairHash },
            Run("report", Seed("run"), ["run.json", "results-1of1.jsonl", "summary.json"], folder => ["report", folder, "-o", In(folder, "../report.html")]),
            Run("check", Seed("run"), ["baseline.json", "results-1of1.jsonl"], folder => ["check", folder, "--baseline", In(folder, "baseline.json")]),
            Run("import", Seed("mqa"), ["answers.csv"], folder => ["import-answers", In(folder, "../imported"), "--from", In(folder, "answers.csv"), "--benchmark", folder, "--model", "m", "--frames", "8", "--strategy", "random", "--retry-failed"]),
            Run("configuration", Files(("settings.yaml", "doctor:\n  frames: [8, 16]\n  format: json\nverbosity: quiet\n")), ["settings.yaml"], folder => ["presets", "--config", In(folder, "settings.yaml")]),
            Run("study", Seed("study"), ["study.yaml"], folder => ["study", In(folder, "study.yaml"), "--dry-run", "-o", In(folder, "../studied")]) with { Weight = 1 },
            Run("build", Seed("build"), [Validation, "avion.json"], folder => ["build-benchmark", "--annotations", In(folder, Validation), "--narrations", Path.Combine(Demo("annotations"), "EPIC_100_train.csv"), "--strategy", "avion=" + In(folder, "avion.json"), "--limit", "3", "--force", "-o", In(folder, "../built")]),
        ];
        return targets;
    }

    /// <summary>A reader of some files.</summary>
    public static FuzzTarget Of(string name, IReadOnlyDictionary<string, byte[]> files, IReadOnlyList<string> damaged, Action<string> read) => new(name, files, damaged, folder =>
    {
        read(folder);
        return 0;
    })
    { Weight = 8 };

    private static FuzzTarget Of(string name, string folder, IReadOnlyList<string> damaged, Action<string> read) => Of(name, Load(folder), damaged, read);

    // A command in this process, its exit code the result; a failure is run again for its stack.
    private static FuzzTarget Run(string name, IReadOnlyDictionary<string, byte[]> files, IReadOnlyList<string> damaged, Func<string, string[]> command) => new(name, files, damaged, folder =>
        RunAsync(command(folder)).GetAwaiter().GetResult() is var code and >= 0 and <= 3 ? code : RunAsync([.. command(folder), "--verbosity", "debug"]).GetAwaiter().GetResult());

    private static FuzzTarget Run(string name, string folder, IReadOnlyList<string> damaged, Func<string, string[]> command) => Run(name, Load(folder), damaged, command);

    private static async Task<int> RunAsync(params string[] arguments)
    {
        using var error = new StringWriter();
        var code = await CommandHost.RunAsync(arguments, new HostStreams(new Dictionary<string, string>(StringComparer.Ordinal), TextWriter.Null, error));
        LastError = error.ToString();
        return code;
    }

    /// <summary>The path of a file of a folder.</summary>
    public static string In(string folder, string name) => Path.GetFullPath(Path.Combine(folder, name));

    /// <summary>Files given as texts.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files(params (string Name, string Text)[] files) =>
        files.ToDictionary(static file => file.Name, static file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal);

    /// <summary>The files of a folder: all, or those named.</summary>
    public static IReadOnlyDictionary<string, byte[]> Load(string folder, params string[] names) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
        .Where(name => names.Length == 0 || names.Contains(name, StringComparer.Ordinal))
        .ToDictionary(static name => name, name => File.ReadAllBytes(Path.Combine(folder, name)), StringComparer.Ordinal);

    private static IReadOnlyDictionary<string, byte[]> Small(string folder) => Load(folder, "config.json", "generation_config.json", "preprocessor_config.json", "video_preprocessor_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

    private static string Demo(string name) => Path.Combine(Repository.Root, "data", "demo", name);

    private static async Task MakeSeedsAsync(string seeds)
    {
        string[] sources = ["--annotations", Path.Combine(Demo("annotations"), Validation), "--narrations", Path.Combine(Demo("annotations"), "EPIC_100_train.csv"), "--limit", "6"];
        string[] dumps = ["--strategy", "random", "--strategy", "avion=" + Demo("predictions/avion_pred_ids_val.json"), "--strategy", "tim=" + Demo("predictions/tim_pred_ids_val.json")];
        var (mqa, run) = (Path.Combine(seeds, "mqa"), Path.Combine(seeds, "run"));
        await MakeAsync(["build-benchmark", .. sources, .. dumps, "-o", mqa]);
        await MakeAsync("build-training-set", "--annotations", Path.Combine(Demo("annotations"), "EPIC_100_train.csv"), "--strategy", "random", "--limit", "6", "-o", Path.Combine(seeds, "training"));
        await MakeAsync("evaluate-model", "--benchmark", mqa, "--model", Demo("tiny-random"), "--control", "blind", "--frames", "2", "-o", run);
        await MakeAsync("check", run, "--write-baseline", Path.Combine(run, "baseline.json"));
        new TestAdapter(Demo("tiny-random")).Write(Path.Combine(seeds, "adapter"));

        using (var recogniser = new TemporaryFolder())
        {
            Directory.Move(RecognizerGoldens.Convert(recogniser), Path.Combine(seeds, "recogniser"));
        }

        // Lines without a checksum are read too; with one, no damage would get past it.
        var results = Path.Combine(run, "results-1of1.jsonl");
        await File.WriteAllLinesAsync(results, (await File.ReadAllLinesAsync(results)).Select(static line => line[..line.LastIndexOf(",\"checksum\"", StringComparison.Ordinal)] + "}"));
        var ids = (await File.ReadAllLinesAsync(Path.Combine(mqa, "random.jsonl"))).Select(static line => line.Split('"')[3]);
        await File.WriteAllTextAsync(Path.Combine(mqa, "answers.csv"), "id,strategy,answer\n" + string.Concat(ids.Select(static id => $"{id},random,B. take plate\n")));
        Directory.CreateDirectory(Path.Combine(seeds, "study"));
        await File.WriteAllTextAsync(Path.Combine(seeds, "study", "study.yaml"), $"""
            build-benchmark:
              annotations: {Path.Combine(Demo("annotations"), Validation)}
              narrations: {Path.Combine(Demo("annotations"), "EPIC_100_train.csv")}
              strategy: [random, avion={Demo("predictions/avion_pred_ids_val.json")}]
              provenance: [avion=simulated]
            evaluate-model:
              control: blind
              frames: 8,16
            runs:
              tiny:
                model: {Demo("tiny-random")}
            compare:
              annotations-folder: {Demo("annotations")}
            """);
        Directory.CreateDirectory(Path.Combine(seeds, "build"));
        File.Copy(Path.Combine(Demo("annotations"), Validation), Path.Combine(seeds, "build", Validation));
        File.Copy(Demo("predictions/avion_pred_ids_val.json"), Path.Combine(seeds, "build", "avion.json"));
    }

    private static async Task MakeAsync(params string[] command)
    {
        if (await RunAsync(command) != 0)
        {
            throw new InvalidOperationException($"The seeds cannot be made: {string.Join(' ', command)}: {LastError}");
        }
    }

    // The hash of the damaged file in the place of the whole one's, in the manifests and records that name it.
    private static void RepairHash(string folder, string file)
    {
        if (file.EndsWith(".jsonl", StringComparison.Ordinal) && !file.StartsWith("results", StringComparison.Ordinal))
        {
            foreach (var record in (string[])["manifest.json", "run.json"])
            {
                var path = Path.Combine(folder, record);
                if (File.Exists(path))
                {
                    File.WriteAllText(path, WithHash(File.ReadAllText(path), Path.GetFileNameWithoutExtension(file), File.ReadAllBytes(Path.Combine(folder, file))));
                }
            }
        }
    }

    // Every hash that follows the file's name in a record, up to the next file's.
    private static string WithHash(string record, string name, byte[] content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        return System.Text.RegularExpressions.Regex.Replace(
            record, $$"""("(?:strategy|file)": ?"{{name}}(?:\.jsonl)?"[^{}]*?"(?:asked_)?sha256": ?")[0-9a-f]{64}""", match => match.Groups[1].Value + hash);
    }

    private static void ReadTorch(string folder)
    {
        using var torch = TorchFile.Open(In(folder, "checkpoint.pt"));
        foreach (var tensor in torch.StateDict().Values)
        {
            torch.Read(tensor);
        }
    }

    private static void ReadTensors(string folder) => ReadTensors(new CheckpointPath(folder));

    private static void ReadTensors(CheckpointPath path)
    {
        using var checkpoint = Checkpoint.Open(path);
        foreach (var tensor in checkpoint.Tensors.Values)
        {
            _ = tensor.ByteLength > 0 ? tensor.GetBytes(tensor.ByteLength - 1, 1)[0] : 0;
        }
    }

    private static void ReadAnswers(string folder)
    {
        foreach (var file in AnswerSeeds.Keys)
        {
            AnswerFiles.Read(In(folder, file), AnswerFormat.Auto);
        }
    }

    private static void ReadReply(string folder)
    {
        try
        {
            ChatReply.Parse(File.ReadAllBytes(In(folder, "reply.json")));
        }
        catch (JsonException)
        {
            // A service's answer is no user's input: it is asked again.
        }
    }

    private static void VerifyTraining(string folder)
    {
        if (TrainingFolder.Find(folder) is { } found)
        {
            TrainingVerifier.Verify(found);
        }
    }

    private static void ReadAnswer(string answer)
    {
        string[] options = ["take plate", "put down plate", "wash plate", "take cup", "open drawer"];
        StagedParser.Read(answer, options);
        ReferenceParser.Read(answer, options);
        TemporalAnswer.Read(answer);
        PublishedParsers.EgoSchema(answer, options);
        PublishedParsers.NextQa(answer, options);
        PublishedParsers.MvBench(answer);
        PublishedParsers.VideoMme(answer);
        PublishedParsers.VideoMmeOfPaper(answer);
        PublishedParsers.LongVideoBench(answer);
        PublishedParsers.PerceptionTest(answer);
    }

    private const string Reply = """{"id":"1","model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"B","refusal":null},"logprobs":{"content":[{"token":"B","logprob":-0.1,"top_logprobs":[{"token":"B","logprob":-0.1},{"token":"A","logprob":-3}]}]}}],"usage":{"prompt_tokens":100,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":0}}}""";

    private static IReadOnlyDictionary<string, byte[]> AnswerSeeds { get; } = Files(
        ("table.csv", "id,strategy,frames,answer\nP01_11_0,random,8,\"B. take plate\"\n"),
        ("table.jsonl", "{\"id\":\"P01_11_0\",\"strategy\":\"random\",\"answer\":\"B\"}\n"),
        ("batch.jsonl", $$"""{"id":"b","custom_id":"random/P01_11_0/8/0/0123456789abcdef","response":{"status_code":200,"body":{{Reply}}},"error":null}""" + "\n"),
        ("samples.jsonl", """{"doc_id":0,"doc":{"id":"P01_11_0","strategy":"random"},"filtered_resps":["B"],"resps":[["B"]]}""" + "\n"),
        ("vlmevalkit.tsv", "index\tid\tprediction\n0\tP01_11_0\tB\n"));
}
