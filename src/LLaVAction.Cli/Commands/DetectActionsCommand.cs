using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Evaluation;
using LLaVAction.Evaluation.Detection;
using LLaVAction.Models.Engines;
using LLaVAction.Remote;
using LLaVAction.Scoring;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>detect-actions</c>.</summary>
internal sealed record DetectActionsOptions
{
    [Option("--benchmark", "Folder of the benchmark whose clips are asked about.", Value = "DIR")]
    public required string Benchmark { get; init; }

    [Option("--model", "Folder of the checkpoint, or its hub id in the Hugging Face cache; with --engine openai, the name that the service knows.", Value = "DIR|ID|NAME")]
    public required string Model { get; init; }

    [OptionGroup(Required = ["--videos"])]
    public VideoSource Videos { get; init; } = new();

    [Option("--output", "File of answers (JSON lines); the same command again asks only what is missing.", Value = "FILE", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--frames", "Frames of each interval.", Value = "N", Minimum = 1, Maximum = 10_000)]
    public int Frames { get; init; } = 16;

    [Option("--delta", "Seconds of padding before and after an action together, drawn as build-training-set draws them.", Value = "S", Minimum = 0)]
    public double DeltaSeconds { get; init; } = 5;

    [Option("--time-instruction", "Whether the prompt states the interval's length; auto: as the checkpoint was trained.")]
    public TimeInstructionChoice TimeInstruction { get; init; }

    [Option("--max-new-tokens", "Most tokens to generate.", Value = "N", Minimum = 1, Maximum = 32_768)]
    public int MaxNewTokens { get; init; } = 32;

    [Option("--limit", "N clips only.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--sample", "Which clips --limit takes, as evaluate-model's.")]
    public ClipSample Sample { get; init; }

    [Option("--ids", "Only the narration ids in this file, one per line.", Value = "FILE")]
    public string? Ids { get; init; }

    [OptionGroup]
    public ModelRuntime Runtime { get; init; } = new();

    [OptionGroup]
    public CheckpointOverrides Overrides { get; init; } = new();

    [OptionGroup]
    public RemoteService Service { get; init; } = new();

    [Option("--format", "How the scores are printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>detect-actions</c>: when do the actions of a set start and end.</summary>
internal sealed class DetectActionsCommand()
    : ToolCommand<DetectActionsOptions>("detect-actions", "Ask a model when the actions of a benchmark start and end: overlap, start and end error.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Temporal detection on two clips", "llavaction detect-actions --benchmark mqa-small --model model --videos videos --frames 4 --max-new-tokens 8 --limit 2 --output detections.jsonl"),
    ];

    public override async Task<int> RunAsync(DetectActionsOptions options, CommandContext context)
    {
        var benchmark = BenchmarkFolder.Open(options.Benchmark);
        if (benchmark.Manifest.PublishedBenchmark is not null)
        {
            throw new InputException($"{options.Benchmark}: the questions of an imported benchmark are about no actions.");
        }

        OutputFile.Prepare(options.Output, "--output");
        var ids = options.Ids is { } file ? IdFile.Read(file) : null;
        Question[] questions =
        [
            .. QuestionSelection.Read(benchmark, [], ids, options.Limit, options.Sample).Asked.SelectMany(static set => set.Questions).DistinctBy(static question => question.Id, StringComparer.Ordinal),
        ];
        var reader = options.Videos.Open()!;
        using var model = await OpenAsync(options, context);
        var settings = new DetectionSettings(
            options.Frames, options.DeltaSeconds, benchmark.Manifest.Seed, options.MaxNewTokens,
            options.TimeInstruction.IsOn(model.Description) ? options.TimeInstruction.StyleFor(model.Description) : null);
        var run = new DetectionRun(model, reader, settings);
        var done = new Dictionary<string, DetectionLine>(run.ReadDone(options.Output), StringComparer.Ordinal);
        await AskAsync(run, questions, done, options, context);

        DetectionLine[] lines = [.. questions.Select(question => done[question.Id])];
        foreach (var line in lines.Where(static line => line.Failure is not null))
        {
            context.Log.Warning("{Reason:l}", line.Failure!);
        }

        context.Results.Write(Tabulate(model.Description.Name, lines), options.Format);
        return Array.Exists(lines, static line => line.Failure is not null) ? ExitCode.Incomplete : ExitCode.Done;
    }

    private static async Task AskAsync(
        DetectionRun run, Question[] questions, Dictionary<string, DetectionLine> done, DetectActionsOptions options, CommandContext context)
    {
        Question[] left = [.. questions.Where(question => !done.ContainsKey(question.Id))];
        using var progress = context.StartProgress("asking", "clips", questions.Length, questions.Length - left.Length);
        if (left.Length == 0)
        {
            return;
        }

        // A line that a kill tore is ended first, so that it stays alone.
        await using var output = new FileStream(options.Output, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (output.Length > 0)
        {
            output.Seek(-1, SeekOrigin.End);
            if (output.ReadByte() != '\n')
            {
                output.WriteByte((byte)'\n');
            }
        }

        foreach (var question in left)
        {
            var line = await run.AskAsync(question, context.CancellationToken);
            done[question.Id] = line;
            await output.WriteAsync(DetectionRun.ToBytes(line), context.CancellationToken);
            await output.FlushAsync(context.CancellationToken);
            progress.Advance(1);
        }
    }

    private static async Task<IVideoLanguageModel> OpenAsync(DetectActionsOptions options, CommandContext context)
    {
        if (options.Runtime.Engine == EngineChoice.OpenAi)
        {
            var settings = options.Service.ToSettings(options.Output + ".requests.jsonl");
            return await RemoteModels.OpenAsync(options.Model, settings, RemoteService.ReadKey(settings), context.CancellationToken);
        }

        return options.Runtime.CreateEngine(context.LibTorchFolder).LoadModel(
            options.Runtime.Locate(options.Model), options.Overrides.Override(options.Runtime.ToModelOptions()) with { PromptsPerClip = 1, FramesPerClip = options.Frames });
    }

    private static Table Tabulate(string model, DetectionLine[] lines)
    {
        var table = new Table(
            new TableColumn("who", "Answers of"), TableColumn.Count("clips", "Clips"), TableColumn.Count("unparsed", "No interval"), TableColumn.Percent("overlap", "Mean overlap (IoU)"),
            TableColumn.Percent("overlap_half", "IoU of 0.5 or more"), TableColumn.Number("start_error", "Start error, s", 2), TableColumn.Number("end_error", "End error, s", 2));
        Add(model, DetectionRun.Score(lines));
        Add("the middle, without video", DetectionRun.ScoreOfMiddle(lines));
        return table;

        void Add(string who, TemporalScores scores) => table.Add(
            who, scores.Questions, scores.Unparsed, scores.MeanOverlap, scores.OverlapAtHalf, scores.MeanStartError, scores.MeanEndError);
    }
}
