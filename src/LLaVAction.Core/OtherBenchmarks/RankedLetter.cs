using System.Text;

namespace LLaVAction.OtherBenchmarks;

/// <summary>
/// The letter extractor that lmms-eval shares between tasks since April 2026: every marked letter is a candidate with a
/// rank by its mark and a position; the best rank wins, then the latest position, then the candidate found first.
/// </summary>
internal static class RankedLetter
{
    private const int Start = 10;
    private const int End = 9;
    private const int AfterPhrase = 7;

    private static readonly (string Before, string After, int Rank)[] Marks = [("(", ")", 6), ("", ".", 5), ("", ":", 4), ("", ")", 3), ("", " ", 2)];

    private static readonly string[] Phrases =
    [
        .. new[] { "answer", "correct answer", "best answer", "correct option", "best option", "choice", "correct choice" }.Select(static noun => noun + " is"),
        .. new[] { "answer", "correct answer", "best answer", "correct option", "best option", "choice", "correct choice" }.Select(static noun => $"the {noun} is"),
        "i choose", "i select", "i pick", "my answer is", "my choice is",
        "옵션", "정답은", "답은", "답:", "答案是", "答案为", "选", "答えは",
    ];

    // The letter; null where none of them occurs.
    public static char? Find(string answer, string letters)
    {
        if (PythonText.Strip(answer).Length == 0)
        {
            return null;
        }

        var text = PublishedParsers.Pad(answer, ",.!?;:'\"");
        var candidates = new List<(char Letter, int Rank, int Position)>();
        foreach (var (before, after, rank) in Marks)
        {
            candidates.AddRange(letters
                .Select(letter => (Letter: letter, Rank: rank, Position: text.LastIndexOf($"{before}{letter}{after}", StringComparison.Ordinal)))
                .Where(static candidate => candidate.Position >= 0));
        }

        AddAfterPhrases(candidates, text, letters);
        AddAtEnds(candidates, text, letters);
        if (candidates.Count == 0)
        {
            candidates.AddRange(letters
                .Select(letter => (Letter: letter, Rank: 0, Position: text.LastIndexOf(letter)))
                .Where(static candidate => candidate.Position >= 0));
        }

        return candidates.Count == 0
            ? null
            : candidates.OrderByDescending(static candidate => candidate.Rank).ThenByDescending(static candidate => candidate.Position).First().Letter;
    }

    // Positions of the text in lower case are used in the text itself, as published.
    private static void AddAfterPhrases(List<(char Letter, int Rank, int Position)> candidates, string text, string letters)
    {
        var lower = PythonText.Lower(text);
        foreach (var phrase in Phrases)
        {
            var at = lower.IndexOf(phrase, StringComparison.Ordinal);
            if (at < 0)
            {
                continue;
            }

            foreach (var letter in letters)
            {
                var position = at + phrase.Length <= text.Length ? text.IndexOf(letter, at + phrase.Length) : -1;
                if (position >= 0)
                {
                    candidates.Add((letter, AfterPhrase, position));
                }
            }
        }
    }

    private static void AddAtEnds(List<(char Letter, int Rank, int Position)> candidates, string text, string letters)
    {
        var stripped = PythonText.Strip(text);
        if (stripped.Length == 0)
        {
            return;
        }

        if (letters.Contains(stripped[0], StringComparison.Ordinal) && !(PythonText.RuneAt(stripped, 1) is { } next && PythonText.IsAlphabetic(next)))
        {
            candidates.Add((stripped[0], Start, 0));
        }

        if (letters.Contains(stripped[^1], StringComparison.Ordinal) && !(stripped.Length > 1 && IsAlphabeticBefore(stripped)))
        {
            candidates.Add((stripped[^1], End, text.Length - 1));
        }
    }

    private static bool IsAlphabeticBefore(string text) =>
        Rune.DecodeLastFromUtf16(text.AsSpan(0, text.Length - 1), out var rune, out _) == System.Buffers.OperationStatus.Done && PythonText.IsAlphabetic(rune);
}
