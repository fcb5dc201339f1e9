using System.Globalization;
using LLaVAction.Files;

namespace LLaVAction.Runs;

/// <summary>
/// Writes files that are there whole or not at all, whatever happens to the process or the power: content and folder are on
/// the disk before success is reported.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes a file, replacing what is there.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = WriteTemporary(path, content);
        File.Move(temporary, path, overwrite: true);
        PosixFile.FlushFolderOf(path);
    }

    /// <summary>
    /// Creates a file; false when it already exists. Of several processes that try at once exactly one succeeds, and the
    /// others find the whole file: a hard link is made to the finished temporary file, which fails where the name is taken.
    /// File systems without hard links get a move that does not replace, which on Unix looks before it renames.
    /// </summary>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        if (File.Exists(path))
        {
            return false;
        }

        var temporary = WriteTemporary(path, content);
        if (PosixFile.TryLink(temporary, path) is { } isCreated)
        {
            File.Delete(temporary);
            PosixFile.FlushFolderOf(path);
            return isCreated;
        }

        try
        {
            File.Move(temporary, path, overwrite: false);
            PosixFile.FlushFolderOf(path);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
            return false;
        }
    }

    private static string WriteTemporary(string path, ReadOnlySpan<byte> content)
    {
        var temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp");
        try
        {
            using var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            FileBytes.Write(file, content);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        return temporary;
    }
}
