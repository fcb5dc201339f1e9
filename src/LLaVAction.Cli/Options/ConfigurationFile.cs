using YamlDotNet.RepresentationModel;

namespace LLaVAction.Cli.Options;

/// <summary>
/// The YAML file of <c>--config</c>: option names as keys with a value or a list of values, either at the top or under the
/// name of a command, so that one file can serve several commands.
/// </summary>
internal static class ConfigurationFile
{
    /// <summary>Reads the layer of one command.</summary>
    /// <param name="path">The file.</param>
    /// <param name="command">The command that is run.</param>
    /// <param name="optionsOf">Names of the options of any command, without dashes; null for what is no command.</param>
    /// <param name="commands">Names of all commands.</param>
    /// <exception cref="InputException">The file cannot be read, is not YAML of this shape, or has an unknown key.</exception>
    public static OptionLayer Read(string path, string command, Func<string, IReadOnlyList<string>?> optionsOf, IReadOnlyList<string> commands)
    {
        var values = new Dictionary<string, OptionValue>(StringComparer.Ordinal);
        foreach (var (keyNode, valueNode) in YamlFile.ReadRoot(path))
        {
            var key = YamlFile.NameOf(path, keyNode);
            if (valueNode is not YamlMappingNode section)
            {
                Add(values, path, command, keyNode, valueNode, optionsOf(command)!);
                continue;
            }

            var known = optionsOf(key)
                ?? throw new InputException($"{YamlFile.Place(path, keyNode)}: '{key}' is not a command; only commands have keys below them.{NearestName.Hint(key, commands)}");

            // Sections of other commands are checked as well: a misspelt key must not wait until that command runs.
            var target = key == command ? values : new Dictionary<string, OptionValue>(StringComparer.Ordinal);
            foreach (var (optionNode, optionValue) in section)
            {
                Add(target, path, key, optionNode, optionValue, known);
            }
        }

        return field => field.IsArgument ? null : values.GetValueOrDefault(field.Name);
    }

    private static void Add(
        Dictionary<string, OptionValue> values, string path, string command, YamlNode keyNode, YamlNode valueNode, IReadOnlyList<string> known)
    {
        var key = YamlFile.NameOf(path, keyNode);
        if (!known.Contains(key, StringComparer.Ordinal))
        {
            throw new InputException($"{YamlFile.Place(path, keyNode)}: '{key}' is not an option of {command}.{NearestName.Hint(key, known)}");
        }

        var place = YamlFile.Place(path, keyNode);
        if (!values.TryAdd(key, new OptionValue(YamlFile.ValuesOf(path, key, valueNode), place)))
        {
            throw new InputException($"{place}: '{key}' is given twice. Keep {values[key].Origin} or this line.");
        }
    }
}
