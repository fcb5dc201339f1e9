using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Runs;

/// <summary>
/// A benchmark over the synthetic kitchen, and runs of it as <c>evaluate-model</c> leaves them, with made-up answers: what
/// <c>compare</c>, <c>report</c> and <c>check</c> read, without a model.
/// </summary>
internal sealed class RunsFolder : IDisposable
{
    public const int Options = 5;
    private readonly TemporaryFolder _folder = new();

    /// <summary>Builds the benchmark.</summary>
    /// <param name="limit">Clips asked about; null for all 96.</param>
    public RunsFolder(int? limit = null)
    {
        Build("mqa", limit is { } number ? ["--limit", number.ToString(CultureInfo.InvariantCulture)] : []);
    }

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    /// <summary>Builds another benchmark.</summary>
    public void Build(string name, params string[] more)
    {
        var demo = Path.Combine(Repository.Root, "data", "demo");
        string Annotations(string file) => Path.Combine(demo, "annotations", file);
        var result = CliHost.RunAsync(
        [
            "build-benchmark", "--annotations", Annotations("EPIC_100_validation.csv"), "--narrations", Annotations("EPIC_100_train.csv"),
            "--strategy", "random", "--strategy", $"tim={Path.Combine(demo, "predictions", "tim_pred_ids_val.json")}", "--provenance", "tim=simulated",
            "--output", _folder[name], .. more,
        ]).GetAwaiter().GetResult();
        Assert.True(result.ExitCode == 0, result.Error);
    }

    /// <summary>Writes a run with answers for every question, frame count and rotation, and tells its folder.</summary>
    /// <param name="name">Name of the folder.</param>
    /// <param name="skill">Share of right answers.</param>
    /// <param name="seed">Which answers are right.</param>
    /// <param name="change">Changes or, by false, leaves out a result line.</param>
    /// <param name="identity">Changes what identifies the run.</param>
    /// <param name="benchmark">The benchmark asked.</param>
    public string Make(
        string name, double skill, int seed, Func<JsonObject, bool>? change = null, Func<RunIdentity, RunIdentity>? identity = null, string benchmark = "mqa")
    {
        var opened = BenchmarkFolder.Open(_folder[benchmark]);
        var sets = opened.Manifest.Sets.Select(set => new AskedSet(set.Strategy, opened.ReadSet(set.Strategy).Questions)).ToArray();
        var record = Record(opened, sets);
        record = record with { Identity = (identity ?? (same => same))(record.Identity) };
        RunFolder.Join(_folder[name], record, sets, File.ReadAllBytes(Path.Combine(_folder[benchmark], "manifest.json")));
        var random = new Random(seed);
        var text = new StringBuilder();
        foreach (var set in sets)
        {
            foreach (var question in set.Questions)
            {
                foreach (var frames in record.Identity.Frames.Counts)
                {
                    for (var rotation = 0; rotation < record.Identity.Rotations; rotation++)
                    {
                        var line = Line(question, frames, rotation, skill, random);
                        if (change is null || change(line))
                        {
                            text.Append(line.ToJsonString()).Append('\n');
                        }
                    }
                }
            }
        }

        File.WriteAllText(Path.Combine(_folder[name], "results-1of1.jsonl"), text.ToString());
        return _folder[name];
    }

    /// <summary>Makes a line one of a clip that could not be decoded.</summary>
    public static void Fail(JsonObject line)
    {
        (line["letter_logprobs"], line["letter_mass"], line["predicted_index"]) = (null, null, null);
        (line["predictions"], line["correct"], line["status"], line["rule"]) = (new JsonObject(), false, "decode_error", "damaged");
        line["frame_seconds"] = new JsonArray();
    }

    /// <summary>Makes a line choose another option, with scores that say so by far.</summary>
    public static void Choose(JsonObject line, int choice)
    {
        (line["predicted_index"], line["correct"]) = (choice, choice == (int?)line["answer_index"]);
        line["predictions"] = new JsonObject { ["letter"] = choice };
        line["letter_logprobs"] = new JsonArray([.. Enumerable.Range(0, Options).Select(option => JsonValue.Create(Math.Log(option == choice ? 0.9 : 0.025)))]);
    }

    private static JsonObject Line(Question question, int frames, int rotation, double skill, Random random)
    {
        var answer = question.AnswerIndex!.Value;
        var choice = random.NextDouble() < skill ? answer : (answer + 1 + random.Next(Options - 1)) % Options;
        var line = new JsonObject
        {
            ["id"] = question.Id,
            ["strategy"] = question.Strategy,
            ["frames"] = frames,
            ["rotation"] = rotation,
            ["option_order"] = new JsonArray([.. Enumerable.Range(0, Options).Select(letter => JsonValue.Create((letter + rotation) % Options))]),
            ["letter_logprobs"] = null,
            ["letter_mass"] = 0.75,
            ["text"] = null,
            ["predictions"] = new JsonObject(),
            ["predicted_index"] = null,
            ["answer_index"] = answer,
            ["correct"] = null,
            ["status"] = "ok",
            ["rule"] = null,
            ["frame_seconds"] = new JsonArray([.. Enumerable.Range(0, frames).Select(frame => JsonValue.Create(question.StartSeconds + (0.25 * frame)))]),
            ["decode_ms"] = 1.5,
            ["vision_ms"] = 2.5,
            ["prefill_ms"] = 3.5,
            ["question_ms"] = 4.5,
        };
        Choose(line, choice);
        return line;
    }

    private static RunRecord Record(BenchmarkFolder benchmark, AskedSet[] sets) => new()
    {
        SchemaVersion = RunRecord.CurrentSchemaVersion,
        Environment = new Dictionary<string, string> { ["runtime"] = "test" },
        Configuration = new Dictionary<string, string> { ["frames"] = "2,4" },
        Identity = new RunIdentity
        {
            ToolVersion = ToolVersion.Current,
            Benchmark = new RunBenchmark
            {
                ManifestSha256 = benchmark.ManifestSha256,
                Protocol = Protocol.Mqa,
                Representation = Representation.Narration,
                OptionsPerQuestion = Options,
                Clips = sets[0].Questions.Count,
                Sets = [.. sets.Select(set => new RunSet
                {
                    Strategy = set.Strategy,
                    Provenance = set.Strategy == "random" ? Provenance.Unstated : Provenance.Simulated,
                    Sha256 = AskedSet.Sha256(set.ToBytes()),
                    QuestionsInSet = set.Questions.Count,
                    QuestionsAsked = set.Questions.Count,
                    AskedSha256 = AskedSet.Sha256(set.ToBytes()),
                })],
            },
            Model = new RunModel
            {
                Name = "one",
                Hash = "1",
                Engine = "cpu",
                Device = "cpu",
                Precision = "float32",
                Settings = new SortedDictionary<string, string> { ["pooling"] = "bilinear" },
                OverriddenSettings = new SortedDictionary<string, string>(),
                HasRandomWeights = false,
            },
            Prompt = new RunPrompt
            {
                Task = PromptTask.MultipleChoice,
                Perspective = PromptPerspective.Egocentric,
                HasTimeInstruction = false,
                PriorActions = "none",
                Texts = new SortedDictionary<string, string> { ["mqa"] = "{options}" },
            },
            Frames = new RunFrames { Counts = [2, 4], Policy = FramePolicyKind.Midpoint, ClipLength = null, VideoLayout = "epic" },
            Scoring = [AnswerScoring.Letter],
            Rotations = 1,
            MaxNewTokens = 0,
            Control = Control.None,
        },
    };
}
