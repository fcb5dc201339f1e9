using System.Buffers.Binary;

namespace LLaVAction.Files;

/// <summary>What a file is, by its first bytes, whatever its name says.</summary>
public enum FileKind
{
    /// <summary>None of the others: most likely text.</summary>
    Other,

    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>JSON: the first character is a bracket or a brace.</summary>
    Json,

    /// <summary>A web page.</summary>
    Html,

    /// <summary>The pointer that Git LFS leaves in place of a large file.</summary>
    GitLfsPointer,

    /// <summary>A Python pickle of protocol 2 or later.</summary>
    Pickle,

    /// <summary>A Python pickle of protocol 0 or 1.</summary>
    OldPickle,

    /// <summary>A file of <c>torch.save</c> before PyTorch 1.6.</summary>
    OldTorch,

    /// <summary>A file of <c>torch.save</c>.</summary>
    Torch,

    /// <summary>A NumPy array (<c>.npy</c>).</summary>
    NumPy,

    /// <summary>NumPy arrays in a zip (<c>.npz</c>).</summary>
    NumPyZip,

    /// <summary>Any other zip.</summary>
    Zip,

    /// <summary>A file compressed by gzip.</summary>
    Gzip,

    /// <summary>An SQLite database.</summary>
    Sqlite,

    /// <summary>An HDF5 file.</summary>
    Hdf5,
}

/// <summary>Recognises files, so that a message can say what was given instead of what was expected.</summary>
public static class FileSniffer
{
    /// <summary>How many first bytes are enough.</summary>
    public const int EnoughBytes = 512;

    private static ReadOnlySpan<byte> OldTorchStart => [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19];

    private static ReadOnlySpan<byte> NumPyStart => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private static ReadOnlySpan<byte> GzipStart => [0x1F, 0x8B];

    private static ReadOnlySpan<byte> Hdf5Start => [0x89, (byte)'H', (byte)'D', (byte)'F'];

    /// <summary>What a file is.</summary>
    /// <param name="start">Its first bytes, <see cref="EnoughBytes"/> or all of them.</param>
    public static FileKind Identify(ReadOnlySpan<byte> start)
    {
        var text = start.StartsWith("\uFEFF"u8) ? start[3..].TrimStart(" \t\r\n"u8) : start.TrimStart(" \t\r\n"u8);
        return start.IsEmpty ? FileKind.Empty
            : start.StartsWith(OldTorchStart) ? FileKind.OldTorch
            : start.Length > 1 && start[0] == 0x80 && start[1] is >= 2 and <= 5 ? FileKind.Pickle
            : start.StartsWith("(dp"u8) || start.StartsWith("(lp"u8) || start.StartsWith("}q\0"u8) || start.StartsWith("]q\0"u8)
                || start.StartsWith("cnumpy"u8) || start.StartsWith("ccopy_reg\n"u8) || start.StartsWith("ccollections\n"u8) ? FileKind.OldPickle
            : start.StartsWith("PK\x03\x04"u8) ? KindOfZip(start)
            : start.StartsWith(NumPyStart) ? FileKind.NumPy
            : start.StartsWith(GzipStart) ? FileKind.Gzip
            : start.StartsWith("SQLite format 3\0"u8) ? FileKind.Sqlite
            : start.StartsWith(Hdf5Start) ? FileKind.Hdf5
            : start.StartsWith("version https://git-lfs.github.com/spec/"u8) ? FileKind.GitLfsPointer
            : IsHtml(text) ? FileKind.Html
            : !text.IsEmpty && text[0] is (byte)'{' or (byte)'[' ? FileKind.Json
            : FileKind.Other;
    }

    /// <summary>Refuses a file that cannot be the text it should be; anything that may be text passes.</summary>
    /// <param name="path">The file, as the user gave it.</param>
    /// <param name="start">Its first bytes.</param>
    /// <param name="expected">What the file should be, for messages.</param>
    /// <exception cref="InputException">The file is something else; the message says what, and what helps.</exception>
    public static void RequireText(string path, ReadOnlySpan<byte> start, string expected)
    {
        var kind = Identify(start);
        if (kind is not (FileKind.Other or FileKind.Empty or FileKind.Json or FileKind.Gzip))
        {
            throw new InputException($"{path}: this is {Describe(kind)}; expected {expected}. {Advice(kind, path)}");
        }
    }

    /// <summary>What a kind is called in a sentence.</summary>
    public static string Describe(FileKind kind) => kind switch
    {
        FileKind.Empty => "an empty file",
        FileKind.Json => "JSON",
        FileKind.Html => "a web page (HTML)",
        FileKind.GitLfsPointer => "a Git LFS pointer, not the file itself",
        FileKind.Pickle => "a Python pickle",
        FileKind.OldPickle => "a Python pickle of protocol 0 or 1",
        FileKind.OldTorch => "a file of torch.save in its old format",
        FileKind.Torch => "a file of torch.save",
        FileKind.NumPy => "a single NumPy array (.npy)",
        FileKind.NumPyZip => "NumPy arrays in a zip (.npz)",
        FileKind.Zip => "a zip archive",
        FileKind.Gzip => "a file compressed by gzip",
        FileKind.Sqlite => "an SQLite database",
        FileKind.Hdf5 => "an HDF5 file",
        _ => "another kind of file",
    };

    /// <summary>What a user can do who has a file of this kind; where Python helps, the line that does.</summary>
    public static string Advice(FileKind kind, string path)
    {
        var name = Path.GetFileName(path).Replace("'", "\\'", StringComparison.Ordinal);
        var pickle = Path.GetFileNameWithoutExtension(name) + ".pkl";
        return kind switch
        {
            FileKind.Html => "A download page was saved instead of the file; download the file itself.",
            FileKind.GitLfsPointer => "Fetch the content by 'git lfs pull'.",
            FileKind.OldPickle => $"Write it again: python3 -c \"import pickle; pickle.dump(pickle.load(open('{name}', 'rb'), encoding='latin1'), open('new-{pickle}', 'wb'), protocol=4)\"",
            FileKind.Torch or FileKind.OldTorch => $"If you trust it, write its arrays: python3 -c \"import torch, pickle; d = torch.load('{name}', map_location='cpu', weights_only=False); pickle.dump({{k: v.numpy() if torch.is_tensor(v) else v for k, v in d.items()}}, open('{pickle}', 'wb'), protocol=4)\"",
            FileKind.NumPyZip => $"Write it as a pickle: python3 -c \"import numpy, pickle; pickle.dump(dict(numpy.load('{name}')), open('{pickle}', 'wb'), protocol=4)\"",
            FileKind.NumPy => $"One array does not say which clip each row is; write it with the targets: python3 -c \"import numpy, pickle; pickle.dump(dict(probs=numpy.load('{name}'), targets=numpy.load('targets.npy')), open('{pickle}', 'wb'), protocol=4)\"",
            FileKind.Gzip or FileKind.Zip => "Unpack it first.",
            _ => "Check the path.",
        };
    }

    private static FileKind KindOfZip(ReadOnlySpan<byte> start)
    {
        // Local file header: the length of the first name at 26, the name at 30.
        if (start.Length < 30)
        {
            return FileKind.Zip;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(start[26..]);
        var name = start[30..Math.Min(start.Length, 30 + length)];
        return name.EndsWith(".npy"u8) ? FileKind.NumPyZip
            : name.EndsWith("/data.pkl"u8) || name.EndsWith("/version"u8) || name.EndsWith("/byteorder"u8) || name.EndsWith("/.format_version"u8) ? FileKind.Torch
            : FileKind.Zip;
    }

    private static bool IsHtml(ReadOnlySpan<byte> text) =>
        StartsWithIgnoringCase(text, "<!doctype html") || StartsWithIgnoringCase(text, "<html") || StartsWithIgnoringCase(text, "<head");

    private static bool StartsWithIgnoringCase(ReadOnlySpan<byte> text, string start) =>
        text.Length >= start.Length && System.Text.Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
