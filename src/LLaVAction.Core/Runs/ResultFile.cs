using System.Text.Json;

namespace LLaVAction.Runs;

/// <summary>The lines of one results file.</summary>
/// <param name="Lines">The lines, in file order; a key may come several times, and then its last line counts.</param>
/// <param name="CompleteBytes">Length of the file up to the end of its last whole line.</param>
/// <param name="TornBytes">Bytes after it: a line whose writing was cut off; 0 for a file in order.</param>
public sealed record ResultFile(IReadOnlyList<ResultLine> Lines, long CompleteBytes, long TornBytes)
{
    /// <summary>
    /// Reads a results file, which another process may be writing. Only the end can be torn: by a kill in the middle of a
    /// write (no line feed at the end) or by a power loss (null bytes where data never reached the disk). What is torn is
    /// left out, and will be done again.
    /// </summary>
    /// <exception cref="InputException">A line before the end is not a result line.</exception>
    public static ResultFile Read(string path)
    {
        var bytes = ReadShared(path);
        var lines = new List<ResultLine>(bytes.Length / 512);
        var start = 0;
        for (var number = 1; start < bytes.Length; number++)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0)
            {
                break;
            }

            if (!TryParse(path, number, bytes.AsSpan(start, length), out var line))
            {
                if (IsLostTail(bytes.AsSpan(start)))
                {
                    break;
                }

                throw new InputException(
                    $"{path} line {number}: not a result line. The file was changed by something else than the tool; "
                    + "remove that line, and 'llavaction evaluate-model' will do its question again.");
            }

            lines.Add(line!);
            start += length + 1;
        }

        return new ResultFile(lines, start, bytes.Length - start);
    }

    private static bool TryParse(string path, int number, ReadOnlySpan<byte> bytes, out ResultLine? line)
    {
        line = null;
        try
        {
            line = RunJson.ParseLine(bytes);
        }
        catch (JsonException)
        {
            return false;
        }

        return line.OptionOrder.Count == 0 || IsPermutation(line.OptionOrder)
            ? true
            : throw new InputException($"{path} line {number}: option_order is not an order of {line.OptionOrder.Count} options.");
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
