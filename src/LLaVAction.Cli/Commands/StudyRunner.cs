using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Output;
using LLaVAction.Comparison;
using LLaVAction.Epic;
using LLaVAction.Evaluation;
using LLaVAction.Runs;
using LLaVAction.Training;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>Does the steps of a study; started again, it does only what is left. A run that fails leaves the others at work.</summary>
internal sealed class StudyRunner(StudyPlan plan, CommandContext context)
{
    /// <summary>Runs the study.</summary>
    /// <returns>The worst of its steps' exit codes: done, incomplete, or a failed check.</returns>
    public async Task<int> RunAsync()
    {
        await CheckAsync();
        Directory.CreateDirectory(plan.Output);
        if (plan.Build is { } build)
        {
            await StepAsync(new BuildBenchmarkCommand(), build);
        }

        if (await StepAsync(new VerifyBenchmarkCommand(), plan.Verify) == ExitCode.CheckFailed)
        {
            context.Log.Error("The benchmark is not what the study asks for: remove its folder to build it again, or choose another --output.");
            return ExitCode.CheckFailed;
        }

        var exitCode = ExitCode.Done;
        var done = new List<string>();
        foreach (var run in plan.Runs)
        {
            var code = await TryEvaluateAsync(run);
            exitCode = ExitCode.Worse(exitCode, code == ExitCode.Done ? ExitCode.Done : ExitCode.Incomplete);
            if (code is ExitCode.Done or ExitCode.Incomplete)
            {
                done.Add(run.Options.Output);
            }
        }

        if (done.Count == 0)
        {
            context.Log.Error("No run could be evaluated, so there is nothing to compare.");
            return ExitCode.Incomplete;
        }

        WriteComparison(done);
        return ExitCode.Worse(exitCode, await StepAsync(new ReportCommand(), plan.Report with { Runs = done, Trainings = [.. plan.Report.Trainings.Where(static folder => File.Exists(Path.Combine(folder, TrainingMetrics.FileName)))] }));
    }

    /// <summary>Looks at everything the steps will need, before the first of them.</summary>
    /// <exception cref="InputException">Something cannot be used; the message lists all of it.</exception>
    public async Task CheckAsync()
    {
        var preflight = new Preflight();
        var clips = LookAtBenchmark(preflight, out var optionsPerQuestion, out var protocol, out var published, out var sets);
        foreach (var run in plan.Runs)
        {
            preflight.Look($"run {run.Name}", () =>
            {
                EvaluationPlan.Check(run.Options, optionsPerQuestion, protocol, published);
                return "options fit";
            }, $"run {run.Name}: ");
            LookAtTraining(preflight, run);
            preflight.LookAtModel(run.TrainedAs is { } trained ? run.Options with { Model = plan.Runs.First(other => other.Name == trained).Training!.Train.Model } : run.Options);
            await preflight.LookAtClipsAsync(run.Options, clips, run.Options.Strategies is { Count: > 0 } chosen ? chosen.Count : sets, context.CancellationToken);
        }

        string?[] folders = [plan.Compare.Splits.Annotations, plan.Report.Splits.Annotations, plan.Report.Videos.Folder];
        foreach (var folder in folders.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            preflight.Look(folder, () => Directory.Exists(folder) ? "a folder" : throw new InputException($"{folder}: no such folder."));
        }

        preflight.Require(context);
    }

    private ClipReference[] LookAtBenchmark(Preflight preflight, out int optionsPerQuestion, out Protocol protocol, out PublishedBenchmark? published, out int sets)
    {
        published = null;
        if (plan.Build is not { } build)
        {
            var benchmark = BenchmarkFolder.Open(plan.Verify.Folder);
            (optionsPerQuestion, protocol, published, sets) = (benchmark.Manifest.OptionsPerQuestion, benchmark.Manifest.Protocol, benchmark.Manifest.PublishedBenchmark, benchmark.Manifest.Sets.Count);
            var selection = QuestionSelection.Read(benchmark, [], ids: null, limit: null);
            return [.. selection.Whole.SelectMany(static set => set.Questions).DistinctBy(static question => question.Id, StringComparer.Ordinal).Select(WorkPlan.Reference)];
        }

        (optionsPerQuestion, protocol, sets) = (build.OptionsPerQuestion, build.Protocol, build.Sources.Strategies.Count);
        foreach (var (option, path) in build.Sources.Files())
        {
            preflight.Look($"{option} {path}", () =>
            {
                File.OpenRead(path).Dispose();
                return "a file";
            });
        }

        ClipReference[] clips = [];
        preflight.Look("--annotations", () =>
        {
            clips = [.. EpicCsvReader.Read(build.Sources.Annotations!).Clips.Take(build.Limit ?? int.MaxValue).Select(static clip => new ClipReference(
                clip.NarrationId, clip.ParticipantId, clip.VideoId, clip.StartSeconds, clip.StopSeconds, clip.StartFrame, clip.StopFrame))];
            return $"{clips.Length} clips";
        });
        return clips;
    }

    private async Task<int> TryEvaluateAsync(StudyRun run)
    {
        try
        {
            var isWhole = run.Training is null || await TrainAsync(run.Training) == ExitCode.Done;
            var model = run.TrainedAs is null ? run.Options.Model : LastCheckpoint(run.Options.Model);
            var code = await StepAsync(new EvaluateModelCommand(), run.Options with { Model = model });
            return isWhole ? code : ExitCode.Worse(code, ExitCode.Incomplete);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var failure = Failure.Of(exception, "evaluate-model");
            context.Log.Error("Run {Name:l} failed: {Reason:l}", run.Name, failure.Message);
            if (failure.ExitCode == ExitCode.InternalError)
            {
                context.Log.Debug(exception, "Run {Name:l}", run.Name);
            }

            return failure.ExitCode;
        }
    }

    // A set that is built is not built again; a training goes on where it stopped, and ends at once where it is done.
    private async Task<int> TrainAsync(StudyTraining training)
    {
        if (training.Build is { } build && !File.Exists(Path.Combine(build.Output, BenchmarkFolder.ManifestName)))
        {
            await StepAsync(new BuildTrainingSetCommand(), build);
        }

        return await StepAsync(new TrainModelCommand(), training.Train);
    }

    private static string LastCheckpoint(string folder) =>
        (Directory.Exists(folder) ? Directory.GetDirectories(folder, "checkpoint-*").Where(static path => !path.EndsWith(".partial", StringComparison.Ordinal)).Max(StringComparer.Ordinal) : null)
        ?? throw new InputException($"{folder} holds no checkpoint: the model of this variant was not trained.");

    private static void LookAtTraining(Preflight preflight, StudyRun run)
    {
        foreach (var (option, path) in run.Training?.Build?.Sources.Files() ?? [])
        {
            preflight.Look($"run {run.Name}: {option} {path}", () =>
            {
                File.OpenRead(path).Dispose();
                return "a file";
            });
        }

        if (run.Training?.Train.Videos.Folder is { } videos)
        {
            preflight.Look(videos, () => Directory.Exists(videos) ? "a folder" : throw new InputException($"{videos}: no such folder."));
        }
    }

    private AblationVariant VariantOf(StudyRun run)
    {
        var training = plan.Runs.FirstOrDefault(other => other.Name == run.TrainedAs)?.Training;
        var set = training?.Build is { } build ? TrainingFolder.Find(build.Output) : null;
        return new AblationVariant(run.Name, run.Options.Output, strategy => set?.Manifest.RelationTo(strategy));
    }

    // The comparison to files as Markdown and JSON, whole; to standard output its headline, unless the study names sections.
    private void WriteComparison(IReadOnlyList<string> runs)
    {
        var options = plan.Compare with { Runs = runs };
        context.Log.Information("{Step:l}", new CompareCommand().Schema.CommandLineOf(options));
        var comparison = RunComparison.Of(ComparedRun.Open(options.Runs), options.Splits.Read());
        var ablation = plan.Ablation is { } shape
            ? Ablation.Of(comparison, [.. plan.Runs.Select(VariantOf)], shape)
            : null;
        CompareCommand.Print(comparison, options.Sections.Count > 0 ? options : options with { Sections = ["accuracy", "pairs"] }, context.Results);
        context.Results.WriteLine();
        if (ablation is not null)
        {
            context.Results.Write(ablation, ResultFormat.Table);
            context.Results.WriteLine();
        }

        foreach (var (format, name) in (IEnumerable<(ResultFormat, string)>)[(ResultFormat.Markdown, "comparison.md"), (ResultFormat.Json, "comparison.json")])
        {
            using var text = new StringWriter { NewLine = "\n" };
            CompareCommand.Print(comparison, options with { Format = format }, new ResultWriter(text));
            AtomicFile.Write(Path.Combine(plan.Output, name), Encoding.UTF8.GetBytes(text.ToString()));
            if (ablation is not null)
            {
                using var table = new StringWriter { NewLine = "\n" };
                new ResultWriter(table).Write(ablation, format);
                AtomicFile.Write(Path.Combine(plan.Output, name.Replace("comparison", "ablation", StringComparison.Ordinal)), Encoding.UTF8.GetBytes(table.ToString()));
            }
        }
    }

    private async Task<int> StepAsync<TOptions>(ToolCommand<TOptions> command, TOptions options)
        where TOptions : class
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        context.Log.Information("{Step:l}", command.Schema.CommandLineOf(options));
        var exitCode = await command.RunAsync(options, context);
        context.Results.WriteLine();
        await context.Results.Text.FlushAsync(context.CancellationToken);
        return exitCode;
    }
}
