using System.Buffers;
using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Options;

/// <summary>Values that some source gives to an option.</summary>
/// <param name="Texts">The values, in order; at least one.</param>
/// <param name="Origin">The variable, or file and line; null for the command line.</param>
internal sealed record OptionValue(IReadOnlyList<string> Texts, string? Origin = null);

/// <summary>A source of option values, such as the environment; null for an option it says nothing about.</summary>
internal delegate OptionValue? OptionLayer(OptionField field);

/// <summary>The options of one command: reads its record from layers of sources, and writes a record as text.</summary>
internal sealed class OptionSchema(string command, Type record)
{
    private static readonly SearchValues<char> Unquoted =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+@%");

    public string Command => command;

    public IReadOnlyList<OptionField> Fields { get; } = OptionField.Of(record);

    public IReadOnlyList<string> OptionNames => [.. Fields.Where(static option => !option.IsArgument).Select(static option => option.Name)];

    /// <summary>Reads the options record; of the layers that know an option the first wins, lists too.</summary>
    /// <exception cref="UsageException">A value is wrong, or a required one is missing.</exception>
    public object Read(params IReadOnlyList<OptionLayer> layers)
    {
        var options = Activator.CreateInstance(record)!;
        layers = [.. layers, .. PresetLayer(layers)];
        foreach (var field in Fields)
        {
            if (layers.Select(layer => layer(field)).FirstOrDefault(static value => value is not null) is { } value)
            {
                Set(options, field, value);
            }
            else if (field.IsRequired)
            {
                throw new UsageException(field.IsArgument
                    ? $"{command} needs {field.Flag}: {field.Description}"
                    : $"{field.Flag} is required. Give it on the command line, as {EnvironmentLayer.VariableOf(command, field.Name)}, or in a --config file.");
            }
        }

        return options;
    }

    // The options in force by name, as they are stored with a run; those without a value are left out, and so is '--format', on
    // which no number depends.
    public SortedDictionary<string, string> SettingsOf(object options) => new(
        Fields.Where(static field => field.Name != "format").Select(field => (field.Name, Texts: field.TextsIn(options)))
            .Where(static pair => pair.Texts.Count > 0)
            .ToDictionary(static pair => pair.Name, static pair => string.Join(',', pair.Texts), StringComparer.Ordinal),
        StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Defaults =>
        Fields.ToDictionary(static option => option.Name, static option => string.Join(',', option.DefaultTexts), StringComparer.Ordinal);

    // The command line that would give this record, options at their default left out.
    public string CommandLineOf(object options)
    {
        var words = new List<string> { "llavaction", command };
        foreach (var field in Fields)
        {
            var texts = field.TextsIn(options);
            if (field.IsArgument)
            {
                words.AddRange(texts);
            }
            else if (!texts.SequenceEqual(field.DefaultTexts, StringComparer.Ordinal))
            {
                words.AddRange(field.IsSwitch ? [field.Flag] : texts.SelectMany(text => (string[])[field.Flag, text]));
            }
        }

        return string.Join(' ', words.Select(Quote));
    }

    private IEnumerable<OptionLayer> PresetLayer(IReadOnlyList<OptionLayer> layers) =>
        Fields.FirstOrDefault(static field => field.Name == "preset") is { } preset
        && layers.Select(layer => layer(preset)).FirstOrDefault(static value => value is not null) is { Texts: [.., var name] }
            ? [ConfigurationFile.Read(Presets.Find(name), command, other => other == command ? OptionNames : null, [command])]
            : [];

    private static void Set(object options, OptionField field, OptionValue value)
    {
        try
        {
            field.Set(options, value.Texts);
        }
        catch (UsageException exception) when (value.Origin is not null)
        {
            throw new UsageException($"{exception.Message} (set by {value.Origin})");
        }
    }

    private static string Quote(string word) =>
        word.Length > 0 && word.AsSpan().IndexOfAnyExcept(Unquoted) < 0
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
