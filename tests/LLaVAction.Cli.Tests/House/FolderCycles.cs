using System.Text.RegularExpressions;

namespace LLaVAction.Cli.Tests.House;

/// <summary>
/// Finds folders of one project that need each other, told from the source: a folder needs another whose namespace it uses, or,
/// for the folders above it, whose types it names. The project's root is free to use all of its folders.
/// </summary>
internal static partial class FolderCycles
{
    /// <summary>One sentence for each pair of folders that reach each other, with a file that leads from the first to the second.</summary>
    public static IEnumerable<string> Of(string project)
    {
        var files = Directory.GetFiles(project, "*.cs", SearchOption.AllDirectories)
            .Where(file => !BuildOutput().IsMatch(file))
            .Select(file => (Path: file, Text: Comment().Replace(File.ReadAllText(file), string.Empty)))
            .Select(file => (file.Path, file.Text, Namespace: Namespace().Match(file.Text).Groups["name"].Value))
            .Where(file => file.Namespace.Length > 0)
            .ToList();
        var root = files.Count == 0 ? string.Empty : files.Min(file => file.Namespace)!;
        var namespaces = files.Select(file => file.Namespace).ToHashSet(StringComparer.Ordinal);
        var homes = files
            .SelectMany(file => Declaration().Matches(file.Text).Select(type => (Type: type.Groups["name"].Value, file.Namespace)))
            .ToLookup(pair => pair.Type, pair => pair.Namespace, StringComparer.Ordinal);

        var needs = new Dictionary<(string From, string To), string>();
        foreach (var file in files.Where(file => file.Namespace != root))
        {
            var named = Identifier().Matches(file.Text).Select(match => match.Value).Distinct(StringComparer.Ordinal)
                .SelectMany(name => homes[name])
                .Where(home => file.Namespace.StartsWith(home + ".", StringComparison.Ordinal));
            var used = Using().Matches(file.Text).Select(match => match.Groups["name"].Value).Where(namespaces.Contains);
            foreach (var home in named.Concat(used).Where(home => home != root && home != file.Namespace))
            {
                needs.TryAdd((file.Namespace, home), Path.GetFileName(file.Path));
            }
        }

        return
            from need in needs
            where Reaches(need.Key.To, need.Key.From, needs.Keys, [])
            orderby need.Key
            select $"{Path.GetFileName(project)}: {need.Key.From} needs {need.Key.To} ({need.Value}), which needs it in turn";
    }

    private static bool Reaches(string from, string to, IReadOnlyCollection<(string From, string To)> needs, HashSet<string> seen) =>
        from == to || (seen.Add(from) && needs.Where(need => need.From == from).Any(need => Reaches(need.To, to, needs, seen)));

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"^(?:public|internal|file)[\w ]* (?:class|struct|record|interface|enum)\s+(?<name>[A-Z]\w*)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"[\\/](obj|bin)[\\/]")]
    private static partial Regex BuildOutput();
}
