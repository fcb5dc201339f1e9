using System.Text;
using LLaVAction.Benchmarks;

namespace LLaVAction.OtherBenchmarks;

/// <summary>What a published scorer reads from an answer.</summary>
/// <param name="Letter">The letter; null where it reads none.</param>
/// <param name="IsDice">True where the published code throws a die over the letters instead: its figure is then no property of the answer.</param>
public readonly record struct PublishedReading(char? Letter, bool IsDice)
{
    internal static PublishedReading None { get; } = new(null, false);

    internal static PublishedReading Dice { get; } = new(null, true);

    internal static PublishedReading Of(char letter) => new(letter, false);
}

/// <summary>
/// How the scorers that lmms-eval publishes for six benchmarks (commit 75571cf, and v0.3.0 for Video-MME) read an answer,
/// defects included: the article "A" is a letter, letters within words count, ties go by position. Answers are stripped
/// first, as the harness does. Our own reading stands beside theirs in every table.
/// </summary>
public static class PublishedParsers
{
    private const string Name = "published";
    private const string NameOf2026 = "published-2026-04";
    private const string StrippedMarks = ",.!?;:'";
    private const int FewWords = 5;

    /// <summary>
    /// What the published scorers of a benchmark read from an answer, the one of the paper's time first; each has the name that
    /// result lines call it.
    /// </summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="options">The options in the order shown, without letters.</param>
    public static IReadOnlyList<(string Name, PublishedReading Reading)> Read(PublishedBenchmark benchmark, string answer, IReadOnlyList<string> options) => benchmark switch
    {
        PublishedBenchmark.EgoSchema => [(Name, EgoSchema(answer, [.. options.Select((option, i) => $"{(char)('A' + i)}. {option}")]))],
        PublishedBenchmark.MvBench => [(Name, MvBench(answer))],
        PublishedBenchmark.VideoMme => [(Name, VideoMmeOfPaper(answer)), (NameOf2026, VideoMme(answer))],
        PublishedBenchmark.LongVideoBench => [(Name, LongVideoBench(answer))],
        PublishedBenchmark.NextQa => [(Name, NextQa(answer, options))],
        _ => [(Name, PerceptionTest(answer))],
    };

    /// <summary>Whether the published scorer throws a die where it reads no letter.</summary>
    public static bool ThrowsDice(PublishedBenchmark benchmark) =>
        benchmark is PublishedBenchmark.EgoSchema or PublishedBenchmark.LongVideoBench or PublishedBenchmark.NextQa;

    /// <summary>EgoSchema: of all marked letters the one whose last occurrence comes first.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="options">The options as the data has them, letters included.</param>
    public static PublishedReading EgoSchema(string answer, IReadOnlyList<string> options)
    {
        var text = Pad(answer, StrippedMarks);
        var letters = Letters(options.Count);
        string[] marked =
        [
            .. letters.Select(letter => $"({letter})"),
            .. letters.Select(letter => $"{letter} "),
            .. letters.Select(letter => $"{letter}."),
        ];
        var found = marked.Where(mark => text.Contains(mark, StringComparison.Ordinal)).ToList();
        return found.Count > 0
            ? PublishedReading.Of(found.MinBy(mark => text.LastIndexOf(mark, StringComparison.Ordinal))!.First(char.IsAsciiLetterUpper))
            : ByOptionText(text, options, (positions, letter) => positions.MinBy(letter));
    }

    /// <summary>NExT-QA: bracketed letters, else letters before a space, else letters before a period; of several mostly the last.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="options">The options.</param>
    public static PublishedReading NextQa(string answer, IReadOnlyList<string> options)
    {
        var text = Pad(answer, StrippedMarks);
        (string Before, string After)[] stages = [("(", ")"), ("", " "), ("", ".")];
        foreach (var (before, after) in stages)
        {
            char[] found = [.. Letters(options.Count).Where(letter => text.Contains($"{before}{letter}{after}", StringComparison.Ordinal))];
            if (found.Length == 0)
            {
                continue;
            }

            // Several are told apart by their bracketed or free-standing form, whichever stage found them.
            string Form(char letter) => before == "(" ? $"({letter})" : $" {letter} ";
            return PublishedReading.Of(found.MaxBy(letter => text.LastIndexOf(Form(letter), StringComparison.Ordinal)));
        }

        return ByOptionText(text, options, (positions, letter) => positions.MaxBy(letter));
    }

    /// <summary>MVBench: a leading letter with a period, else the first letter that stands alone, of either case.</summary>
    /// <param name="answer">The answer.</param>
    public static PublishedReading MvBench(string answer)
    {
        const string Either = "abcdeABCDE";
        var text = PythonText.Strip(answer);
        if (text.Length > 2 && text[1] == '.' && Either.Contains(text[0], StringComparison.Ordinal) && HasOneLineAfter(text, 2))
        {
            return PublishedReading.Of(char.ToUpperInvariant(text[0]));
        }

        text = PythonText.Strip(text.Replace('\n', ' ').Replace('\t', ' '));
        text = WithoutPunctuation(text).Trim('\'').Trim('"').Trim(')').Trim('(');
        return PythonText.FirstStandalone(PythonText.Lower(PythonText.Strip(text)), Either) is { } letter
            ? PublishedReading.Of(char.ToUpperInvariant(letter))
            : PublishedReading.None;
    }

    /// <summary>Video-MME as of April 2026: all marked letters by how they are marked, then by how late they stand.</summary>
    /// <param name="answer">The answer.</param>
    public static PublishedReading VideoMme(string answer) => RankedLetter.Find(answer, "ABCD") is { } letter ? PublishedReading.Of(letter) : PublishedReading.None;

    /// <summary>Video-MME as of v0.3.0, the paper's time: the first capital A to D after some phrases are removed.</summary>
    /// <param name="answer">The answer.</param>
    public static PublishedReading VideoMmeOfPaper(string answer)
    {
        // One of its phrases is two that miss a comma between them, and so is never found.
        string[] phrases = ["The best answer is", "The correct answer is", "The answer is", "The answer"];
        return First(answer, phrases, "ABCD") is { } letter ? PublishedReading.Of(letter) : PublishedReading.None;
    }

    /// <summary>LongVideoBench: the first capital A to E after some phrases are removed, within words too.</summary>
    /// <param name="answer">The answer.</param>
    public static PublishedReading LongVideoBench(string answer)
    {
        string[] phrases =
        [
            "The best answer is", "The correct answer is", "The answer is", "The answer", "The best option is", "The correct option is", "Best answer:", "Best option:",
        ];
        return First(answer, phrases, "ABCDE") is { } letter ? PublishedReading.Of(letter) : PublishedReading.Dice;
    }

    /// <summary>Perception Test: the first capital A to D that stands alone.</summary>
    /// <param name="answer">The answer.</param>
    public static PublishedReading PerceptionTest(string answer) =>
        PythonText.FirstStandalone(PythonText.Strip(answer), "ABCD") is { } letter ? PublishedReading.Of(letter) : PublishedReading.None;

    // The answer without marks at its ends, each kind once and in order, between two spaces.
    internal static string Pad(string answer, string marks) => $" {marks.Aggregate(PythonText.Strip(answer), static (text, mark) => text.Trim(mark))} ";

    private static IEnumerable<char> Letters(int count) => Enumerable.Range(0, count).Select(static position => (char)('A' + position));

    private static PublishedReading ByOptionText(
        string text, IReadOnlyList<string> options, Func<IEnumerable<int>, Func<int, int>, int> choose)
    {
        if (PythonText.CountWords(text) <= FewWords)
        {
            return PublishedReading.Dice;
        }

        var lower = PythonText.Lower(text);
        string[] texts = [.. options.Select(option => PythonText.Lower(PythonText.Strip(option)))];
        int[] found = [.. Enumerable.Range(0, options.Count).Where(i => lower.Contains(texts[i], StringComparison.Ordinal))];
        return found.Length == 0
            ? PublishedReading.Dice
            : PublishedReading.Of((char)('A' + choose(found, i => lower.LastIndexOf(texts[i], StringComparison.Ordinal))));
    }

    private static char? First(string answer, string[] phrases, string letters)
    {
        var text = phrases.Aggregate(PythonText.Strip(answer), static (text, phrase) => text.Replace(phrase, "", StringComparison.Ordinal));
        var at = text.AsSpan().IndexOfAny(letters);
        return at < 0 ? null : text[at];
    }

    // White space, then one line of at least one character up to the end.
    private static bool HasOneLineAfter(string text, int start)
    {
        var line = text.LastIndexOf('\n');
        return line < start ? text.Length > start : line + 1 < text.Length && text[start..line].All(PythonText.IsSpace);
    }

    // A mark that touches a space anywhere is removed, any other becomes a space; commas between digits make all of them go.
    // Of the periods, the first 32 that no digit follows go: the published code passes a flag where the count belongs.
    private static string WithoutPunctuation(string text)
    {
        const string Marks = ";/[]\"{}()=+\\_-><@`,?!";
        const int RemovedPeriods = 32;
        var hasNumberComma = Enumerable.Range(1, Math.Max(0, text.Length - 2)).Any(i => text[i] == ',' && char.IsDigit(text[i - 1]) && char.IsDigit(text[i + 1]));
        var cleaned = Marks.Aggregate(text, (so, mark) => so.Replace(
            mark.ToString(),
            hasNumberComma || text.Contains($"{mark} ", StringComparison.Ordinal) || text.Contains($" {mark}", StringComparison.Ordinal) ? "" : " ",
            StringComparison.Ordinal));
        var kept = new StringBuilder();
        var removed = 0;
        for (var i = 0; i < cleaned.Length; i++)
        {
            if (cleaned[i] == '.' && removed < RemovedPeriods && !(i + 1 < cleaned.Length && char.IsDigit(cleaned[i + 1])))
            {
                removed++;
            }
            else
            {
                kept.Append(cleaned[i]);
            }
        }

        return kept.ToString();
    }
}
