using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>presets</c>.</summary>
internal sealed record PresetsOptions
{
    [Argument("NAME", "A preset or study to print.")]
    public string? Name { get; init; }

    [Option("--format", "How the list is printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>presets</c>: the options of known models, and studies, that ship with the tool.</summary>
internal sealed class PresetsCommand() : ToolCommand<PresetsOptions>("presets", "List the presets of known models and the studies that ship with the tool, or print one.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("What there is", "llavaction presets"),
        new("The options of one model; use it with 'evaluate-model --preset llava-video-7b'", "llavaction presets llava-video-7b"),
        new("A study of the paper, to change and run", "llavaction presets paper/table1-strategies"),
    ];

    public override Task<int> RunAsync(PresetsOptions options, CommandContext context)
    {
        if (options.Name is { } name)
        {
            context.Results.WriteLine(File.ReadAllText(Presets.Studies.Contains(name, StringComparer.Ordinal) ? Presets.PathOf(name) : Presets.Find(name)).TrimEnd());
            return Task.FromResult(ExitCode.Done);
        }

        var table = new Table(new TableColumn("kind", "Kind"), new TableColumn("name", "Name"), new TableColumn("description", "What"));
        foreach (var (kind, names, prefix) in ((string, IReadOnlyList<string>, string)[])[("model", Presets.Models, "models/"), ("study", Presets.Studies, "")])
        {
            foreach (var preset in names)
            {
                table.Add(kind, preset, Presets.DescriptionOf(Presets.PathOf(prefix + preset)));
            }
        }

        context.Results.Write(table, options.Format);
        return Task.FromResult(ExitCode.Done);
    }
}
