using System.Globalization;
using System.Text.RegularExpressions;

namespace LLaVAction.Scoring;

/// <summary>An interval of time.</summary>
/// <param name="Start">Its start, in seconds.</param>
/// <param name="End">Its end, in seconds; not before the start.</param>
public readonly record struct TimeInterval(double Start, double End)
{
    /// <summary>Its length.</summary>
    public double Duration => End - Start;

    /// <summary>Intersection over union, in 0..1; of two equal moments 1.</summary>
    public double OverlapWith(TimeInterval other)
    {
        var shared = Math.Max(0, Math.Min(End, other.End) - Math.Max(Start, other.Start));
        var union = Duration + other.Duration - shared;
        return union > 0 ? shared / union : Start == other.Start ? 1 : 0;
    }
}

/// <summary>Reads the answer to the question when an action starts and ends.</summary>
public static partial class TemporalAnswer
{
    /// <summary>
    /// The interval: the only two numbers of the answer, or the first two that a comma, a colon, "to", "and" or a hyphen
    /// parts; null where there are none, or the end lies before the start.
    /// </summary>
    public static TimeInterval? Read(string answer)
    {
        var text = AnswerText.Clean(answer);
        var pair = Pair().Match(text);
        if (!pair.Success)
        {
            var numbers = Number().Matches(text);
            if (numbers.Count != 2)
            {
                return null;
            }

            return Interval(numbers[0].Value, numbers[1].Value);
        }

        return Interval(pair.Groups["start"].Value, pair.Groups["end"].Value);
    }

    private static TimeInterval? Interval(string start, string end)
    {
        var interval = new TimeInterval(double.Parse(start, CultureInfo.InvariantCulture), double.Parse(end, CultureInfo.InvariantCulture));
        return interval.Duration >= 0 ? interval : null;
    }

    [GeneratedRegex(@"(?<![\d.])(?<start>\d{1,7}(?:\.\d{1,6})?)\s*(?:s|sec|seconds)?\s*(?:,|:|-|–|to|and)\s*(?<end>\d{1,7}(?:\.\d{1,6})?)(?![\d.]*\d)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Pair();

    [GeneratedRegex(@"\d{1,7}(?:\.\d{1,6})?", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}

/// <summary>How well intervals were found, over questions whose answer could be read or not.</summary>
/// <param name="Questions">Questions asked.</param>
/// <param name="Unparsed">Answers without an interval; they count as an overlap of 0 and have no error.</param>
/// <param name="MeanOverlap">Mean intersection over union, over all questions.</param>
/// <param name="OverlapAtHalf">Share of questions with an overlap of at least 0.5.</param>
/// <param name="MeanStartError">Mean absolute error of the start, in seconds, over the answers read; null without any.</param>
/// <param name="MeanEndError">The same of the end.</param>
public sealed record TemporalScores(int Questions, int Unparsed, double? MeanOverlap, double? OverlapAtHalf, double? MeanStartError, double? MeanEndError)
{
    /// <summary>Scores answers.</summary>
    /// <param name="rows">For each question its truth and the interval read; null where none could be.</param>
    public static TemporalScores Of(IReadOnlyList<(TimeInterval Truth, TimeInterval? Answer)> rows)
    {
        var read = rows.Where(static row => row.Answer is not null).Select(static row => (row.Truth, Answer: row.Answer!.Value)).ToList();
        double? Mean(IEnumerable<double> values, int count) => count == 0 ? null : values.Sum() / count;
        var overlaps = read.Select(static row => row.Truth.OverlapWith(row.Answer)).ToList();
        return new TemporalScores(
            rows.Count,
            rows.Count - read.Count,
            Mean(overlaps, rows.Count),
            Mean(overlaps.Select(static overlap => overlap >= 0.5 ? 1.0 : 0.0), rows.Count),
            Mean(read.Select(static row => Math.Abs(row.Truth.Start - row.Answer.Start)), read.Count),
            Mean(read.Select(static row => Math.Abs(row.Truth.End - row.Answer.End)), read.Count));
    }
}
