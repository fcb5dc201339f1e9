using LLaVAction.Benchmarks;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Evaluation;
using LLaVAction.Models.Settings;
using LLaVAction.Prompts;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Commands;

/// <summary>How answers are read.</summary>
internal enum ScoringChoice
{
    Letter,

    Generate,

    Staged,

    Strict,

    Published,
}

/// <summary>Whether prompts state the clip's length.</summary>
internal enum TimeInstructionChoice
{
    Auto,

    On,

    Off,

    Llavaction,

    LlavaVideo,
}

/// <summary>What the option means for a model.</summary>
internal static class TimeInstructionChoices
{
    public static bool IsOn(this TimeInstructionChoice choice, ModelDescription model) => choice switch
    {
        TimeInstructionChoice.Off => false,
        TimeInstructionChoice.Auto => model.WasTrainedWithTimeInstruction,
        _ => true,
    };

    public static TimeInstructionStyle StyleFor(this TimeInstructionChoice choice, ModelDescription model) => choice switch
    {
        TimeInstructionChoice.Llavaction => TimeInstructionStyle.Llavaction,
        TimeInstructionChoice.LlavaVideo => TimeInstructionStyle.LlavaVideo,
        _ => model.TimeInstructionStyle,
    };
}

/// <summary>The options of <c>evaluate-model</c>.</summary>
internal sealed record EvaluateModelOptions
{
    [Option("--benchmark", "Folder of the benchmark.", Value = "DIR")]
    public required string Benchmark { get; init; }

    [Option("--strategy", "Set to ask; repeatable [default: all].", Value = "NAME")]
    public IReadOnlyList<string> Strategies { get; init; } = [];

    [Option("--preset", "Options of a known model, below all others given; 'llavaction presets' lists them.", Value = "NAME")]
    public string? Preset { get; init; }

    [Option("--model", "Folder of the checkpoint, or the hub id of one in the Hugging Face cache: org/name or org/name@revision; with --engine openai, the name that the service knows.", Value = "DIR|ID|NAME")]
    public required string Model { get; init; }

    [Option("--model-name", "Name to show for the model [default: org/name@revision in the Hugging Face cache, else the folder's name].", Value = "NAME")]
    public string? ModelName { get; init; }

    [OptionGroup]
    public VideoSource Videos { get; init; } = new();

    [OptionGroup]
    public FrameCacheOptions Cache { get; init; } = new();

    [Option("--output", "Folder of the run; the same command again does only what is missing.", Value = "RUN", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--frames", "Frame counts; every one is asked.", Value = "N[,N]", Minimum = 1, Maximum = 10_000)]
    public IReadOnlyList<int> Frames { get; init; } = [8];

    [Option("--frame-policy", "Which moments become frames: midpoints of N equal segments; every n-th of --clip-length; AVION's; LLaVA-Video's, first and last included; or one a second, N at most.")]
    public FramePolicyKind FramePolicy { get; init; } = FramePolicyKind.Midpoint;

    [Option("--clip-length", "Segments that --frame-policy stride takes every n-th of.", Value = "N", Minimum = 1, Maximum = 10_000)]
    public int ClipLength { get; init; } = 32;

    [Option("--task", "What the model is asked to do.")]
    public PromptTask Task { get; init; } = PromptTask.MultipleChoice;

    [Option("--prior-actions", "State the two actions before the clip: none, the true ones (oracle), or an earlier run's answers.", Value = "none|oracle|RUN")]
    public string PriorActions { get; init; } = "none";

    [Option("--prompt", "Perspective of the prompt: the camera wearer's (\"you\") or an observer's [default: egocentric; none for imported benchmarks].")]
    public PromptPerspective? Perspective { get; init; }

    [Option("--time-instruction", "Whether the prompt states the clip's length, and in whose words; auto: as the checkpoint was trained.")]
    public TimeInstructionChoice TimeInstruction { get; init; }

    [Option("--scoring", "How answers are read, the headline first; generate is the staged parser [default: letter; generate with --task cot].", HasCommas = true)]
    public IReadOnlyList<ScoringChoice> Scoring { get; init; } = [];

    [Option("--rotations", "Rotations of the options to ask, from 1 to K.", Value = "N", Minimum = 1, Maximum = 26)]
    public int Rotations { get; init; } = 1;

    [Option("--max-new-tokens", "Most tokens to generate [default: 64 for answers, 512 where a description comes first].", Value = "N", Minimum = 1, Maximum = 32_768)]
    public int? MaxNewTokens { get; init; }

    [Option("--control", "Ablation: remove or corrupt the video.")]
    public Control Control { get; init; } = Control.None;

    [OptionGroup]
    public ModelRuntime Runtime { get; init; } = new();

    [OptionGroup]
    public RemoteService Service { get; init; } = new();

    [Option("--decode-workers", "Clips decoded at a time, ahead of the model.", Value = "N", Minimum = 1, Maximum = 256)]
    public int? DecodeWorkers { get; init; }

    [Option("--verify-batch", "Ask N questions again one at a time, and report how far the scores move.", Value = "N", Minimum = 0)]
    public int VerifyBatch { get; init; }

    [Option("--limit", "Ask about N clips only; raised in the same run, the answers there are stay.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--sample", "Which N: drawn evenly over the videos by the benchmark's seed, or the first of the set.")]
    public ClipSample Sample { get; init; }

    [Option("--ids", "Ask only about the narration ids in this file, one per line.", Value = "FILE")]
    public string? Ids { get; init; }

    [Option("--shard", "Do part i of n; each part is its own process, all write to the same run.", Value = "i/n")]
    public string Shard { get; init; } = "1/1";

    [Option("--retry-failed", "Try clips again whose frames could not be read.")]
    public bool RetryFailed { get; init; }

    [OptionGroup]
    public CheckpointOverrides Overrides { get; init; } = new();

    [Option("--verb-classes", "Verb class file, to score --task direct.", Value = "CSV")]
    public string? VerbClasses { get; init; }

    [Option("--noun-classes", "Noun class file, to score --task direct.", Value = "CSV")]
    public string? NounClasses { get; init; }

    [Option("--submission", "Also write challenge submissions into the run: under the recognition protocol, and for EgoSchema.")]
    public bool WritesSubmission { get; init; }

    [Option("--dry-run", "Look at all inputs, count the work, and stop.")]
    public bool IsDryRun { get; init; }

    [Option("--format", "How the summary is printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>evaluate-model</c>: runs a model over question sets.</summary>
internal sealed class EvaluateModelCommand()
    : ToolCommand<EvaluateModelOptions>("evaluate-model", "Evaluate a video language model on question sets.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "All sets of a benchmark at 8 and 16 frames",
            "llavaction evaluate-model --benchmark mqa-small --model model --videos videos --frames 8,16 --output runs/model"),
        new(
            "What is left of the accuracy without the video",
            "llavaction evaluate-model --benchmark mqa-small --model model --control blind --output runs/blind"),
        new(
            "Look at everything the first would need, without running it",
            "llavaction evaluate-model --benchmark mqa-small --model model --videos videos --frames 8,16 --output runs/model --dry-run"),
        new(
            "The first of two parts of one run, each a process of its own (a Slurm array)",
            "llavaction evaluate-model --benchmark mqa --strategy tim --model model --videos videos --limit 6 --shard 1/2 --output runs/parts"),
        new(
            "Letters and written answers, in every order of the options",
            "llavaction evaluate-model --benchmark mqa-small --model model --videos videos --limit 2 --frames 4 --scoring letter,generate --max-new-tokens 8 --rotations 5 --output runs/rotations"),
        new(
            "A model behind an OpenAI-compatible service, for 5 dollars at most",
            "llavaction evaluate-model --benchmark mqa-small --engine openai --model gpt-4o-2024-08-06 --videos videos --limit 2 --frames 4 --prices prices.json --budget 5 --output runs/gpt-4o"),
    ];

    public override async Task<int> RunAsync(EvaluateModelOptions options, CommandContext context)
    {
        var benchmark = BenchmarkFolder.Open(options.Benchmark);
        EvaluationPlan.Check(options, benchmark.Manifest);
        var plan = EvaluationPlan.Read(options, benchmark, Schema.SettingsOf(options));
        var preflight = new Preflight();
        await preflight.LookAtAsync(plan, context.CancellationToken);
        if (options.IsDryRun)
        {
            if (options.Runtime.Engine != EngineChoice.OpenAi)
            {
                preflight.AddWork(options, plan.Selection.Asked.Max(static set => set.Questions.Count), plan.Selection.Asked.Count * options.Rotations);
            }

            context.Results.Write(DoctorCommand.Tabulate(preflight.Facts), options.Format);
        }

        preflight.Require(context);
        if (options.IsDryRun)
        {
            return ExitCode.Done;
        }

        var (exitCode, summary) = await new EvaluationJob(context, plan).RunAsync();
        RunSummaryTable.Print(summary, options.Output, options.Format, context.Results);
        if (options.WritesSubmission)
        {
            WriteSubmission(options.Output, context);
        }

        return exitCode;
    }

    // Writes the submission files of a complete run into its folder, one per set and frame count.
    private static void WriteSubmission(string output, CommandContext context)
    {
        var folder = RunFolder.Open(output);
        var results = folder.ReadResults();
        if (!results.IsComplete)
        {
            context.Log.Warning("The run is not complete, so no submission was written.");
            return;
        }

        foreach (var cell in results.Cells)
        {
            var name = FormattableString.Invariant($"submission-{cell.Strategy}-{cell.Frames}.json");
            var isEgoSchema = results.Identity.Benchmark.PublishedBenchmark == PublishedBenchmark.EgoSchema;
            folder.WriteFile(name, isEgoSchema ? EgoSchemaSubmission.ToBytes(results, cell) : SubmissionFile.ToBytes(results, cell));
            context.Log.Information(
                isEgoSchema ? "Wrote {File}; nothing was sent anywhere." : "Wrote {File}; set its three levels of supervision before submitting.", Path.Combine(output, name));
        }
    }
}
