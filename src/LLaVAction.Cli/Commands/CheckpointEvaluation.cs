using LLaVAction.Benchmarks;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Torch.Training;
using LLaVAction.Training;

namespace LLaVAction.Cli.Commands;

/// <summary>What the checkpoints of a training run are asked.</summary>
internal sealed record CheckpointEvaluationOptions
{
    [Option("--evaluate", "Folder of a benchmark that every checkpoint is asked; the best checkpoint is kept beside the last.", Value = "DIR")]
    public string? Benchmark { get; init; }

    [Option("--evaluate-strategy", "Set to ask; repeatable [default: all].", Value = "NAME")]
    public IReadOnlyList<string> Strategies { get; init; } = [];

    [Option("--evaluate-limit", "Ask about N clips only, drawn evenly over the videos.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--evaluate-videos", "Folder of the benchmark's videos [default: --videos].", Value = "DIR")]
    public string? Videos { get; init; }
}

/// <summary>
/// Evaluates the checkpoints of a training run: each is a run of <c>evaluate-model</c> on the torch engine, at the frames and
/// in the prompts of training, kept below <c>evaluations</c> for <c>compare</c> and <c>report</c>.
/// </summary>
internal sealed class CheckpointEvaluation(TrainModelOptions options, CommandContext context)
{
    /// <summary>Looks at everything that evaluations will need.</summary>
    /// <returns>The evaluation; null where none is asked for.</returns>
    /// <exception cref="InputException">Something cannot be used.</exception>
    public async Task<PeriodicEvaluation?> PrepareAsync()
    {
        if (options.Evaluation.Benchmark is null)
        {
            return options.Evaluation is { Strategies.Count: 0, Limit: null, Videos: null }
                ? null
                : throw new InputException("--evaluate-strategy, --evaluate-limit and --evaluate-videos go with --evaluate DIR, the folder of a benchmark.");
        }

        var plan = PlanOf(options.Model);
        var preflight = new Preflight();
        await preflight.LookAtAsync(plan, context.CancellationToken);
        preflight.Require(context);
        var ids = plan.Selection.Asked.Select(set => $"{set.Strategy} {string.Join(' ', set.Questions.Select(static question => question.Id))}");
        return new PeriodicEvaluation(
            $"{plan.Selection.Benchmark.ManifestSha256} {string.Join(' ', ids)}",
            (folder, _) => EvaluateAsync(PlanOf(folder)).GetAwaiter().GetResult());
    }

    private EvaluationPlan PlanOf(string model)
    {
        var asked = new EvaluateModelOptions
        {
            Benchmark = options.Evaluation.Benchmark!,
            Strategies = options.Evaluation.Strategies,
            Limit = options.Evaluation.Limit,
            Model = model,
            Videos = options.Evaluation.Videos is { } folder ? options.Videos with { Folder = folder } : options.Videos,
            Cache = options.Cache,
            Output = Path.Combine(options.Output, "evaluations", Path.GetFileName(model)),
            Frames = [options.Frames],
            Perspective = options.Perspective,
            TimeInstruction = options.HasNoTimeInstruction ? TimeInstructionChoice.Off : TimeInstructionChoice.Llavaction,
            Runtime = new() { Engine = EngineChoice.Torch, Devices = [options.Device], Precision = options.Precision, Threads = options.Threads },
        };
        var benchmark = BenchmarkFolder.Open(asked.Benchmark);
        EvaluationPlan.Check(asked, benchmark.Manifest.OptionsPerQuestion, benchmark.Manifest.Protocol);
        return EvaluationPlan.Read(asked, benchmark, new EvaluateModelCommand().Schema.SettingsOf(asked));
    }

    private async Task<TrainingEvaluation> EvaluateAsync(EvaluationPlan plan)
    {
        var (_, summary) = await new EvaluationJob(context, plan).RunAsync();
        var questions = summary.Cells.Sum(static cell => cell.Questions);
        var evaluation = new TrainingEvaluation(
            (double)summary.Cells.Sum(static cell => cell.Correct) / questions,
            questions,
            summary.Cells.ToDictionary(static cell => cell.Strategy, static cell => (double)cell.Correct / cell.Questions, StringComparer.Ordinal));
        context.Log.Information("{Checkpoint:l}: {Evaluation:l}.", plan.Options.Model, Describe(evaluation));
        return evaluation;
    }

    public static string Describe(TrainingEvaluation evaluation) => FormattableString.Invariant(
        $"{100 * evaluation.Accuracy:0.0} % of {evaluation.Questions} questions right")
        + (evaluation.Sets.Count > 1 ? $" ({string.Join(", ", evaluation.Sets.Select(static set => FormattableString.Invariant($"{set.Key} {100 * set.Value:0.0} %")))})" : "");
}
