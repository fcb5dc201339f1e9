using System.CommandLine;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Gate;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Commands;

/// <summary><c>check</c>: holds a run against a baseline, for CI.</summary>
internal sealed class CheckCommand : CommandModule
{
    private readonly Argument<string> _run;
    private readonly Option<string?> _baseline;
    private readonly Option<string?> _writeBaseline;
    private readonly Option<string> _mode;
    private readonly Option<double> _tolerance;
    private readonly Option<double> _margin;

    /// <summary>Declares the command.</summary>
    public CheckCommand()
        : base("check", "Regression gate: exit code 0 same or better, 1 worse, 2 not comparable, 3 inconclusive.")
    {
        _run = Add(new Argument<string>("RUN") { Description = "A folder of evaluate-model." });
        _baseline = Add(OptionFactory.Optional<string>("--baseline", "The baseline to hold the run against.", "FILE"));
        _writeBaseline = Add(OptionFactory.Optional<string>("--write-baseline", "Make a baseline of the run instead.", "FILE"));
        _mode = Add(OptionFactory.Choice("--mode", "What is compared; auto is numeric where model and settings are the baseline's.", "auto", "auto", "numeric", "accuracy"));
        _tolerance = Add(OptionFactory.WithDefault("--tolerance", "Numeric: largest movement of a log-probability, in nats.", "NATS", 0.02));
        _margin = Add(OptionFactory.WithDefault("--margin", "Accuracy: loss that still counts as the same, in 0..1.", "SHARE", 0.02));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Make a baseline", "llavaction check runs/model --write-baseline baseline.json"),
        new("Hold a later run against it", "llavaction check runs/model --baseline baseline.json"),
        new("Another model may lose one point at most", "llavaction check runs/model --baseline baseline.json --mode accuracy --margin 0.01"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context)
    {
        var folder = RunFolder.Open(context.Get(_run));
        var results = folder.ReadResults();
        if (context.Get(_writeBaseline) is { } target)
        {
            if (context.Get(_baseline) is not null)
            {
                throw new InputException("--baseline and --write-baseline exclude each other. Make the baseline first, then check against it.");
            }

            BaselineFile.Write(target, Baseline.From(results, folder.Path));
            context.Output.WriteLine($"{target}: baseline of {results.Expected} answers.");
            return Task.FromResult(ExitCode.Done);
        }

        var path = context.Get(_baseline)
            ?? throw new InputException("check needs --baseline FILE, or --write-baseline FILE to make one.");
        Require(context.Get(_tolerance) >= 0, "--tolerance", "0 or more nats");
        Require(context.Get(_margin) is >= 0 and < 1, "--margin", "a share in 0..1, such as 0.02 for two points");
        var expected = BaselineFile.Read(path);
        Comparability.Require(expected.Identity, results.Identity);
        var result = IsNumeric(context, expected, results)
            ? NumericCheck.Run(expected, results, context.Get(_tolerance))
            : AccuracyCheck.Run(expected, results, context.Get(_margin));
        Write(context.Output, expected, results, result);
        return Task.FromResult(result.Verdict switch
        {
            CheckVerdict.Passed => ExitCode.Done,
            CheckVerdict.Worse => ExitCode.CheckFailed,
            _ => ExitCode.Incomplete,
        });
    }

    private bool IsNumeric(CommandContext context, Baseline expected, RunResults results)
    {
        var isSameModel = Comparability.IsSameModel(expected.Identity, results.Identity);
        if (context.Get(_mode) == "numeric" && !isSameModel)
        {
            var difference = RunIdentityDifference.Between(expected.Identity, results.Identity)
                .First(static difference => difference.Name is not ("tool_version" or "model.engine" or "model.precision"));
            throw new InputException(
                $"Not comparable: --mode numeric is for one model and its settings, but {difference.Name} is {difference.Right} in the run and {difference.Left} in the baseline. Use --mode accuracy.");
        }

        return context.Get(_mode) == "auto" ? isSameModel : context.Get(_mode) == "numeric";
    }

    private static void Write(TextWriter output, Baseline expected, RunResults results, CheckResult result)
    {
        var caveats = expected.Caveats.Union(SummaryBuilder.Caveats(results.Identity), StringComparer.Ordinal).ToArray();
        var beware = caveats.Length == 0 ? "" : $" [{string.Join(", ", caveats)}]";
        output.WriteLine($"{Name(result.Verdict)}: {result.Reason}{beware}");
        foreach (var detail in result.Details.Where(detail => detail != result.Reason))
        {
            output.WriteLine($"  {detail}");
        }
    }

    private static string Name(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Passed => "PASSED",
        CheckVerdict.Worse => "WORSE",
        _ => "INCONCLUSIVE",
    };

    private static void Require(bool isValid, string option, string expected)
    {
        if (!isValid)
        {
            throw new InputException($"{option}: expected {expected}.");
        }
    }
}
