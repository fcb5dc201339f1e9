using System.Security.Cryptography;

namespace LLaVAction.Benchmarks.Building;

/// <summary>Hashes files in the background while they are read for their content.</summary>
internal sealed class FileHashes
{
    private readonly List<(string Role, string Path, Task<string> Hash)> _files = [];

    /// <summary>The entry of a file of <c>manifest.json</c>.</summary>
    public static SourceFile Describe(string role, string path, int rows) => new(role, Path.GetFileName(path), Hash(path), rows);

    /// <summary>Starts to hash a file.</summary>
    public void Add(string role, string path) => _files.Add((role, path, Task.Run(() => Hash(path))));

    /// <summary>Waits for every hash; the rows of each file are asked for.</summary>
    public IEnumerable<SourceFile> Finish(Func<string, string, int> rowsOf) =>
        _files.Select(file => new SourceFile(
            file.Role, Path.GetFileName(file.Path), file.Hash.GetAwaiter().GetResult(), rowsOf(file.Role, file.Path)));

    private static string Hash(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({error.Message}).", error);
        }
    }
}
