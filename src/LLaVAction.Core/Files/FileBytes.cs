namespace LLaVAction.Files;

/// <summary>Writes to files so that whatever the file system refuses is an <see cref="IOException"/>.</summary>
internal static class FileBytes
{
    /// <summary>Writes bytes.</summary>
    /// <exception cref="IOException">They cannot be written: the disk is full, or the file may not grow that large.</exception>
    public static void Write(FileStream file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            file.Write(bytes);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            // What the runtime makes of EFBIG, a limit on the size of files.
            throw new IOException($"No room for {file.Name}: a limit on the size of files is reached", failure);
        }
    }
}
