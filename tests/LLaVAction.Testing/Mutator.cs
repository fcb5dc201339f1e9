using System.Globalization;
using System.Text;

namespace LLaVAction.Testing;

/// <summary>Damages files: the same file, seed and number give the same damage.</summary>
public static class Mutator
{
    private const int LongestRun = 64;

    // What parsers trip over: numbers at the edges of their types, other kinds of JSON and YAML, other encodings, opcodes.
    private static readonly byte[][] Tokens =
    [
        .. ((string[])
        [
            "-1", "0", "1e9", "1e999", "-0", "0.1", "9223372036854775807", "9223372036854775808", "18446744073709551616", "2147483647", "-2147483648", "NaN", "Infinity",
            "null", "true", "\"\"", "[]", "{}", "[[", "]]", "{\"a\":", "\"\\ud800\"", "\\u0000", "\"", "'", ",", ":", "\n", "\r\n", "\t", "&a [*a]", "- ", "? ", "!!binary ", "<<: ",
            "\0", "\u00FF", "\u2028", "e\u0301", "\uFEFF", "../", "/dev/null", "(", ")", "tR.", "cos\nsystem\n", "[1,2", "00:00:99.99", "99:99:99", "verb", "answer_index",
        ]).Select(Encoding.UTF8.GetBytes),
        [0xFF, 0xFE], [0xED, 0xA0, 0x80], [0x80, 4, 0x95], [0x8A, 0xFF], [0x1F, 0x8B, 8, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0], [(byte)'B', 0xFF, 0xFF, 0xFF, 0x7F],
    ];

    private static readonly string[] Numbers = ["0", "-1", "1", "2", "255", "65536", "2147483647", "2147483648", "4294967295", "9223372036854775807", "1e308", "1.5", "-0.0", "00", "1e-400"];

    /// <summary>One to four damages on top of each other.</summary>
    public static byte[] Mutate(byte[] file, long seed, long number)
    {
        var random = new KeyedRandom(seed, number.ToString(CultureInfo.InvariantCulture), "mutation");
        var mutated = file;
        for (var rounds = 1 + random.NextInt32(4); rounds > 0; rounds--)
        {
            mutated = Once(mutated, random);
        }

        return mutated;
    }

    private static byte[] Once(byte[] file, KeyedRandom random)
    {
        if (file.Length == 0)
        {
            return Tokens[random.NextInt32(Tokens.Length)];
        }

        var at = Position(file, random);
        var end = Math.Min(file.Length, at + 1 + random.NextInt32(LongestRun));
        var token = Tokens[random.NextInt32(Tokens.Length)];
        return random.NextInt32(12) switch
        {
            0 => file[..at],
            1 => With(file, at, (byte)(file[at] ^ (1 << random.NextInt32(8)))),
            2 => With(file, at, (byte)random.NextInt32(256)),
            3 => [.. file[..at], .. file[end..]],
            4 => [.. file[..end], .. file[at..]],
            5 => [.. file[..at], .. token, .. file[at..]],
            6 => [.. file[..at], .. token, .. file[Math.Min(file.Length, at + token.Length)..]],
            7 or 8 => OtherNumber(file, at, random),
            9 => OtherValue(file, at, token),
            10 => Moved(file, at, end, Position(file, random)),
            _ => Repeated(file, at, end, 1 << random.NextInt32(13)),
        };
    }

    // Headers lie at the front: half of the damage goes there.
    private static int Position(byte[] file, KeyedRandom random) => random.NextInt32(random.NextInt32(2) == 0 ? Math.Min(file.Length, 400) : file.Length);

    private static byte[] With(byte[] file, int at, byte value)
    {
        var copy = (byte[])file.Clone();
        copy[at] = value;
        return copy;
    }

    // The next number written in digits, in the place of which another stands.
    private static byte[] OtherNumber(byte[] file, int at, KeyedRandom random)
    {
        var start = file.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0)
        {
            return With(file, at, (byte)random.NextInt32(256));
        }

        start += at;
        var length = file.AsSpan(start).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return [.. file[..start], .. Encoding.ASCII.GetBytes(Numbers[random.NextInt32(Numbers.Length)]), .. length < 0 ? [] : file[(start + length)..]];
    }

    // The value after the next colon or comma, up to the next comma or end of a line, replaced.
    private static byte[] OtherValue(byte[] file, int at, byte[] token)
    {
        var start = file.AsSpan(at).IndexOfAny((byte)':', (byte)',') + at + 1;
        var length = file.AsSpan(start).IndexOfAny((byte)',', (byte)'\n', (byte)'}');
        return [.. file[..start], .. token, .. length < 0 ? [] : file[(start + length)..]];
    }

    private static byte[] Moved(byte[] file, int at, int end, int to)
    {
        byte[] rest = [.. file[..at], .. file[end..]];
        to = Math.Min(to, rest.Length);
        return [.. rest[..to], .. file[at..end], .. rest[to..]];
    }

    private static byte[] Repeated(byte[] file, int at, int end, int times)
    {
        var part = file.AsSpan(at, Math.Min(end - at, Math.Max(1, 65536 / times)));
        var repeated = new byte[file.Length + (part.Length * times)];
        file.AsSpan(0, at).CopyTo(repeated);
        for (var i = 0; i < times; i++)
        {
            part.CopyTo(repeated.AsSpan(at + (i * part.Length)));
        }

        file.AsSpan(at).CopyTo(repeated.AsSpan(at + (part.Length * times)));
        return repeated;
    }
}
