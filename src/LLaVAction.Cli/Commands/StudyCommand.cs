using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>study</c>.</summary>
internal sealed record StudyOptions
{
    [Argument("FILE.yaml", "The study, or the name of one that ships with the tool (see 'llavaction presets').")]
    public required string File { get; init; }

    [Option("--output", "Folder of everything the study makes [default: the file's own 'output'].", Value = "DIR", Alias = "-o")]
    public string? Output { get; init; }

    [Option("--dry-run", "Print the commands, look at everything they will need, and stop.")]
    public bool IsDryRun { get; init; }
}

/// <summary><c>study</c>: a whole comparison from one YAML file.</summary>
internal sealed class StudyCommand()
    : ToolCommand<StudyOptions>("study", "Build, verify, evaluate, compare and report as one YAML file says; run again, it does only what is left.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("See what a study would do", "llavaction study study.yaml --dry-run"),
        new("Do it, or what is left of it", "llavaction study study.yaml"),
    ];

    public override async Task<int> RunAsync(StudyOptions options, CommandContext context)
    {
        var file = !File.Exists(options.File) && Presets.Studies.Contains(options.File, StringComparer.Ordinal) ? Presets.PathOf(options.File) : options.File;
        var study = StudyFile.Read(file, Environment.GetEnvironmentVariable);
        var plan = StudyPlan.Of(study, options.Output ?? study.Output
            ?? throw new InputException($"{options.File}: no 'output'; give one in the file, or --output DIR."));
        var runner = new StudyRunner(plan, context);
        if (!options.IsDryRun)
        {
            return await runner.RunAsync();
        }

        foreach (var line in plan.CommandLines)
        {
            context.Results.WriteLine(line);
        }

        await runner.CheckAsync();

        return ExitCode.Done;
    }
}
