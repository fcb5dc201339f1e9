namespace LLaVAction.Tests;

/// <summary>Real annotations and the dumps beside them, where the environment names them.</summary>
internal static class RealData
{
    private const string Variable = "LLAVACTION_EPIC";

    /// <summary>A file of the annotations folder; skips the test where the folder or the file is absent.</summary>
    public static string Epic(string name) => Require(Path.Join(Folder(), name));

    /// <summary>A file of the dumps folder beside it; skips the test where it is absent.</summary>
    public static string Dump(string name) => Require(Path.Join(Folder(), "..", "dumps", name));

    private static string Folder()
    {
        var folder = Environment.GetEnvironmentVariable(Variable);
        Skip.If(string.IsNullOrEmpty(folder), $"{Variable} is not set.");
        return folder!;
    }

    private static string Require(string path)
    {
        Skip.IfNot(File.Exists(path), $"{path} does not exist.");
        return path;
    }
}
