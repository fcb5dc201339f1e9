using System.Text.Json.Serialization;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Evaluation;
using LLaVAction.Evaluation.Exchange;
using LLaVAction.Exchange;
using LLaVAction.Prompts;
using LLaVAction.Remote;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>Whom a benchmark is handed to.</summary>
internal enum ExportTarget
{
    [JsonStringEnumMemberName("huggingface")]
    HuggingFace,

    [JsonStringEnumMemberName("lmms-eval")]
    LmmsEval,

    [JsonStringEnumMemberName("vlmevalkit")]
    VlmEvalKit,

    [JsonStringEnumMemberName("openai-batch")]
    OpenAiBatch,
}

/// <summary>The options of <c>export-benchmark</c>.</summary>
internal sealed record ExportBenchmarkOptions
{
    [Argument("DIR", "Folder of the benchmark.")]
    public required string Benchmark { get; init; }

    [Option("--to", "What to write it for.")]
    public required ExportTarget Target { get; init; }

    [Option("--output", "Folder to write; for a batch, the folder of the run.", Value = "DIR", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--strategy", "Set to export; repeatable [default: all].", Value = "NAME")]
    public IReadOnlyList<string> Strategies { get; init; } = [];

    [Option("--ids", "Only the narration ids in this file, one per line.", Value = "FILE")]
    public string? Ids { get; init; }

    [Option("--limit", "Only the first N clips.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--prompt", "Perspective of the prompts: the camera wearer's (\"you\") or an observer's [default: egocentric; none for imported benchmarks].")]
    public PromptPerspective? Perspective { get; init; }

    [Option("--parquet", "huggingface: write Parquet instead of JSON lines.")]
    public bool IsParquet { get; init; }

    [OptionGroup]
    public VideoSource Videos { get; init; } = new();

    [Option("--frames", "vlmevalkit, openai-batch: frames per question; a batch takes several counts.", Value = "N[,N]", Minimum = 1, Maximum = 10_000)]
    public IReadOnlyList<int> Frames { get; init; } = [8];

    [Option("--model", "openai-batch: name of the model.", Value = "NAME")]
    public string? Model { get; init; }

    [Option("--scoring", "openai-batch: how answers are read, the headline first.", HasCommas = true)]
    public IReadOnlyList<ScoringChoice> Scoring { get; init; } = [];

    [Option("--rotations", "openai-batch: rotations of the options to ask, from 1 to K.", Value = "N", Minimum = 1, Maximum = 26)]
    public int Rotations { get; init; } = 1;

    [Option("--time-instruction", "openai-batch: whether the prompt states the clip's length; auto: with the paper's layout.")]
    public TimeInstructionChoice TimeInstruction { get; init; }

    [Option("--max-new-tokens", "openai-batch: most tokens of a written answer.", Value = "N", Minimum = 1, Maximum = 32_768)]
    public int? MaxNewTokens { get; init; }

    [OptionGroup]
    public RemoteService Service { get; init; } = new();
}

/// <summary><c>export-benchmark</c>: hands question sets to other programs.</summary>
internal sealed class ExportBenchmarkCommand()
    : ToolCommand<ExportBenchmarkOptions>("export-benchmark", "Write question sets for lmms-eval, VLMEvalKit, the Hugging Face Hub or an OpenAI batch.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("A dataset folder for the Hugging Face Hub", "llavaction export-benchmark mqa-small --to huggingface --output mqa-hub"),
        new("A task folder for lmms-eval", "llavaction export-benchmark mqa-small --to lmms-eval --output epic_mqa"),
        new(
            "An OpenAI batch, whose answers import-answers reads",
            "llavaction export-benchmark mqa-small --to openai-batch --videos videos --limit 2 --frames 4 --model gpt-4o-2024-08-06 --output runs/batch"),
    ];

    public override async Task<int> RunAsync(ExportBenchmarkOptions options, CommandContext context)
    {
        var benchmark = BenchmarkFolder.Open(options.Benchmark);
        if (options.Target == ExportTarget.OpenAiBatch)
        {
            return await WriteBatchAsync(options, benchmark, context);
        }

        var ids = options.Ids is { } file ? IdFile.Read(file) : null;
        var selection = QuestionSelection.Read(benchmark, options.Strategies, ids, options.Limit);
        var prompts = new PromptSettings
        {
            Published = benchmark.Manifest.PublishedBenchmark,
            Perspective = options.Perspective ?? (benchmark.Manifest.PublishedBenchmark is null ? PromptPerspective.Egocentric : PromptPerspective.None),
            HasVideo = false,
        };
        IReadOnlyList<string> failures = [];
        switch (options.Target)
        {
            case ExportTarget.HuggingFace:
                await QuestionExport.ToHuggingFaceAsync(options.Output, benchmark, selection.Asked, prompts, options.IsParquet);
                break;
            case ExportTarget.LmmsEval:
                QuestionExport.ToLmmsEval(options.Output, selection.Asked, prompts);
                break;
            default:
                failures = await WriteTablesAsync(options, selection, context);
                break;
        }

        context.Results.WriteLine($"{options.Output}: {string.Join(", ", selection.Asked.Select(static set => FormattableString.Invariant($"{set.Strategy} {set.Questions.Count} questions")))}.");
        foreach (var failure in failures)
        {
            context.Log.Warning("{Failure:l} Its questions are left out.", failure);
        }

        return failures.Count == 0 ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static int Workers => Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    private static async Task<IReadOnlyList<string>> WriteTablesAsync(ExportBenchmarkOptions options, QuestionSelection selection, CommandContext context)
    {
        if (options.Frames.Count != 1)
        {
            throw new InputException($"--frames {string.Join(',', options.Frames)}: a table shows one number of frames; expected one.");
        }

        var decoding = new DecodeAhead(OpenVideos(options), new FramePolicy(FramePolicyKind.Midpoint), Workers);
        using var progress = context.StartProgress("writing frames", "clips", WorkPlan.ClipOrder(selection.Asked).Count);
        return await new VlmEvalKitExport(options.Output, options.Service.ToSettings(null))
            .WriteAsync(selection.Asked, options.Frames[0], decoding, () => progress.Advance(1), context.CancellationToken);
    }

    private async Task<int> WriteBatchAsync(ExportBenchmarkOptions options, BenchmarkFolder benchmark, CommandContext context)
    {
        var model = options.Model ?? throw new InputException("--model is required: each request of a batch names its model.");
        var remote = Decide(options.Service.ToSettings(null));
        var evaluation = new EvaluateModelOptions
        {
            Benchmark = options.Benchmark,
            Strategies = options.Strategies,
            Model = model,
            Videos = options.Videos,
            Output = options.Output,
            Frames = options.Frames,
            Perspective = options.Perspective,
            TimeInstruction = options.TimeInstruction,
            Scoring = options.Scoring,
            Rotations = options.Rotations,
            MaxNewTokens = options.MaxNewTokens,
            Ids = options.Ids,
            Limit = options.Limit,
        };
        EvaluationPlan.Check(evaluation, benchmark.Manifest);
        var stored = Schema.SettingsOf(options);
        var plan = EvaluationPlan.Read(evaluation, benchmark, stored);
        var description = RemoteModels.Describe(model, remote);
        var reader = OpenVideos(options);
        using var run = EvaluationRun.Open(
            new EvaluationRequest
            {
                Selection = plan.Selection,
                Settings = plan.SettingsFor(description),
                Output = options.Output,
                DecodeWorkers = Workers,
                Configuration = stored,
            },
            description,
            reader.Layout);
        using var progress = context.StartProgress("writing requests", "questions", run.OfShard, run.OfShard - run.Left);
        var report = await run.ExportBatchAsync(model, remote, reader, done => progress.Advance(done), context.CancellationToken);
        context.Results.WriteLine(FormattableString.Invariant($"{options.Output}: {report.Requests} requests in {string.Join(", ", report.Files)}."));
        context.Results.WriteLine($"Send them as a batch, then: llavaction import-answers {options.Output} --from OUTPUT.jsonl");
        return report.FailedClips == 0 ? ExitCode.Done : ExitCode.Incomplete;
    }

    // The service cannot be asked what it offers, so the most exact form is taken unless another is named.
    private static RemoteSettings Decide(RemoteSettings remote) => remote with
    {
        Answers = remote.Answers != AnswerMode.Auto ? remote.Answers
            : remote.Layout == PromptLayout.PaperGpt4o ? AnswerMode.Structured
            : AnswerMode.LogProbabilities,
    };

    private static IFrameReader OpenVideos(ExportBenchmarkOptions options) =>
        options.Videos.Open() ?? throw new InputException("--videos is required: this export contains frames.");
}
