using System.Text.RegularExpressions;
using LLaVAction.Cli.Options;
using LLaVAction.Comparison;
using YamlDotNet.RepresentationModel;

namespace LLaVAction.Cli.Commands;

/// <summary>Options of one command, as a study gives them: option name without dashes → values and place.</summary>
internal sealed class StudySection() : Dictionary<string, OptionValue>(StringComparer.Ordinal)
{
    public OptionLayer Layer => option => this.GetValueOrDefault(option.Name);
}

/// <summary>A model that a study trains and evaluates.</summary>
/// <param name="Name">Its name, and that of its run.</param>
/// <param name="Build">Its options of <c>build-training-set</c>.</param>
/// <param name="Train">Its options of <c>train-model</c>.</param>
/// <param name="Evaluate">Its options of <c>evaluate-model</c>.</param>
/// <param name="TrainedAs">The variant whose model it evaluates otherwise; null where it trains its own.</param>
internal sealed record StudyVariant(string Name, StudySection Build, StudySection Train, StudySection Evaluate, string? TrainedAs);

/// <summary>
/// A whole comparison in one YAML file: the options of each command under the command's name, under <c>runs</c> one
/// entry per run of <c>evaluate-model</c>, and under <c>variants</c> one per model to train. <c>${NAME}</c> stands for a
/// variable of the environment.
/// </summary>
internal sealed partial record StudyFile
{
    private static readonly string[] Keys = ["output", "benchmark", "build-benchmark", "evaluate-model", "runs", "build-training-set", "train-model", "ablation", "variants", "compare", "report"];
    private static readonly string[] SetByStudy = ["output", "benchmark", "force", "shard"];

    // Folder of everything the study makes; null where the file leaves it to '--output'.
    public string? Output { get; private init; }

    // An existing benchmark; null where the study builds one.
    public string? Benchmark { get; private init; }

    public StudySection Build { get; private init; } = [];

    public StudySection Evaluate { get; private init; } = [];

    public IReadOnlyList<(string Name, StudySection Options)> Runs { get; private init; } = [];

    public StudySection BuildTraining { get; private init; } = [];

    public StudySection Train { get; private init; } = [];

    public IReadOnlyList<StudyVariant> Variants { get; private init; } = [];

    // How the variants are compared; null where they are no ablation.
    public AblationShape? Ablation { get; private init; }

    public StudySection Compare { get; private init; } = [];

    public StudySection Report { get; private init; } = [];

    /// <summary>Reads a study.</summary>
    /// <param name="path">The file.</param>
    /// <param name="variables">Values of <c>${NAME}</c>.</param>
    /// <exception cref="InputException">The file cannot be read, has an unknown key, or names an unset variable.</exception>
    public static StudyFile Read(string path, Func<string, string?> variables)
    {
        var reader = new SectionReader(path, variables);
        var study = new StudyFile();
        foreach (var (keyNode, node) in YamlFile.ReadRoot(path))
        {
            var key = YamlFile.NameOf(path, keyNode);
            study = key switch
            {
                "output" => study with { Output = reader.Value(key, node) },
                "benchmark" => study with { Benchmark = reader.Value(key, node) },
                "build-benchmark" => study with { Build = reader.Section(key, node) },
                "evaluate-model" => study with { Evaluate = reader.Section(key, node) },
                "compare" => study with { Compare = reader.Section(key, node) },
                "report" => study with { Report = reader.Section(key, node) },
                "build-training-set" => study with { BuildTraining = reader.Section(key, node) },
                "train-model" => study with { Train = reader.Section(key, node) },
                "variants" => study with { Variants = ReadVariants(path, node, reader) },
                "ablation" => study with
                {
                    Ablation = reader.Value(key, node) switch
                    {
                        "build-up" => AblationShape.BuildUp,
                        "leave-one-out" => AblationShape.LeaveOneOut,
                        var other => throw new InputException($"{YamlFile.Place(path, node)}: ablation '{other}'; expected build-up or leave-one-out."),
                    },
                },
                "runs" => study with { Runs = ReadRuns(path, node, reader) },
                _ => throw new InputException($"{YamlFile.Place(path, keyNode)}: '{key}' is not a key of a study ({string.Join(", ", Keys)}).{NearestName.Hint(key, Keys)}"),
            };
        }

        if (study.Runs.Count + study.Variants.Count == 0)
        {
            throw new InputException($"{path}: no 'runs'; expected at least one entry such as 'runs: {{ my-model: {{ model: checkpoints/my-model }} }}'.");
        }

        return (study.Benchmark is null) == (study.Build.Count == 0)
            ? throw new InputException($"{path}: expected either 'build-benchmark' with its options, or 'benchmark' with the folder of an existing one.")
            : study;
    }

    private static List<(string, StudySection)> ReadRuns(string path, YamlNode node, SectionReader reader) =>
        [.. Named(path, node, "'runs' must have one entry per run, each with options of evaluate-model.").Select(run => (run.Name, reader.Section("evaluate-model", run.Node)))];

    private static List<StudyVariant> ReadVariants(string path, YamlNode node, SectionReader reader)
    {
        var variants = new List<StudyVariant>();
        foreach (var (name, sections) in Named(path, node, "'variants' must have one entry per model, each with sections such as train-model."))
        {
            var variant = new StudyVariant(name, [], [], [], null);
            foreach (var (keyNode, section) in sections is YamlMappingNode mapping ? mapping : [])
            {
                var key = YamlFile.NameOf(path, keyNode);
                variant = key switch
                {
                    "build-training-set" => variant with { Build = reader.Section(key, section) },
                    "train-model" => variant with { Train = reader.Section(key, section) },
                    "evaluate-model" => variant with { Evaluate = reader.Section(key, section) },
                    "trained-as" => variant with { TrainedAs = reader.Value(key, section) },
                    _ => throw new InputException($"{YamlFile.Place(path, keyNode)}: '{key}' is not a key of a variant (build-training-set, train-model, evaluate-model, trained-as).")
                };
            }

            if (variant.TrainedAs is { } other && !variants.Exists(trained => trained.Name == other && trained.TrainedAs is null))
            {
                throw new InputException($"{YamlFile.Place(path, sections)}: variant '{name}' is trained as '{other}'; expected a variant above it that trains a model.");
            }

            variants.Add(variant);
        }

        return variants;
    }

    private static IEnumerable<(string Name, YamlNode Node)> Named(string path, YamlNode node, string complaint)
    {
        foreach (var (nameNode, entry) in node as YamlMappingNode ?? throw new InputException($"{YamlFile.Place(path, node)}: {complaint}"))
        {
            var name = nameNode is YamlScalarNode { Value: { } text } && RunName().IsMatch(text)
                ? text
                : throw new InputException($"{YamlFile.Place(path, nameNode)}: '{nameNode}' cannot name a run; expected letters, digits, '.', '_' and '-'.");
            yield return (name, entry);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RunName();

    /// <summary>Reads values and sections, with variables filled in.</summary>
    private sealed partial class SectionReader(string path, Func<string, string?> variables)
    {
        public string Value(string key, YamlNode node) => Fill(YamlFile.ValueOf(path, key, node), node);

        public StudySection Section(string command, YamlNode node)
        {
            if (node is not YamlMappingNode mapping)
            {
                throw new InputException($"{YamlFile.Place(path, node)}: expected options of {command}, one per line.");
            }

            var known = CommandRegistry.Find(command)!.Schema.OptionNames;
            var section = new StudySection();
            foreach (var (keyNode, valueNode) in mapping)
            {
                var key = YamlFile.NameOf(path, keyNode);
                var place = YamlFile.Place(path, keyNode);
                if (SetByStudy.Contains(key, StringComparer.Ordinal))
                {
                    throw new InputException($"{place}: '{key}' is set by the study itself; remove it.");
                }

                if (!known.Contains(key, StringComparer.Ordinal))
                {
                    throw new InputException($"{place}: '{key}' is not an option of {command}.{NearestName.Hint(key, known)}");
                }

                section[key] = new OptionValue([.. YamlFile.ValuesOf(path, key, valueNode).Select(text => Fill(text, valueNode))], place);
            }

            return section;
        }

        private string Fill(string text, YamlNode node) => Variable().Replace(text, match =>
        {
            var name = match.Groups["name"].Value;
            return variables(name) is { Length: > 0 } value
                ? value
                : throw new InputException($"{YamlFile.Place(path, node)}: the variable {name} is not set. Set it, for example '{name}=/path llavaction study {path}'.");
        });

        [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
        private static partial Regex Variable();
    }
}
