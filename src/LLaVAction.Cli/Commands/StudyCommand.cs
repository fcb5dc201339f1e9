using System.CommandLine;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Cli.Studies;

namespace LLaVAction.Cli.Commands;

/// <summary><c>study</c>: a whole comparison from one YAML file.</summary>
internal sealed class StudyCommand : CommandModule
{
    private readonly Argument<string> _file;
    private readonly Option<string?> _output;
    private readonly Option<bool> _dryRun;

    /// <summary>Declares the command.</summary>
    public StudyCommand()
        : base("study", "Builds, verifies, evaluates, compares and reports as one YAML file says; started again, it does only what is left.")
    {
        _file = Add(new Argument<string>("FILE.yaml") { Description = "The study." });
        _output = Add(OptionFactory.Optional<string>("--output", "Folder of everything the study makes [default: the file's own 'output'].", "DIR"));
        _dryRun = Add(OptionFactory.Switch("--dry-run", "Checks the study and prints its commands without running them."));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("See what a study would do", "llavaction study study.yaml --dry-run"),
        new("Do it, or what is left of it", "llavaction study study.yaml"),
    ];

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context)
    {
        var path = context.Get(_file);
        var study = StudyFile.Read(path, Environment.GetEnvironmentVariable);
        var plan = StudyPlan.Of(study, context.Get(_output) ?? study.Output
            ?? throw new InputException($"{path}: no 'output'; give one in the file, or --output DIR."));
        if (!context.Get(_dryRun))
        {
            return await StudyRunner.RunAsync(plan, context);
        }

        foreach (var step in plan.Steps)
        {
            step.Check();
            context.Output.WriteLine(step.CommandLine);
        }

        return ExitCode.Done;
    }
}
