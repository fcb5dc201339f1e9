using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Comparison;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>demo</c>.</summary>
internal sealed record DemoOptions
{
    [Option("--output", "Folder of everything the demo makes.", Value = "DIR", Alias = "-o")]
    public string Output { get; init; } = "llavaction-demo";
}

/// <summary><c>demo</c>: the whole pipeline on the synthetic kitchen that ships with the tool.</summary>
internal sealed class DemoCommand()
    : ToolCommand<DemoOptions>("demo", "Build, verify, evaluate, compare and report on a bundled synthetic kitchen, in under two minutes.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("See it work", "llavaction demo"),
        new("In a folder of your choice", "llavaction demo --output demo"),
    ];

    public override async Task<int> RunAsync(DemoOptions options, CommandContext context)
    {
        var data = Path.Combine(AppContext.BaseDirectory, "demo");
        var path = Path.Combine(data, "study.yaml");
        if (!File.Exists(path))
        {
            throw new InputException($"{data}: the bundled demo data is missing. Install the tool again.");
        }

        context.Results.WriteLine("Everything shown is synthetic: rendered videos, and recognisers and models of half a million parameters that were trained on other rendered videos.");
        context.Results.WriteLine();
        var plan = StudyPlan.Of(StudyFile.Read(path, name => name switch { "DEMO_DATA" => data, "DEMO_OUTPUT" => options.Output, _ => null }), options.Output);
        var exitCode = await new StudyRunner(plan, context).RunAsync();
        if (exitCode == ExitCode.Done)
        {
            PrintPairs(plan, context);
        }

        context.Results.WriteLine($"The report (synthetic data, tiny models): {Path.GetFullPath(plan.Report.Output)}");
        context.Results.WriteLine("Next: the same on EPIC-KITCHENS-100, see README.md.");
        return exitCode;
    }

    // Of the many pairs of the comparison, those that the demo is about: models, and a model against its controls.
    private static void PrintPairs(StudyPlan plan, CommandContext context)
    {
        var comparison = RunComparison.Of(ComparedRun.Open(plan.Compare.Runs), plan.Compare.Splits.Read());
        var pairs = comparison.Pairs.Where(static pair => pair.DiffersIn is "model" or "control");
        CompareCommand.Print(comparison with { Pairs = [.. pairs], Notes = [] }, plan.Compare with { Sections = ["pairs"] }, context.Results);
        context.Results.WriteLine();
    }
}
