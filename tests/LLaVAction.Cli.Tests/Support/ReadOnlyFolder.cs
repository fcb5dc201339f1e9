namespace LLaVAction.Cli.Tests.Support;

/// <summary>A folder that takes nothing until it is released, for root too where the file system has immutable folders.</summary>
internal sealed class ReadOnlyFolder : IDisposable
{
    private readonly string _path;

    private ReadOnlyFolder(string path)
    {
        _path = path;
    }

    /// <summary>Locks a folder; null where this user cannot be kept out.</summary>
    public static async Task<ReadOnlyFolder?> LockAsync(string path)
    {
        if (!Shell.IsAvailable)
        {
            return null;
        }

        await Shell.RunAsync($"chmod a-w '{path}'; chattr +i '{path}'");
        var folder = new ReadOnlyFolder(path);
        try
        {
            File.WriteAllText(Path.Combine(path, "probe"), "");
            File.Delete(Path.Combine(path, "probe"));
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            return folder;
        }

        folder.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => Shell.RunAsync($"chattr -i '{_path}'; chmod u+w '{_path}'").GetAwaiter().GetResult();
}
