using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>study</c>.</summary>
internal sealed record StudyOptions
{
    [Argument("FILE.yaml", "The study.")]
    public required string File { get; init; }

    [Option("--output", "Folder of everything the study makes [default: the file's own 'output'].", Value = "DIR", Alias = "-o")]
    public string? Output { get; init; }

    [Option("--dry-run", "Check the study and print its commands without running them.")]
    public bool IsDryRun { get; init; }
}

/// <summary><c>study</c>: a whole comparison from one YAML file.</summary>
internal sealed class StudyCommand()
    : ToolCommand<StudyOptions>("study", "Build, verify, evaluate, compare and report as one YAML file says; run again, it does only what is left.")
{
    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("See what a study would do", "llavaction study study.yaml --dry-run"),
        new("Do it, or what is left of it", "llavaction study study.yaml"),
    ];

    /// <inheritdoc/>
    public override async Task<int> RunAsync(StudyOptions options, CommandContext context)
    {
        var study = StudyFile.Read(options.File, Environment.GetEnvironmentVariable);
        var plan = StudyPlan.Of(study, options.Output ?? study.Output
            ?? throw new InputException($"{options.File}: no 'output'; give one in the file, or --output DIR."));
        if (!options.IsDryRun)
        {
            return await new StudyRunner(plan, context).RunAsync();
        }

        foreach (var line in plan.CommandLines)
        {
            context.Results.WriteLine(line);
        }

        return ExitCode.Done;
    }
}
