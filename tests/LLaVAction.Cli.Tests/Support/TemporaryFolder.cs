namespace LLaVAction.Cli.Tests.Support;

/// <summary>A folder of a test's own, deleted with the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Makes the folder.</summary>
    public TemporaryFolder() => Root = Directory.CreateTempSubdirectory("llavaction-test-").FullName;

    /// <summary>Where it is.</summary>
    public string Root { get; }

    /// <summary>A path inside.</summary>
    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Writes a text file and says where it is.</summary>
    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);
}
