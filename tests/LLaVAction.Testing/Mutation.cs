using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace LLaVAction.Testing;

/// <summary>Damage to valid files, for tests that reading never does worse than a clear error.</summary>
public static class Mutation
{
    private static readonly string[] Splices =
    [
        "-1", "0", "1e9", "9223372036854775807", "18446744073709551616", "null", "true", "\"\"", "[]", "{}", "[[", "\"\\ud800\"", "\"", ",", ":", "\0", "\u00FF",
    ];

    /// <summary>Truncated, with bytes flipped, with a stretch doubled or cut out, or with a JSON fragment written over it.</summary>
    public static Gen<byte[]> Of(byte[] file) => Gen.OneOf(
        Position(file).Select(end => file[..end]),
        from at in Position(file) from bit in Gen.Choose(0, 7) select With(file, copy => copy[at] ^= (byte)(1 << bit)),
        from at in Position(file) from value in Gen.Choose(0, 255) select With(file, copy => copy[at] = (byte)value),
        from start in Position(file) from end in Position(file) select file[..Math.Min(start, end)].Concat(file[Math.Max(start, end)..]).ToArray(),
        from start in Position(file) from length in Gen.Choose(1, 200) select file[..Math.Min(file.Length, start + length)].Concat(file[start..]).ToArray(),
        from at in Position(file) from cut in Gen.Choose(0, 12) from text in Gen.Elements(Splices) select Splice(file, at, cut, text));

    // Small files and headers lie at the front: half of the damage goes there.
    private static Gen<int> Position(byte[] file) =>
        Gen.OneOf(Gen.Choose(0, Math.Min(file.Length, 400) - 1), Gen.Choose(0, file.Length - 1));

    private static byte[] With(byte[] file, Action<byte[]> change)
    {
        var copy = (byte[])file.Clone();
        change(copy);
        return copy;
    }

    private static byte[] Splice(byte[] file, int at, int cut, string text) =>
        [.. file[..at], .. Encoding.UTF8.GetBytes(text), .. file[Math.Min(file.Length, at + cut)..]];
}
