using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LLaVAction.Cli.Configuration;

/// <summary>One key of a configuration file.</summary>
/// <param name="Name">Option name without dashes in front, underscores read as dashes.</param>
/// <param name="Values">Its values.</param>
/// <param name="Origin">File and line.</param>
internal sealed record FileSetting(string Name, IReadOnlyList<string> Values, string Origin);

/// <summary>
/// Reads the YAML file of <c>--config</c>: option names as keys with a value or a list of values, either at the top or
/// under the name of the command, so that one file can serve several commands.
/// </summary>
internal static class ConfigurationFile
{
    /// <summary>Reads the settings for one command.</summary>
    /// <param name="path">The file.</param>
    /// <param name="command">The invoked command.</param>
    /// <param name="optionNames">Names of options of each command, without dashes in front.</param>
    /// <exception cref="InputException">The file cannot be read, is not YAML of this shape, or has an unknown key.</exception>
    public static IReadOnlyList<FileSetting> Read(
        string path, string command, IReadOnlyDictionary<string, IReadOnlyCollection<string>> optionNames)
    {
        var settings = new Dictionary<string, FileSetting>(StringComparer.Ordinal);
        foreach (var (keyNode, valueNode) in ReadRoot(path))
        {
            var key = NameOf(path, keyNode);
            if (valueNode is YamlMappingNode section)
            {
                ReadSection(path, command, key, keyNode, section, optionNames, settings);
            }
            else
            {
                AddSetting(path, key, keyNode, valueNode, optionNames[command], $"an option of {command}", settings);
            }
        }

        return [.. settings.Values];
    }

    private static void ReadSection(
        string path,
        string command,
        string name,
        YamlNode nameNode,
        YamlMappingNode section,
        IReadOnlyDictionary<string, IReadOnlyCollection<string>> optionNames,
        Dictionary<string, FileSetting> settings)
    {
        if (!optionNames.TryGetValue(name, out var known))
        {
            throw new InputException(
                $"{Place(path, nameNode)}: '{name}' is not a command; only commands have keys below them.{NearestName.Hint(name, optionNames.Keys)}");
        }

        // Sections of other commands are checked as well: a misspelt key must not wait until that command runs.
        var target = string.Equals(name, command, StringComparison.Ordinal) ? settings : new Dictionary<string, FileSetting>(StringComparer.Ordinal);
        foreach (var (keyNode, valueNode) in section)
        {
            AddSetting(path, NameOf(path, keyNode), keyNode, valueNode, known, $"an option of {name}", target);
        }
    }

    private static void AddSetting(
        string path,
        string key,
        YamlNode keyNode,
        YamlNode valueNode,
        IReadOnlyCollection<string> known,
        string expectation,
        Dictionary<string, FileSetting> settings)
    {
        if (!known.Contains(key, StringComparer.Ordinal))
        {
            throw new InputException($"{Place(path, keyNode)}: '{key}' is not {expectation}.{NearestName.Hint(key, known)}");
        }

        IReadOnlyList<string> values = valueNode switch
        {
            YamlScalarNode scalar => [ValueOf(path, key, scalar)],
            YamlSequenceNode sequence => [.. sequence.Select(item => ValueOf(path, key, item))],
            _ => throw new InputException($"{Place(path, valueNode)}: '{key}' must be a value or a list of values."),
        };
        if (!settings.TryAdd(key, new FileSetting(key, values, Place(path, keyNode))))
        {
            throw new InputException($"{Place(path, keyNode)}: '{key}' stands twice. Keep one of {settings[key].Origin} and this line.");
        }
    }

    private static string NameOf(string path, YamlNode node) =>
        node is YamlScalarNode { Value: { Length: > 0 } text }
            ? text.TrimStart('-').Replace('_', '-')
            : throw new InputException($"{Place(path, node)}: a key must be the name of an option.");

    private static string ValueOf(string path, string key, YamlNode node)
    {
        if (node is not YamlScalarNode { Value: { } text } scalar)
        {
            throw new InputException($"{Place(path, node)}: a value of '{key}' must be plain text or a number.");
        }

        var isNull = scalar.Style == ScalarStyle.Plain && text is "" or "~" or "null";
        return isNull ? throw new InputException($"{Place(path, node)}: '{key}' has no value. Give one, or remove the line.") : text;
    }

    /// <summary>The mapping at the top of a YAML file; an empty one for an empty file.</summary>
    /// <exception cref="InputException">The file cannot be read or is no mapping.</exception>
    internal static YamlMappingNode ReadRoot(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var stream = new YamlStream();
            stream.Load(reader);
            return stream.Documents switch
            {
                [] => [],
                [{ RootNode: YamlMappingNode root }] => root,
                [var document] => throw new InputException($"{Place(path, document.RootNode)}: expected 'option: value' lines."),
                _ => throw new InputException($"{path}: holds {stream.Documents.Count} YAML documents, expected one."),
            };
        }
        catch (YamlException exception)
        {
            throw new InputException($"{path} line {exception.Start.Line}: not valid YAML ({exception.Message}).", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>File and line of a node, for messages.</summary>
    internal static string Place(string path, YamlNode node) => $"{path} line {node.Start.Line}";
}
