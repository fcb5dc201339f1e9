using System.CommandLine;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Cli.Studies;

namespace LLaVAction.Cli.Commands;

/// <summary><c>demo</c>: the whole pipeline on the synthetic kitchen that ships with the tool.</summary>
internal sealed class DemoCommand : CommandModule
{
    private const string Variable = "DEMO_DATA";

    private readonly Option<string> _output;

    /// <summary>Declares the command.</summary>
    public DemoCommand()
        : base("demo", "Builds, verifies, evaluates, compares and reports on a bundled synthetic kitchen, in under two minutes.")
    {
        _output = Add(OptionFactory.WithDefault("--output", "Folder of everything the demo makes.", "DIR", "llavaction-demo"));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("See it work", "llavaction demo"),
        new("In a folder of your choice", "llavaction demo --output demo"),
    ];

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context)
    {
        var data = Path.Combine(AppContext.BaseDirectory, "demo");
        var path = Path.Combine(data, "study.yaml");
        if (!File.Exists(path))
        {
            throw new InputException($"{data}: the bundled demo data is missing. Install the tool again.");
        }

        context.Output.WriteLine("Everything shown is synthetic: rendered videos, simulated AVION and TIM predictions, and a model with random weights, whose accuracy is chance.");
        context.Output.WriteLine();
        var study = StudyFile.Read(path, static name => name == Variable ? Path.Combine(AppContext.BaseDirectory, "demo") : null);
        var plan = StudyPlan.Of(study, context.Get(_output));
        var exitCode = await StudyRunner.RunAsync(plan, context);
        context.Output.WriteLine($"The report is {Path.GetFullPath(Path.Combine(plan.Output, StudyPlan.ReportName))}");
        context.Output.WriteLine("Next: the same on EPIC-KITCHENS-100, see README.md.");
        return exitCode;
    }
}
