using System.Globalization;
using LLaVAction.Files;
using Microsoft.Win32.SafeHandles;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>An open pickle: positioned reads that never leave the file, and errors that name the byte.</summary>
internal sealed class PickleFile : IDisposable
{
    private readonly FileStream _stream;

    /// <summary>Opens a file whose pickle is all of it, or a stretch.</summary>
    public PickleFile(string path, long start = 0, long? end = null)
    {
        Path = path;
        _stream = Utf8File.Open(path, "a pickle");
        Start = start;
        End = end ?? _stream.Length;
    }

    /// <summary>The file, as the user gave it.</summary>
    public string Path { get; }

    /// <summary>Where the pickle begins in the file.</summary>
    public long Start { get; }

    /// <summary>Where it ends.</summary>
    public long End { get; }

    private SafeFileHandle Handle => _stream.SafeFileHandle;

    /// <summary>Fills the buffer from an offset; safe to call from several threads.</summary>
    /// <exception cref="InputException">The file ends before, or can no longer be read.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                var read = RandomAccess.Read(Handle, buffer, offset);
                if (read == 0)
                {
                    throw Error(offset, "the file ends here, expected more. Check that it is complete.");
                }

                buffer = buffer[read..];
                offset += read;
            }
        }
        catch (IOException failure)
        {
            throw new InputException($"{Path}: the file cannot be read ({failure.Message}).", failure);
        }
    }

    /// <summary>An error at a byte of the file.</summary>
    public InputException Error(long offset, string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Path} at byte {offset}: {message}"));

    public void Dispose() => _stream.Dispose();
}
