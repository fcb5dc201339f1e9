using System.Globalization;
using LLaVAction.Cli.Output;
using LLaVAction.Evaluation;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Prompts;
using LLaVAction.Remote;
using LLaVAction.Runs;
using LLaVAction.Video.Caching;
using LLaVAction.Video.Frames;
using Serilog.Events;

namespace LLaVAction.Cli.Commands;

/// <summary>Does what is left of an evaluation, with a model on each device; a device that fails leaves the others at work.</summary>
internal sealed class EvaluationJob(CommandContext context, EvaluationPlan plan)
{

    private EvaluateModelOptions Options => plan.Options;

    // The part of device device (from 0) within a part: together they are that part.
    public static Shard PartOf(Shard shard, int device, int devices) => new(shard.Index + (device * shard.Count), shard.Count * devices);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code of the worst device, and the run as it is then.</returns>
    /// <exception cref="InputException">Something asked for is wrong, or the run cannot be kept.</exception>
    /// <exception cref="OperationCanceledException">The user interrupted; what is done is kept.</exception>
    public async Task<(int ExitCode, RunSummary Summary)> RunAsync()
    {
        var shard = Shard.Parse(Options.Shard);
        var devices = Options.Runtime.Devices;
        var reader = Options.Control == Control.Blind ? null : Options.Videos.Open(processes: VideoSource.DecodersAhead(Options.DecodeWorkers) * devices.Count);
        var cache = reader is null ? null : Options.Cache.Open();
        reader = cache is null ? reader : Cached(reader!, cache);
        var open = await ModelOpenerAsync(shard);
        var workers = new List<Worker>();
        try
        {
            for (var i = 0; i < devices.Count; i++)
            {
                workers.Add(Open(open, devices[i], reader, PartOf(shard, i, devices.Count)));
            }

            using var progress = context.StartProgress(
                "evaluating", "questions", workers.Sum(static worker => worker.Run.OfShard), workers.Sum(static worker => worker.Run.OfShard - worker.Run.Left));
            var reports = await Task.WhenAll(workers.Select(worker => devices.Count == 1 ? RunAsync(worker, progress) : RunAsideAsync(worker, progress)));
            if (cache is not null)
            {
                FrameCacheOptions.Report(cache, context);
            }

            foreach (var remark in reader?.Remarks ?? [])
            {
                context.Log.Warning("{Remark:l}", remark);
            }

            var exitCode = reports.Select(static report => report.ExitCode).Aggregate(ExitCode.Worse);
            return (exitCode, reports is [{ Summary: { } only }] ? only : SummaryBuilder.Build(RunFolder.Open(Options.Output).ReadResults(plan.Selection.Asked)));
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Run.Dispose();
                worker.Model.Dispose();
            }
        }
    }

    private CachedFrameReader Cached(IFrameReader reader, FrameCache cache)
    {
        // A mean of frames is of frames in their own size, and so are the pictures that a service gets.
        int? size = Options.Control == Control.MeanFrame || Options.Runtime.Engine == EngineChoice.OpenAi ? null : FrameCacheOptions.InputSizeOf(Options.Runtime.Locate(Options.Model));
        if (size is { } side)
        {
            FrameCacheOptions.Announce(cache, WorkPlan.ClipOrder(plan.Selection.Asked).Count, Options.Frames, side, context);
        }

        return new CachedFrameReader(reader, cache, size);
    }

    // A service is asked what it offers before the run is; a checkpoint is loaded once per device.
    private async Task<Func<string, IVideoLanguageModel>> ModelOpenerAsync(Shard shard)
    {
        if (Options.Runtime.Engine == EngineChoice.OpenAi)
        {
            var settings = Options.Service.ToSettings(Path.Combine(Options.Output, FormattableString.Invariant($"requests-{shard.Index}of{shard.Count}.jsonl")));
            var model = await RemoteModels.OpenAsync(Options.Model, settings, RemoteService.ReadKey(settings), context.CancellationToken);
            return _ => model;
        }

        var engine = Options.Runtime.CreateEngine(context.LibTorchFolder);
        return device => engine.LoadModel(Options.Runtime.Locate(Options.Model), Options.Overrides.Override(Options.Runtime.ToModelOptions(device)) with
        {
            PromptsPerClip = plan.Selection.Asked.Count * Options.Rotations,
            FramesPerClip = Options.Frames.Max(),
        });
    }

    private Worker Open(Func<string, IVideoLanguageModel> open, string device, IFrameReader? reader, Shard part)
    {
        var model = open(device);
        try
        {
            var description = model.Description with { Name = Options.ModelName ?? model.Description.Name };
            var settings = plan.SettingsFor(description);
            Announce(description, settings);
            var run = EvaluationRun.Open(
                new EvaluationRequest
                {
                    Selection = plan.Selection,
                    Settings = settings,
                    Output = Options.Output,
                    Shard = part,
                    RetriesFailed = Options.RetryFailed,
                    DecodeWorkers = VideoSource.DecodersAhead(Options.DecodeWorkers),
                    VerifiedBatchQuestions = Options.VerifyBatch,
                    Configuration = plan.Stored,
                },
                description,
                reader?.Decoding);
            context.Log.Information(
                "{Left} of {Total} questions left, about {Clips} clips{Part:l}.",
                run.Left,
                run.OfShard,
                run.Work.Count,
                part == Shard.Whole ? "" : $" (part {part})");
            return new Worker(device, model, reader, run);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // On its own thread, so that devices compute at the same time; its failure is told and leaves the others at work.
    private Task<(int ExitCode, RunSummary? Summary)> RunAsideAsync(Worker worker, IProgressReporter progress) => Task.Run(async () =>
    {
        try
        {
            return await RunAsync(worker, progress);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var failure = Failure.Of(exception, "evaluate-model");
            context.Log.Error("{Device}: {Reason:l}", worker.Device, failure.Message);
            return (failure.ExitCode, null);
        }
    });

    private async Task<(int ExitCode, RunSummary? Summary)> RunAsync(Worker worker, IProgressReporter progress)
    {
        var report = await worker.Run.ExecuteAsync(worker.Model, worker.Reader, done => progress.Advance(done), context.CancellationToken);
        context.Log.Debug(
            "Model {Model:0.0} s, waiting for frames {Waiting:0.0} s, the rest {Overhead:0.00} s of {Wall:0.0} s.",
            report.Outcome.Model.TotalSeconds,
            report.Outcome.Waiting.TotalSeconds,
            report.Outcome.Overhead.TotalSeconds,
            report.Outcome.Wall.TotalSeconds);
        ReportBatches(report.Batches);
        if (report.Outcome.StopReason is { } reason)
        {
            context.Log.Warning("Stopped before the end: {Reason:l}. What is answered is kept; the same command with a larger budget does the rest.", reason);
            return (ExitCode.Incomplete, report.Summary);
        }

        if (report.FailedResults == 0)
        {
            return (ExitCode.Done, report.Summary);
        }

        context.Log.Warning(
            "{Failed} questions have no answer because the frames of their clips could not be read or a service gave none; they count as wrong. "
            + "'rule' in the results says why; once fixed, run again with --retry-failed.",
            report.FailedResults);
        return (ExitCode.Incomplete, report.Summary);
    }

    private void ReportBatches(BatchReport? batches)
    {
        foreach (var remark in batches?.Remarks ?? [])
        {
            context.Log.Write(Options.Runtime.Engine == EngineChoice.OpenAi ? LogEventLevel.Information : LogEventLevel.Warning, "{Remark:l}", remark);
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

    private void Announce(ModelDescription model, EvaluationSettings settings)
    {
        context.Log.Information(
            "Model {Name:l} on {Engine:l}, {Precision:l}{Weights:l}: {Settings:l}.",
            model.Name,
            model.Engine,
            model.Precision,
            model.HasRandomWeights ? ", random weights" : "",
            string.Join(", ", model.Settings.Select(static setting => $"{setting.Key} {setting.Value}")));
        foreach (var (name, own) in model.OverriddenSettings)
        {
            context.Log.Warning("{Setting:l} is {Value:l}; the checkpoint's own is {Own:l}.", name, model.Settings.GetValueOrDefault(name), own);
        }

        if (model.VisualTokenCount is { } tokens && settings.Prompt.HasVideo)
        {
            context.Log.Information(
                "Visual tokens: {Tokens:l}.",
                string.Join(", ", settings.FrameCounts.Select(count => string.Create(CultureInfo.InvariantCulture, $"{tokens(count)} at {count} frames"))));
        }

        if (settings.Prompt.HasTimeInstruction)
        {
            context.Log.Information("The prompt states the clip's length in {Family:l}'s words.", settings.Prompt.TimeInstructionStyle == TimeInstructionStyle.LlavaVideo ? "LLaVA-Video" : "LLaVAction");
        }

        if (settings.Prompt.HasTimeInstruction != model.WasTrainedWithTimeInstruction)
        {
            context.Log.Warning(
                "The time instruction is {State:l}; the checkpoint says it was trained {Own:l} it.",
                settings.Prompt.HasTimeInstruction ? "on" : "off",
                model.WasTrainedWithTimeInstruction ? "with" : "without");
        }

        if (settings.PriorActions is { } prior)
        {
            context.Log.Information(
                "Prior actions ({Source:l}) for {Covered} of {Clips} clips; the others get the plain prompt.",
                prior.Identity.Split(':')[0],
                prior.CoveredClips,
                WorkPlan.ClipOrder(plan.Selection.Whole).Count);
        }
    }

    private sealed record Worker(string Device, IVideoLanguageModel Model, IFrameReader? Reader, EvaluationRun Run);
}
