using System.Text.RegularExpressions;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using YamlDotNet.RepresentationModel;

namespace LLaVAction.Cli.Studies;

/// <summary>Options of one command, as a study file gives them: option name without dashes → values.</summary>
internal sealed class StudySection : Dictionary<string, IReadOnlyList<string>>
{
    /// <summary>An empty section.</summary>
    public StudySection()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>This section with another's options added; the other's win.</summary>
    public StudySection OverriddenBy(StudySection other)
    {
        var merged = new StudySection();
        foreach (var (name, values) in this.Concat(other))
        {
            merged[name] = values;
        }

        return merged;
    }

    /// <summary>The options as a command line has them.</summary>
    public IEnumerable<string> ToArguments() => this.SelectMany(static pair => pair.Value.Select(value => $"--{pair.Key}={value}"));
}

/// <summary>
/// A whole comparison in one YAML file: the options of each command under the command's name, and under <c>runs</c> one
/// entry per run of <c>evaluate-model</c>. <c>${NAME}</c> stands for a variable of the environment.
/// </summary>
internal sealed partial record StudyFile
{
    private static readonly string[] Keys = ["output", "benchmark", "build-benchmark", "evaluate-model", "runs", "compare", "report"];

    /// <summary>Folder of everything the study makes; null where the file leaves it to <c>--output</c>.</summary>
    public string? Output { get; private init; }

    /// <summary>An existing benchmark; null where the study builds one.</summary>
    public string? Benchmark { get; private init; }

    /// <summary>Options of <c>build-benchmark</c>.</summary>
    public StudySection Build { get; private init; } = [];

    /// <summary>Options that all runs share.</summary>
    public StudySection Evaluate { get; private init; } = [];

    /// <summary>The runs by name, in the order of the file.</summary>
    public IReadOnlyList<(string Name, StudySection Options)> Runs { get; private init; } = [];

    /// <summary>Options of <c>compare</c>.</summary>
    public StudySection Compare { get; private init; } = [];

    /// <summary>Options of <c>report</c>.</summary>
    public StudySection Report { get; private init; } = [];

    /// <summary>Reads a study.</summary>
    /// <param name="path">The file.</param>
    /// <param name="variables">Values of <c>${NAME}</c>.</param>
    /// <exception cref="InputException">The file cannot be read, has an unknown key, or names an unset variable.</exception>
    public static StudyFile Read(string path, Func<string, string?> variables)
    {
        var tree = new CommandTree();
        var study = new StudyFile();
        foreach (var (keyNode, node) in ConfigurationFile.ReadRoot(path))
        {
            var key = NameOf(path, keyNode);
            study = key switch
            {
                "output" => study with { Output = ValueOf(path, node, variables) },
                "benchmark" => study with { Benchmark = ValueOf(path, node, variables) },
                "build-benchmark" => study with { Build = Section(path, key, node, tree, variables) },
                "evaluate-model" => study with { Evaluate = Section(path, key, node, tree, variables) },
                "compare" => study with { Compare = Section(path, key, node, tree, variables) },
                "report" => study with { Report = Section(path, key, node, tree, variables) },
                "runs" => study with { Runs = ReadRuns(path, node, tree, variables) },
                _ => throw new InputException($"{ConfigurationFile.Place(path, keyNode)}: '{key}' is not a key of a study ({string.Join(", ", Keys)}).{NearestName.Hint(key, Keys)}"),
            };
        }

        if (study.Runs.Count == 0)
        {
            throw new InputException($"{path}: no 'runs'; expected at least one entry such as 'runs: {{ my-model: {{ model: checkpoints/my-model }} }}'.");
        }

        return (study.Benchmark is null) == (study.Build.Count == 0)
            ? throw new InputException($"{path}: expected either 'build-benchmark' with its options, or 'benchmark' with the folder of one that is built.")
            : study;
    }

    private static List<(string, StudySection)> ReadRuns(string path, YamlNode node, CommandTree tree, Func<string, string?> variables)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw new InputException($"{ConfigurationFile.Place(path, node)}: 'runs' must have one entry per run, each with options of evaluate-model.");
        }

        var runs = new List<(string, StudySection)>();
        foreach (var (nameNode, options) in mapping)
        {
            var name = NameOf(path, nameNode);
            if (!RunName().IsMatch(name))
            {
                throw new InputException($"{ConfigurationFile.Place(path, nameNode)}: '{name}' cannot name a run; expected letters, digits, '.', '_' and '-'.");
            }

            runs.Add((name, Section(path, "evaluate-model", options, tree, variables)));
        }

        return runs;
    }

    private static StudySection Section(string path, string command, YamlNode node, CommandTree tree, Func<string, string?> variables)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw new InputException($"{ConfigurationFile.Place(path, node)}: expected options of {command}, one per line.");
        }

        var known = tree.Find(command)!.Command.Options.Select(static option => option.Name.TrimStart('-')).ToArray();
        var section = new StudySection();
        foreach (var (keyNode, valueNode) in mapping)
        {
            var key = NameOf(path, keyNode);
            if (key is "output" or "benchmark" or "force" or "shard")
            {
                throw new InputException($"{ConfigurationFile.Place(path, keyNode)}: '{key}' is the study's own to set; remove it.");
            }

            if (!known.Contains(key, StringComparer.Ordinal))
            {
                throw new InputException($"{ConfigurationFile.Place(path, keyNode)}: '{key}' is not an option of {command}.{NearestName.Hint(key, known)}");
            }

            section[key] = valueNode is YamlSequenceNode sequence
                ? [.. sequence.Select(item => ValueOf(path, item, variables))]
                : [ValueOf(path, valueNode, variables)];
        }

        return section;
    }

    private static string NameOf(string path, YamlNode node) =>
        node is YamlScalarNode { Value: { Length: > 0 } text }
            ? text
            : throw new InputException($"{ConfigurationFile.Place(path, node)}: a key must be plain text.");

    private static string ValueOf(string path, YamlNode node, Func<string, string?> variables) =>
        node is YamlScalarNode { Value: { Length: > 0 } text }
            ? Variable().Replace(text, match => variables(match.Groups["name"].Value) is { Length: > 0 } value
                ? value
                : throw new InputException($"{ConfigurationFile.Place(path, node)}: the variable {match.Groups["name"].Value} is not set. Set it, for example '{match.Groups["name"].Value}=/path llavaction study {path}'."))
            : throw new InputException($"{ConfigurationFile.Place(path, node)}: expected a value in plain text.");

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RunName();
}
