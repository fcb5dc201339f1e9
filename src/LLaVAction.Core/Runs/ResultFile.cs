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
    /// write (no line feed at the end) or by a power loss (null bytes where data never reached the disk). What is torn is
    /// left out, and will be done again.
    /// </summary>
    /// <exception cref="InputException">A line before the end is not a result line.</exception>
    public static ResultFile Read(string path)
    {
        var bytes = ReadShared(path);
        var ends = FindLineEnds(bytes);
        var lines = new ResultLine?[ends.Count];
        Parallel.For(0, (ends.Count + LinesPerTask - 1) / LinesPerTask, task =>
        {
            var last = Math.Min((task + 1) * LinesPerTask, ends.Count);
            for (var i = task * LinesPerTask; i < last; i++)
            {
                var start = i == 0 ? 0 : ends[i - 1] + 1;
                lines[i] = TryParse(bytes.AsSpan(start, ends[i] - start));
            }
        });

        var damaged = Array.IndexOf(lines, null);
        var whole = damaged < 0 ? lines.Length : damaged;
        var complete = whole == 0 ? 0 : ends[whole - 1] + 1;
        if (damaged >= 0 && !IsLostTail(bytes.AsSpan(complete)))
        {
            throw new InputException(
                $"{path} line {damaged + 1}: not a result line. The file was changed by something else than the tool; "
                + "remove that line, and 'llavaction evaluate-model' will do its question again.");
        }

        return new ResultFile(new ArraySegment<ResultLine>(lines!, 0, whole), complete, bytes.Length - complete);
    }

    private static List<int> FindLineEnds(byte[] bytes)
    {
        var ends = new List<int>(bytes.Length / 512);
        for (var start = 0; ; start = ends[^1] + 1)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
            {
                return ends;
            }

            ends.Add(start + length);
        }
    }

    private static ResultLine? TryParse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var line = RunJson.ParseLine(bytes);
            return IsPermutation(line.OptionOrder) ? line : null;
        }
        catch (JsonException)
        {
            return null;
        }
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

    // Blocks that a file system had given to the file, but not yet filled, when the power went.
    private static bool IsLostTail(ReadOnlySpan<byte> rest) => rest.Contains((byte)0);

    private static byte[] ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var bytes = new byte[stream.Length];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
