using System.Text.Json;

namespace LLaVAction.Runs;

/// <summary>The lines of one results file.</summary>
/// <param name="Lines">The lines, in file order; a key may come several times, and then its last line counts.</param>
/// <param name="CompleteBytes">Length of the file up to the end of its last whole line.</param>
/// <param name="TornBytes">Bytes after it: a line whose writing was cut off; 0 for a file in order.</param>
public sealed record ResultFile(IReadOnlyList<ResultLine> Lines, long CompleteBytes, long TornBytes)
{
    private const int LinesPerTask = 1024;

    /// <summary>
    /// Reads a results file, which another process may be writing. Only the end can be torn: by a kill in the middle of a
    /// write (no line feed at the end) or by a power loss (nothing but null bytes where data never reached the disk). What
    /// is torn is left out, and will be done again; anything else that is no result line stops the reading.
    /// </summary>
    /// <exception cref="InputException">A line before the end is not a result line, or not as the tool wrote it.</exception>
    public static ResultFile Read(string path)
    {
        var bytes = ReadShared(path);
        var end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

        // Null bytes after a line are blocks that the file system had not filled when the power went; they and the line that
        // they begin in are torn. A null byte with anything behind it is damage, and no JSON.
        var ends = FindLineEnds(bytes.AsSpan(0, end));
        var lines = new ResultLine[ends.Count];
        var complaints = new string?[ends.Count];
        Parallel.For(0, (ends.Count + LinesPerTask - 1) / LinesPerTask, task =>
        {
            var last = Math.Min((task + 1) * LinesPerTask, ends.Count);
            for (var i = task * LinesPerTask; i < last; i++)
            {
                var start = i == 0 ? 0 : ends[i - 1] + 1;
                complaints[i] = TryParse(bytes.AsSpan(start, ends[i] - start), out lines[i]);
            }
        });

        var damaged = Array.FindIndex(complaints, static complaint => complaint is not null);
        if (damaged >= 0 && !IsLostTail(bytes, damaged == 0 ? 0 : ends[damaged - 1] + 1))
        {
            throw new InputException(
                $"{path} line {damaged + 1}: {complaints[damaged]}. The file was changed by something other than the tool; "
                + "remove that line, and 'llavaction evaluate-model' will ask its question again.");
        }

        var whole = damaged < 0 ? lines.Length : damaged;
        var complete = whole == 0 ? 0 : ends[whole - 1] + 1;
        return new ResultFile(new ArraySegment<ResultLine>(lines, 0, whole), complete, bytes.Length - complete);
    }

    // From the first null byte on there is nothing but null bytes and the line feeds of later, empty appends.
    private static bool IsLostTail(byte[] bytes, int start)
    {
        var rest = bytes.AsSpan(start);
        var first = rest.IndexOf((byte)0);
        return first >= 0 && rest[first..].IndexOfAnyExcept((byte)0, (byte)'\n') < 0;
    }

    private static List<int> FindLineEnds(ReadOnlySpan<byte> bytes)
    {
        var ends = new List<int>(bytes.Length / 512);
        for (var start = 0; ; start = ends[^1] + 1)
        {
            var length = bytes[start..].IndexOf((byte)'\n');
            if (length < 0)
            {
                return ends;
            }

            ends.Add(start + length);
        }
    }

    // What is wrong with a line; null for a result line.
    private static string? TryParse(Span<byte> bytes, out ResultLine line)
    {
        line = null!;
        if (!LineChecksum.Remove(ref bytes))
        {
            return "its checksum does not fit its content";
        }

        try
        {
            line = RunJson.ParseLine(bytes);
        }
        catch (JsonException)
        {
            return "not a result line";
        }

        return IsPermutation(line.OptionOrder) ? ResultRules.Contradiction(line) : "not a result line";
    }

    private static bool IsPermutation(IReadOnlyList<int> order)
    {
        var seen = 0u;
        foreach (var option in order)
        {
            if ((uint)option >= order.Count || order.Count > 26 || (seen & (1u << option)) != 0)
            {
                return false;
            }

            seen |= 1u << option;
        }

        return true;
    }

    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var bytes = new byte[stream.Length];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
