using System.Security.Cryptography;
using System.Text;

namespace LLaVAction.Runs;

/// <summary>
/// The last key of a result line, <c>"checksum":"…"</c>: the first 16 hexadecimal digits of the SHA-256 of everything before
/// it, so that an edit of the line shows. Lines of earlier versions have none.
/// </summary>
internal static class LineChecksum
{
    private const int Digits = 16;
    private const int SuffixLength = 31;

    private static ReadOnlySpan<byte> Key => ",\"checksum\":\""u8;

    /// <summary>The line with its checksum and a line feed.</summary>
    /// <param name="json">A JSON object, without line feed.</param>
    public static byte[] Append(ReadOnlySpan<byte> json) => [.. json[..^1], .. Key, .. Encoding.ASCII.GetBytes(Of(json[..^1])), .. "\"}\n"u8];

    // Takes the checksum off a line, which then is the JSON it was made of; false where the two do not fit.
    public static bool Remove(ref Span<byte> line)
    {
        if (line.Length <= SuffixLength || !line[^SuffixLength..].StartsWith(Key))
        {
            return true;
        }

        var content = line[..^SuffixLength];
        if (!line[^(Digits + 2)..^2].SequenceEqual(Encoding.ASCII.GetBytes(Of(content))))
        {
            return false;
        }

        line = line[..(content.Length + 1)];
        line[^1] = (byte)'}';
        return true;
    }

    private static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash[..(Digits / 2)]);
    }
}
