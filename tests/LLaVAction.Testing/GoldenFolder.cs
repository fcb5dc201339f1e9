using System.Text.Json;

namespace LLaVAction.Testing;

/// <summary>
/// Where golden files lie: the folder that the environment variable <c>LLAVACTION_GOLDEN</c> names, or <c>tests/Goldens</c>
/// of this repository. Both have one layout (<c>tests/Goldens/README.md</c>); whatever is absent is passed over, whatever
/// is there is tried.
/// </summary>
public static class GoldenFolder
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "LLAVACTION_GOLDEN";

    /// <summary>The folder in use.</summary>
    public static string Root { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? Path.GetFullPath(folder) : RepositoryGoldens();

    /// <summary>
    /// Files under the root whose name has a form (<c>golden_*.safetensors</c>), in all folders below
    /// <paramref name="folder"/>, as paths relative to the root with '/' between folders, in ordinal order.
    /// </summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        var start = PathOf(folder);
        if (!Directory.Exists(start))
        {
            return [];
        }

        return Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories).Select(Relative).Order(StringComparer.Ordinal).ToArray();
    }

    /// <summary>
    /// Theory rows, one per file that <see cref="Files"/> finds. Where there is none, one row with null, so that the
    /// theory shows up as skipped (<c>Skip.If(file is null, …)</c>) and not as an error of the runner.
    /// </summary>
    public static IEnumerable<object?[]> Rows(string folder, string pattern) => RowsOf(Files(folder, pattern));

    /// <summary>Theory rows, one per item, or one row with null where there is none.</summary>
    public static IEnumerable<object?[]> RowsOf(IReadOnlyCollection<string> items) =>
        items.Count == 0 ? [[null]] : items.Select(item => new object?[] { item });

    /// <summary>
    /// Folders below <c>models</c> that hold a checkpoint (a <c>config.json</c> beside a safetensors file), relative to the root.
    /// </summary>
    public static IReadOnlyList<string> Checkpoints() =>
        Files("models", "config.json")
            .Select(file => file[..file.LastIndexOf('/')])
            .Where(folder => Directory.EnumerateFiles(PathOf(folder), "*.safetensors").Any())
            .ToArray();

    /// <summary>Full path of something under the root.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>The lines of a JSON Lines file, parsed.</summary>
    public static IEnumerable<JsonElement> Lines(string relative)
    {
        foreach (var line in File.ReadLines(PathOf(relative)))
        {
            if (line.Length > 0)
            {
                using var document = JsonDocument.Parse(line);
                yield return document.RootElement.Clone();
            }
        }
    }

    /// <summary>A JSON file, parsed.</summary>
    public static JsonElement Json(string relative)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(relative)));
        return document.RootElement.Clone();
    }

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/');

    private static string RepositoryGoldens() => Path.Combine(Repository.Root, "tests", "Goldens");
}
