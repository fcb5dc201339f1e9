namespace LLaVAction.Cli.Options;

/// <summary>Files of options that ship with the tool: presets of models, and studies.</summary>
internal static class Presets
{
    private const string ModelFolder = "models";

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "configs");

    public static IReadOnlyList<string> Studies { get; } = List(Folder).Where(static name => !name.StartsWith(ModelFolder + "/", StringComparison.Ordinal)).ToList();

    public static IReadOnlyList<string> Models { get; } = List(Path.Combine(Folder, ModelFolder));

    /// <summary>The file of a preset of a model.</summary>
    /// <exception cref="InputException">There is none of that name.</exception>
    public static string Find(string name) => Models.Contains(name, StringComparer.Ordinal)
        ? PathOf($"{ModelFolder}/{name}")
        : throw new InputException($"--preset {name}: there is no such preset; 'llavaction presets' lists them.{NearestName.Hint(name, Models)}");

    public static string PathOf(string name) => Path.Combine(Folder, name + ".yaml");

    public static string DescriptionOf(string path) => File.ReadLines(path).FirstOrDefault("").TrimStart('#', ' ');

    private static List<string> List(string folder) => !Directory.Exists(folder) ? [] :
    [
        .. Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
            .Select(path => Path.ChangeExtension(Path.GetRelativePath(folder, path), null).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];
}
