using System.Security.Cryptography;
using LLaVAction.Benchmarks;

namespace LLaVAction.Exchange;

/// <summary>SHA-256 of a question's line: what goes out with a question, and comes back with its answer.</summary>
public static class QuestionHash
{
    /// <summary>How many hexadecimal digits travel where room is short.</summary>
    public const int ShortDigits = 8;

    /// <summary>The hash, 64 lower-case hexadecimal digits.</summary>
    public static string Of(Question question) => Convert.ToHexStringLower(SHA256.HashData(BenchmarkJson.ToLine(question).Span));

    /// <summary>Whether a hash, or the beginning of one, is that of a question.</summary>
    public static bool IsOf(Question question, string hash) =>
        hash.Length >= ShortDigits && Of(question).StartsWith(hash, StringComparison.OrdinalIgnoreCase);
}
