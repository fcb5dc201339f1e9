using LLaVAction.Cli.Hosting;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Studies;

/// <summary>Runs the steps of a study; started again, it does only what is left.</summary>
internal static class StudyRunner
{
    /// <summary>Runs the study.</summary>
    /// <returns>The worst of its steps' exit codes: done, incomplete, or a failed check.</returns>
    public static async Task<int> RunAsync(StudyPlan plan, CommandContext context)
    {
        foreach (var step in plan.Steps)
        {
            step.Check();
        }

        Directory.CreateDirectory(plan.Output);
        if (plan.Build is { } build)
        {
            await RunAsync(build, context, context.Output);
        }

        if (await RunAsync(plan.Verify, context, context.Output) == ExitCode.CheckFailed)
        {
            context.Log.Error("The benchmark is not what the study asks for: remove its folder to build it anew, or choose another --output.");
            return ExitCode.CheckFailed;
        }

        var exitCode = ExitCode.Done;
        foreach (var evaluation in plan.Evaluations)
        {
            exitCode = Math.Max(exitCode, await RunAsync(evaluation, context, context.Output));
        }

        exitCode = Math.Max(exitCode, await WriteComparisonAsync(plan, context));
        exitCode = Math.Max(exitCode, await RunAsync(plan.Report, context, context.Output));
        return exitCode;
    }

    /// <summary>The comparison to files as Markdown and JSON, whole; to standard output its headline, unless the study names sections.</summary>
    private static async Task<int> WriteComparisonAsync(StudyPlan plan, CommandContext context)
    {
        var namesSections = plan.Compare.Arguments.Any(static argument => argument.StartsWith("--section", StringComparison.Ordinal));
        var exitCode = await RunAsync(
            namesSections ? plan.Compare : new CommandStep([.. plan.Compare.Arguments, "--section=accuracy,pairs"]), context, context.Output);
        foreach (var (format, name) in (IEnumerable<(string, string)>)[("markdown", "comparison.md"), ("json", "comparison.json")])
        {
            using var text = new StringWriter { NewLine = "\n" };
            await new CommandStep([.. plan.Compare.Arguments.Where(static argument => !argument.StartsWith("--format", StringComparison.Ordinal)), $"--format={format}"]).RunAsync(context, text);
            AtomicFile.Write(Path.Combine(plan.Output, name), System.Text.Encoding.UTF8.GetBytes(text.ToString()));
        }

        return exitCode;
    }

    private static async Task<int> RunAsync(CommandStep step, CommandContext context, TextWriter output)
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        context.Log.Information("{Step:l}", step.CommandLine);
        var exitCode = await step.RunAsync(context, output);
        await output.WriteLineAsync();
        await output.FlushAsync(context.CancellationToken);
        return exitCode;
    }
}
