namespace LLaVAction.Testing;

/// <summary>A new, empty folder that is removed with all it holds.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Creates it below the system's temporary folder.</summary>
    public TemporaryFolder()
    {
        FullName = Directory.CreateTempSubdirectory("llavaction-").FullName;
    }

    /// <summary>Its full path.</summary>
    public string FullName { get; }

    /// <summary>Full path of something in it.</summary>
    public string this[string relative] => Path.Combine(FullName, relative);

    /// <summary>Writes a text file in it, with the folders above it, and tells its full path.</summary>
    public string Write(string relative, string text) => Write(relative, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a file of the given content, and the folders above it.</summary>
    public string Write(string relative, byte[] bytes)
    {
        var path = this[relative];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
