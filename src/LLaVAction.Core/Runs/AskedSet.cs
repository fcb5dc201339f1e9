using System.Security.Cryptography;
using LLaVAction.Benchmarks;

namespace LLaVAction.Runs;

/// <summary>The questions of one set that a run asks, in the order of the set.</summary>
/// <param name="Strategy">Strategy of the set.</param>
/// <param name="Questions">The questions.</param>
public sealed record AskedSet(string Strategy, IReadOnlyList<Question> Questions)
{
    /// <summary>The file of the questions: their lines, as the benchmark has them.</summary>
    public byte[] ToBytes() => BenchmarkJson.ToLines(Questions).ToArray();

    /// <summary>SHA-256 of <see cref="ToBytes"/>, in lower-case hexadecimal.</summary>
    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Reads the questions from their file's bytes.</summary>
    /// <exception cref="System.Text.Json.JsonException">A line is not a question.</exception>
    public static AskedSet Parse(string strategy, byte[] bytes)
    {
        var questions = new List<Question>(bytes.Length / 256);
        foreach (var line in new SetLines(bytes))
        {
            questions.Add(BenchmarkJson.ParseLine(line.Bytes.Span));
        }

        return new AskedSet(strategy, questions);
    }
}
