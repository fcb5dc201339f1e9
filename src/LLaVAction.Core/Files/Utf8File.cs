using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace LLaVAction.Files;

/// <summary>Reads whole text files of the user as UTF-8 bytes, refusing what is missing, empty or not UTF-8.</summary>
public static class Utf8File
{
    // Tables and JSON pack fifty to one at best; more is a bomb.
    private const int LargestCompression = 200;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>
    /// The bytes of the file after a byte order mark, proven to be UTF-8 and not empty; a file compressed by gzip is unpacked.
    /// </summary>
    /// <param name="path">The file, as the user gave it.</param>
    /// <param name="expected">What the file should be, for messages: <c>an EPIC-KITCHENS-100 action CSV</c>.</param>
    /// <exception cref="InputException">The file cannot be read, is empty, is not UTF-8, or is known to be something else.</exception>
    public static ReadOnlyMemory<byte> Read(string path, string expected)
    {
        ArgumentNullException.ThrowIfNull(path);
        var bytes = ReadBytes(path, expected);
        if (FileSniffer.Identify(bytes.AsSpan(0, Math.Min(bytes.Length, FileSniffer.EnoughBytes))) == FileKind.Gzip)
        {
            bytes = Unpack(path, bytes, expected);
        }

        FileSniffer.RequireText(path, bytes.AsSpan(0, Math.Min(bytes.Length, FileSniffer.EnoughBytes)), expected);
        return Check(path, bytes, expected);
    }

    /// <summary>The first bytes of a file, enough for <see cref="FileSniffer"/>.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static byte[] ReadStart(string path, string expected)
    {
        using var file = Open(path, expected);
        var start = new byte[FileSniffer.EnoughBytes];
        try
        {
            return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (IOException failure)
        {
            throw new InputException($"{path}: the file cannot be read ({failure.Message}); expected {expected}.", failure);
        }
    }

    /// <summary>Copies what a packed stream holds, as long as it is no more than so many times its packed size.</summary>
    /// <exception cref="InputException">It is.</exception>
    internal static byte[] ReadPacked(string path, Stream packed, long packedLength, int largestCompression)
    {
        var limit = Math.Min(Array.MaxLength, (packedLength * largestCompression) + (1 << 20));
        using var text = new MemoryStream();
        var buffer = new byte[1 << 20];
        for (int read; (read = packed.Read(buffer)) > 0;)
        {
            if (text.Length + read > limit)
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} unpacks to more than {limit:N0} bytes, expected at most {largestCompression} times its packed size. Unpack it yourself if you trust it."));
            }

            text.Write(buffer, 0, read);
        }

        return text.ToArray();
    }

    /// <summary>The same for bytes that are in memory already.</summary>
    /// <exception cref="InputException">The text is empty or not UTF-8.</exception>
    public static ReadOnlyMemory<byte> Check(string path, byte[] bytes, string expected)
    {
        var start = bytes.AsSpan().StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        var text = bytes.AsMemory(start);
        if (text.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw new InputException($"{path}: the file is empty; expected {expected}. Check that it was downloaded completely.");
        }

        return Utf8.IsValid(text.Span) ? text : throw NotUtf8(path, text.Span, start);
    }

    /// <summary>Opens a file of the user for reading; every failure becomes one clear error.</summary>
    /// <exception cref="InputException">The file does not exist, is a folder, or may not be read.</exception>
    public static FileStream Open(string path, string expected, int bufferSize = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (Directory.Exists(path))
            {
                throw new InputException($"{path}: this is a folder; expected {expected}.");
            }

            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize, FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: no such file; expected {expected}. Check the path.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{path}: the file cannot be read ({failure.Message}); expected {expected}.", failure);
        }
    }

    private static byte[] Unpack(string path, byte[] bytes, string expected)
    {
        try
        {
            using var packed = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            return ReadPacked(path, packed, bytes.Length, LargestCompression);
        }
        catch (InvalidDataException failure)
        {
            throw new InputException($"{path}: the gzip data are malformed ({failure.Message}); expected {expected}. Check that the file is complete.", failure);
        }
    }

    private static byte[] ReadBytes(string path, string expected)
    {
        using var file = Open(path, expected);
        if (file.Length > Array.MaxLength)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: the file has {file.Length:N0} bytes; expected {expected} of at most {Array.MaxLength:N0} bytes. Split it."));
        }

        try
        {
            // A file that is no regular file (a pipe) claims no length: read to its end.
            if (file.Length == 0)
            {
                using var memory = new MemoryStream();
                file.CopyTo(memory);
                return memory.ToArray();
            }

            var bytes = GC.AllocateUninitializedArray<byte>((int)file.Length);
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (IOException failure)
        {
            throw new InputException($"{path}: the file cannot be read ({failure.Message}); expected {expected}.", failure);
        }
    }

    private static InputException NotUtf8(string path, ReadOnlySpan<byte> text, int start)
    {
        var position = 0;
        while (position < text.Length && Rune.DecodeFromUtf8(text[position..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            position += length;
        }

        var line = text[..position].Count((byte)'\n') + 1;
        return new InputException(string.Create(
            CultureInfo.InvariantCulture,
            $"{path} line {line}: byte 0x{text[position]:X2} at offset {start + position} is not UTF-8. Save the file as UTF-8."));
    }
}
