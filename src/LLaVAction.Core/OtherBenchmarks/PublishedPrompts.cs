using LLaVAction.Benchmarks;

namespace LLaVAction.OtherBenchmarks;

/// <summary>
/// The user's message of each benchmark, letter for letter as lmms-eval sends it to LLaVA-Video (commit 75571cf), from the
/// question and the texts of its options. What follows the place of the video.
/// </summary>
public static class PublishedPrompts
{
    private const string LetterOnly = "Answer with the option's letter from the given choices directly.";

    /// <summary>The message.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="question">The question.</param>
    /// <param name="options">Its options, written by <see cref="Options"/>.</param>
    /// <param name="subtitles">The subtitles; null for a prompt without.</param>
    public static string Message(PublishedBenchmark benchmark, string question, string options, string? subtitles) => benchmark switch
    {
        PublishedBenchmark.MvBench => $"Question:{question}\nOption:\n{options}\nOnly give the best option.\n",
        PublishedBenchmark.VideoMme => (subtitles is null ? "" : $"This video's subtitles are listed below: \n{subtitles}\n")
            + "Select the best answer to the following multiple-choice question based on the video and the subtitles. "
            + $"Respond with only the letter (A, B, C, or D) of the correct option.\n{question}\n{options}\nThe best answer is:",
        PublishedBenchmark.LongVideoBench => $"{question}\n{options}\n{LetterOnly}\n",
        PublishedBenchmark.NextQa => $"{question}\n{options}",
        _ => $"{question}\n{options}\n{LetterOnly}",
    };

    /// <summary>The options as the message shows them, one a line: <c>(A) text</c> in MVBench, <c>A. text</c> elsewhere.</summary>
    public static string Options(PublishedBenchmark benchmark, IReadOnlyList<string> options) => string.Join('\n', options.Select((option, i) =>
        benchmark == PublishedBenchmark.MvBench ? $"({(char)('A' + i)}) {option}" : $"{(char)('A' + i)}. {option}"));

    /// <summary>The most tokens of a written answer: the task's own number, else lmms-eval's default.</summary>
    public static int MaxNewTokens(PublishedBenchmark benchmark) => benchmark switch
    {
        PublishedBenchmark.LongVideoBench => 32,
        PublishedBenchmark.NextQa or PublishedBenchmark.PerceptionTest => 1024,
        _ => 16,
    };
}
