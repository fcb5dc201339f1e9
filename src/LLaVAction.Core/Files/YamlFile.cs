using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LLaVAction.Files;

/// <summary>Reads small YAML files of the user as trees; whatever the parser throws is an error that names the line.</summary>
public static class YamlFile
{
    private const int DeepestNesting = 50;
    private const int LargestFile = 16 << 20;

    /// <summary>The mapping at the top of a file; an empty one for an empty file.</summary>
    /// <param name="path">The file, as the user gave it.</param>
    /// <param name="expected">What the file should be, for messages.</param>
    /// <exception cref="InputException">The file cannot be read, is not YAML, is nested too deeply, or is no mapping.</exception>
    public static YamlMappingNode ReadRoot(string path, string expected)
    {
        var text = ReadText(path, expected);
        try
        {
            RequireShallow(path, text);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents switch
            {
                [] => [],
                [{ RootNode: YamlMappingNode root }] => root,
                [var document] => throw new InputException($"{Place(path, document.RootNode)}: expected {expected}."),
                _ => throw new InputException($"{path}: holds {stream.Documents.Count} YAML documents, expected one."),
            };
        }
        catch (YamlException failure)
        {
            throw new InputException($"{path} line {failure.Start.Line}: not valid YAML ({failure.Message}).", failure);
        }
#pragma warning disable CA1031 // The parser lets slips of its own out; all of them are about this text.
        catch (Exception failure) when (failure is not InputException)
#pragma warning restore CA1031
        {
            throw new InputException($"{path}: not valid YAML ({failure.Message}). Expected {expected}.", failure);
        }
    }

    /// <summary>File and line of a node, for messages.</summary>
    public static string Place(string path, YamlNode node) => FormattableString.Invariant($"{path} line {node.Start.Line}");

    /// <summary>The text of a plain value; empty where the node is none.</summary>
    public static string TextOf(YamlNode node) => (node as YamlScalarNode)?.Value ?? string.Empty;

    private static string ReadText(string path, string expected)
    {
        using var file = Utf8File.Open(path, expected, bufferSize: 4096);
        if (file.Length > LargestFile)
        {
            throw new InputException(FormattableString.Invariant($"{path}: {file.Length:N0} bytes; expected {expected} of at most {LargestFile:N0}."));
        }

        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    // The tree is built by recursion, which no one can catch when it goes too deep.
    private static void RequireShallow(string path, string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            for (var depth = 0; parser.MoveNext();)
            {
                depth += parser.Current!.NestingIncrease;
                if (depth > DeepestNesting)
                {
                    throw new InputException(FormattableString.Invariant($"{path} line {parser.Current.Start.Line}: nested more than {DeepestNesting} levels deep."));
                }
            }
        }
        catch (Exception failure) when (failure is not InputException)
        {
            // Not YAML at all: loading it says so.
        }
    }
}
