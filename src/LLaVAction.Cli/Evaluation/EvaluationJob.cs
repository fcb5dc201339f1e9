using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Hosting;
using LLaVAction.Evaluation;
using LLaVAction.Models.Engines;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Evaluation;

/// <summary>Does one evaluation from its arguments to its summary, telling the log what it does.</summary>
internal sealed class EvaluationJob(CommandContext context)
{
    private const int CoresPerDecoder = 4;
    private const int MostDecoders = 8;

    /// <summary>Does what is left of the evaluation.</summary>
    /// <exception cref="InputException">Something asked for is wrong, or the run cannot be kept.</exception>
    /// <exception cref="OperationCanceledException">The user interrupted; what is done is kept.</exception>
    public async Task<EvaluationReport> RunAsync(EvaluationArguments arguments)
    {
        var benchmark = BenchmarkFolder.Open(arguments.Benchmark);
        EvaluationSettingsFactory.Check(arguments, benchmark.Manifest.OptionsPerQuestion);
        var ids = arguments.Ids is { } file ? IdFile.Read(file) : null;
        var selection = QuestionSelection.Read(benchmark, arguments.Strategies, ids, arguments.Limit);
        var engine = Engines.Create(arguments.Engine, arguments.ModelOptions.Device, context.LibTorchFolder);
        var reader = arguments.Control == Control.Blind ? null : engine.OpenVideos(arguments.Videos!, arguments.VideoLayout);
        using var model = engine.LoadModel(arguments.Model, arguments.ModelOptions with
        {
            PromptsPerClip = selection.Asked.Count * arguments.Rotations,
            FramesPerClip = arguments.Frames.Max(),
        });
        var settings = EvaluationSettingsFactory.Create(arguments, selection, model.Description);
        Announce(model.Description, settings, selection);

        using var run = EvaluationRun.Open(
            new EvaluationRequest
            {
                Selection = selection,
                Settings = settings,
                Output = arguments.Output,
                Shard = arguments.Shard,
                RetriesFailed = arguments.RetriesFailed,
                DecodeWorkers = arguments.DecodeWorkers ?? Math.Clamp(Environment.ProcessorCount / CoresPerDecoder, 1, MostDecoders),
                VerifiedBatchQuestions = arguments.VerifiedBatchQuestions,
                Configuration = arguments.Configuration,
            },
            model.Description,
            reader?.Layout);
        AnnounceWork(run, arguments);
        using var progress = context.StartProgress("evaluating", "questions", run.OfShard, run.OfShard - run.Left);
        var report = await run.ExecuteAsync(model, reader, done => progress.Advance(done), context.CancellationToken);
        context.Log.Debug(
            "Model {Model:0.0} s, waiting for frames {Waiting:0.0} s, the rest {Overhead:0.00} s of {Wall:0.0} s.",
            report.Outcome.Model.TotalSeconds,
            report.Outcome.Waiting.TotalSeconds,
            report.Outcome.Overhead.TotalSeconds,
            report.Outcome.Wall.TotalSeconds);
        TellBatches(report.Batches);
        return report;
    }

    private void TellBatches(BatchReport? batches)
    {
        foreach (var remark in batches?.Remarks ?? [])
        {
            context.Log.Warning("{Remark}", remark);
        }

        if (batches?.Check is { } check)
        {
            context.Log.Information(
                "Asked {Questions} questions again, each alone: {Flips} chose another letter, scores moved by {Drift:G3} at most; {NearTies} of {Scored} questions are decided by no more than that.",
                check.Questions,
                check.Flips,
                check.LargestDrift,
                check.NearTies,
                check.Scored);
        }
    }

    private void Announce(ModelDescription model, EvaluationSettings settings, QuestionSelection selection)
    {
        context.Log.Information(
            "Model {Name} on {Engine}, {Precision}{Weights}: {Settings}.",
            model.Name,
            model.Engine,
            model.Precision,
            model.HasRandomWeights ? ", random weights" : "",
            string.Join(", ", model.Settings.Select(setting => $"{setting.Key} {setting.Value}")));
        foreach (var (name, own) in model.OverriddenSettings)
        {
            context.Log.Warning("{Setting} is {Value}; the checkpoint's own is {Own}.", name, model.Settings.GetValueOrDefault(name), own);
        }

        if (model.VisualTokenCount is { } tokens && settings.Prompt.HasVideo)
        {
            context.Log.Information(
                "Visual tokens: {Tokens}.",
                string.Join(", ", settings.FrameCounts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count} frames {tokens(count)}"))));
        }

        if (settings.Prompt.HasTimeInstruction != model.WasTrainedWithTimeInstruction)
        {
            context.Log.Warning(
                "The time instruction is {State}; the checkpoint says it was trained {Own} it.",
                settings.Prompt.HasTimeInstruction ? "on" : "off",
                model.WasTrainedWithTimeInstruction ? "with" : "without");
        }

        if (settings.PriorActions is { } prior)
        {
            context.Log.Information(
                "Prior actions ({Source}) for {Covered} of {Clips} clips; the others get the plain prompt.",
                prior.Identity.Split(':')[0],
                prior.CoveredClips,
                WorkPlan.ClipOrder(selection.Whole).Count);
        }
    }

    private void AnnounceWork(EvaluationRun run, EvaluationArguments arguments)
    {
        var part = arguments.Shard == Shard.Whole ? "" : $" (part {arguments.Shard})";
        context.Log.Information(
            run.Left == run.OfShard ? "{Left} questions about {Clips} clips to ask{Part}." : "{Left} of {Total} questions are left, about {Clips} clips{Part}.",
            run.Left == run.OfShard ? [run.Left, run.Work.Count, part] : [run.Left, run.OfShard, run.Work.Count, part]);
    }
}
