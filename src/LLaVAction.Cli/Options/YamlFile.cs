using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LLaVAction.Cli.Options;

/// <summary>Reads YAML written by people: every defect of a file is an <see cref="InputException"/> with its line.</summary>
internal static class YamlFile
{
    /// <summary>The mapping at the top of a file; an empty one for an empty file.</summary>
    /// <exception cref="InputException">The file cannot be read, or is no mapping.</exception>
    public static YamlMappingNode ReadRoot(string path) => Files.YamlFile.ReadRoot(path, "'option: value' lines");

    /// <summary>A key as an option's name: dashes in front removed, underscores read as dashes.</summary>
    /// <exception cref="InputException">The key is no plain text.</exception>
    public static string NameOf(string path, YamlNode key) =>
        key is YamlScalarNode { Value: { Length: > 0 } text }
            ? text.TrimStart('-').Replace('_', '-')
            : throw new InputException($"{Place(path, key)}: a key must be the name of an option.");

    /// <summary>The value or list of values of a key.</summary>
    /// <exception cref="InputException">It has none, or it is a mapping.</exception>
    public static IReadOnlyList<string> ValuesOf(string path, string key, YamlNode node) => node switch
    {
        YamlScalarNode => [ValueOf(path, key, node)],
        YamlSequenceNode sequence => [.. sequence.Select(item => ValueOf(path, key, item))],
        _ => throw new InputException($"{Place(path, node)}: '{key}' must be a value or a list of values."),
    };

    /// <summary>The one value of a key.</summary>
    /// <exception cref="InputException">It has none, or several.</exception>
    public static string ValueOf(string path, string key, YamlNode node)
    {
        if (node is not YamlScalarNode { Value: { } text } scalar)
        {
            throw new InputException($"{Place(path, node)}: a value of '{key}' must be plain text or a number.");
        }

        var isNull = scalar.Style == ScalarStyle.Plain && text is "" or "~" or "null";
        return isNull ? throw new InputException($"{Place(path, node)}: '{key}' has no value. Give one, or remove the line.") : text;
    }

    public static string Place(string path, YamlNode node) => Files.YamlFile.Place(path, node);
}
