using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Gate;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>check</c>.</summary>
internal sealed record CheckOptions
{
    [Argument("RUN", "Folder written by evaluate-model.")]
    public required string Run { get; init; }

    [Option("--baseline", "Baseline to check the run against.", Value = "FILE")]
    public string? Baseline { get; init; }

    [Option("--write-baseline", "Make a baseline of the run instead.", Value = "FILE")]
    public string? WriteBaseline { get; init; }

    [Option("--mode", "What is compared; auto is numeric where the model's content and settings are the baseline's, else accuracy.")]
    public CheckMode Mode { get; init; }

    [Option("--tolerance", "Numeric mode: largest change of a log-probability that passes, in nats.", Value = "NATS", Minimum = 0, Maximum = 1000)]
    public double Tolerance { get; init; } = 0.02;

    [Option("--margin", "Accuracy mode: loss of accuracy that passes, as a share; 0.02 is two points.", Value = "SHARE", Minimum = 0, Maximum = 0.999)]
    public double Margin { get; init; } = 0.02;

    [Option("--junit", "Also write the verdict as a JUnit XML file, for CI.", Value = "FILE")]
    public string? JUnit { get; init; }

    [Option("--format", "How the verdict is printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>check</c>: holds a run against a baseline, for CI.</summary>
internal sealed class CheckCommand()
    : ToolCommand<CheckOptions>("check", "Regression gate for CI: exit code 0 same or better, 1 worse, 2 not comparable, 3 inconclusive.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Make a baseline", "llavaction check runs/model --write-baseline baseline.json"),
        new("Check a later run against it", "llavaction check runs/model --baseline baseline.json"),
        new("Allow another model to lose one point at most", "llavaction check runs/model --baseline baseline.json --mode accuracy --margin 0.01"),
    ];

    public override Task<int> RunAsync(CheckOptions options, CommandContext context)
    {
        var folder = RunFolder.Open(options.Run);
        var results = folder.ReadResults();
        if (options.WriteBaseline is { } target)
        {
            if (options.Baseline is not null)
            {
                throw new InputException("--baseline and --write-baseline cannot be combined: make the baseline first, then check against it.");
            }

            OutputFile.Prepare(target, "--write-baseline");
            BaselineFile.Write(target, Baseline.From(results, folder.Path));
            context.Results.WriteLine($"{target}: baseline of {results.Expected} answers.");
            return Task.FromResult(ExitCode.Done);
        }

        var path = options.Baseline ?? throw new InputException("check needs --baseline FILE, or --write-baseline FILE to make one.");
        var expected = BaselineFile.Read(path);
        Comparability.Require(expected.Identity, results.Identity);
        var (mode, reason) = Comparability.ChooseMode(expected.Identity, results.Identity, options.Mode);
        var result = mode == CheckMode.Numeric
            ? NumericCheck.Run(expected, results, options.Tolerance)
            : AccuracyCheck.Run(expected, results, options.Margin);
        if (options.JUnit is { } junit)
        {
            OutputFile.Prepare(junit, "--junit");
            CheckReports.WriteJUnit(junit, options.Run, reason, result);
        }

        CheckReports.AppendStepSummary(Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY"), options.Run, reason, result);
        Print(context.Results, options.Format, result, reason, [.. expected.Caveats.Union(SummaryBuilder.Caveats(results.Identity), StringComparer.Ordinal)]);
        return Task.FromResult(result.Verdict switch
        {
            CheckVerdict.Passed => ExitCode.Done,
            CheckVerdict.Worse => ExitCode.CheckFailed,
            _ => ExitCode.Incomplete,
        });
    }

    private static void Print(ResultWriter results, ResultFormat format, CheckResult result, string mode, IReadOnlyList<string> caveats)
    {
        var verdict = CheckReports.NameOf(result.Verdict);
        if (format != ResultFormat.Table)
        {
            var table = new Table(new TableColumn("verdict", "Verdict"), new TableColumn("reason", "Reason"), new TableColumn("mode", "Mode"), new TableColumn("caveats", "Caveats"));
            results.Write(table.Add(verdict, result.Reason, mode, string.Join(", ", caveats)), format);
            return;
        }

        results.WriteLine($"{verdict}: {result.Reason} [{string.Join("; ", caveats.Prepend(mode))}]");
        foreach (var detail in result.Details.Where(detail => detail != result.Reason))
        {
            results.WriteLine($"  {detail}");
        }
    }
}
