using System.Text.Json;

namespace LLaVAction.Runs;

/// <summary>The lines of one results file.</summary>
/// <param name="Lines">The lines, in file order; a key may come several times, and then its last line counts.</param>
/// <param name="CompleteBytes">Length of the file up to the end of its last whole line.</param>
/// <param name="TornBytes">Bytes after it: a line whose writing was cut off; 0 for a file in order.</param>
public sealed record ResultFile(IReadOnlyList<ResultLine> Lines, long CompleteBytes, long TornBytes)
{
    private const int BlockLength = 8 << 20;

    /// <summary>
    /// Reads a results file, which another process may be writing. Only the end can be torn: by a kill in the middle of a
    /// write (no line feed at the end) or by a power loss (nothing but null bytes where data never reached the disk). What
    /// is torn is left out, and will be done again; anything else that is no result line stops the reading.
    /// </summary>
    /// <exception cref="InputException">A line before the end is not a result line, or not as the tool wrote it.</exception>
    public static ResultFile Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var length = stream.Length;
        var lines = new List<ResultLine>();
        var pool = new ResultLinePool();
        var block = new byte[Math.Min(length, BlockLength)];
        var complete = 0L;
        var filled = 0;
        while (complete + filled < length)
        {
            // A line longer than the block.
            if (filled == block.Length)
            {
                Array.Resize(ref block, (int)Math.Min(length - complete, 2L * block.Length));
            }

            var read = stream.Read(block, filled, (int)Math.Min(block.Length - filled, length - complete - filled));
            if (read == 0)
            {
                length = complete + filled;
                break;
            }

            filled += read;
            var ends = FindLineEnds(block.AsSpan(0, filled));
            var parsed = new ResultLine[ends.Count];
            var complaints = new string?[ends.Count];
            Parallel.For(0, ends.Count, i =>
            {
                var start = i == 0 ? 0 : ends[i - 1] + 1;
                complaints[i] = TryParse(block.AsSpan(start, ends[i] - start), out parsed[i]);
            });
            var damaged = Array.FindIndex(complaints, static complaint => complaint is not null);
            var whole = damaged < 0 ? parsed.Length : damaged;
            lines.AddRange(parsed.Take(whole).Select(pool.Share));
            var end = whole == 0 ? 0 : ends[whole - 1] + 1;
            complete += end;
            if (damaged >= 0)
            {
                return IsLostTail(stream, complete, length)
                    ? new ResultFile(lines, complete, length - complete)
                    : throw new InputException(
                        $"{path} line {lines.Count + 1}: {complaints[damaged]}. The file was changed by something other than the tool; "
                        + "remove that line, and 'llavaction evaluate-model' will ask its question again.");
            }

            block.AsSpan(end, filled - end).CopyTo(block);
            filled -= end;
        }

        return new ResultFile(lines, complete, length - complete);
    }

    // From the first null byte on there is nothing but null bytes and the line feeds of later, empty appends: blocks that the
    // file system had not filled when the power went. They and the line that they begin in are torn.
    private static bool IsLostTail(FileStream stream, long start, long length)
    {
        stream.Position = start;
        var rest = new byte[length - start];
        stream.ReadExactly(rest);
        var first = rest.AsSpan().IndexOf((byte)0);
        return first >= 0 && rest.AsSpan(first).IndexOfAnyExcept((byte)0, (byte)'\n') < 0;
    }

    private static List<int> FindLineEnds(ReadOnlySpan<byte> bytes)
    {
        var ends = new List<int>();
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
}
