using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LLaVAction.Cli.Options;

/// <summary>Reads YAML written by people: every defect of a file is an <see cref="InputException"/> with its line.</summary>
internal static class YamlFile
{
    /// <summary>YAML of options has three levels; the parser's own stack gives out at some thousands.</summary>
    private const int DeepestNesting = 64;

    /// <summary>The mapping at the top of a file; an empty one for an empty file.</summary>
    /// <exception cref="InputException">The file cannot be read, or is no mapping.</exception>
    public static YamlMappingNode ReadRoot(string path)
    {
        var text = ReadText(path);
        RefuseDeepNesting(path, text);
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException exception)
        {
            throw new InputException($"{path} line {exception.Start.Line}: not valid YAML ({exception.Message.TrimEnd('.')}).", exception);
        }
#pragma warning disable CA1031 // The parser lets other exceptions through for some malformed files; all of them are about the file.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            throw new InputException($"{path}: not valid YAML.", exception);
        }

        return stream.Documents switch
        {
            [] => [],
            [{ RootNode: YamlMappingNode root }] => root,
            [var document] => throw new InputException($"{Place(path, document.RootNode)}: expected 'option: value' lines."),
            _ => throw new InputException($"{path}: holds {stream.Documents.Count} YAML documents, expected one."),
        };
    }

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

    /// <summary>File and line of a node, for messages.</summary>
    public static string Place(string path, YamlNode node) => $"{path} line {node.Start.Line}";

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                Directory.Exists(path) ? $"{path}: is a folder, expected a YAML file." : $"{path}: cannot be read ({exception.Message.TrimEnd('.')}).", exception);
        }
    }

    private static void RefuseDeepNesting(string path, string text)
    {
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            for (var depth = 0; parser.MoveNext();)
            {
                depth += parser.Current!.NestingIncrease;
                if (depth > DeepestNesting)
                {
                    throw new InputException($"{path} line {parser.Current.Start.Line}: nested more than {DeepestNesting} levels deep, expected options and their values.");
                }
            }
        }
        catch (Exception exception) when (exception is not InputException)
        {
            // Not YAML at all: loading it says so.
        }
    }
}
