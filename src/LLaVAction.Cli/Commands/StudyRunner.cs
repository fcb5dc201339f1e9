using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Output;
using LLaVAction.Comparison;
using LLaVAction.Epic;
using LLaVAction.Evaluation;
using LLaVAction.Runs;
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
        return ExitCode.Worse(exitCode, await StepAsync(new ReportCommand(), plan.Report with { Runs = done }));
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
            preflight.LookAtModel(run.Options);
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
            return await StepAsync(new EvaluateModelCommand(), run.Options);
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

    // The comparison to files as Markdown and JSON, whole; to standard output its headline, unless the study names sections.
    private void WriteComparison(IReadOnlyList<string> runs)
    {
        var options = plan.Compare with { Runs = runs };
        context.Log.Information("{Step:l}", new CompareCommand().Schema.CommandLineOf(options));
        var comparison = RunComparison.Of(ComparedRun.Open(options.Runs), options.Splits.Read());
        CompareCommand.Print(comparison, options.Sections.Count > 0 ? options : options with { Sections = ["accuracy", "pairs"] }, context.Results);
        context.Results.WriteLine();
        foreach (var (format, name) in (IEnumerable<(ResultFormat, string)>)[(ResultFormat.Markdown, "comparison.md"), (ResultFormat.Json, "comparison.json")])
        {
            using var text = new StringWriter { NewLine = "\n" };
            CompareCommand.Print(comparison, options with { Format = format }, new ResultWriter(text));
            AtomicFile.Write(Path.Combine(plan.Output, name), Encoding.UTF8.GetBytes(text.ToString()));
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
