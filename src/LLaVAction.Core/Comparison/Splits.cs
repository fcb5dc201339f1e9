using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Runs;
using LLaVAction.Statistics;

namespace LLaVAction.Comparison;

/// <summary>Accuracy on one part of a cell.</summary>
/// <param name="Split">What the questions are split by.</param>
/// <param name="Group">The part.</param>
/// <param name="Questions">Questions in it.</param>
/// <param name="Correct">Those answered rightly.</param>
/// <param name="Interval">Accuracy with its clustered interval.</param>
public sealed record SplitGroup(string Split, string Group, int Questions, int Correct, ConfidenceInterval Interval);

/// <summary>The parts that accuracy is shown on: each question belongs to one group of every split that applies.</summary>
public static class Splits
{
    /// <summary>Name of the split by the truth's rank in the dump.</summary>
    public const string TruthRank = "rank of the truth";

    /// <summary>Splits a cell; groups without questions are left out.</summary>
    public static IReadOnlyList<SplitGroup> Of(IReadOnlyCollection<AskedQuestion> rows, SplitFiles files)
    {
        var groups = new List<SplitGroup>();
        foreach (var kind in rows.SelectMany(static row => row.Question.Categories?.Keys ?? []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            Add(kind, row => row.Question.Categories?.GetValueOrDefault(kind));
        }

        if (rows.Any(static row => !row.Question.HasActions))
        {
            return groups;
        }

        if (files.Unseen is { } unseen)
        {
            Add("participant", row => unseen.IsUnseen(row.Question.ParticipantId) ? "unseen" : "seen");
        }

        if (files.Tail is { } tail)
        {
            Add("class", row => tail.IsTail(new ActionClass(row.Question.VerbClass, row.Question.NounClass)) ? "tail" : "head");
        }

        Add("clip length", static row => DurationGroup(row.Question.StopSeconds - row.Question.StartSeconds));
        Add(TruthRank, static row => RankGroup(row.Question.GroundTruthRank, row.Question.OptionRanks));
        Add("distractor may be true", static row => row.Question.AlsoTrue.Any(static reason => reason is not null) ? "yes" : "no");
        if (files.BiasScores is { } scores)
        {
            Add("options-only bias", row => scores.TryGetValue((row.Question.Strategy, row.Question.Id), out var score)
                ? BiasGroup(score, row.Question.Options.Count)
                : null);
        }

        return groups;

        void Add(string split, Func<AskedQuestion, string?> groupOf)
        {
            var parts = rows
                .Select(row => (Row: row, Group: groupOf(row)))
                .Where(static entry => entry.Group is not null)
                .GroupBy(static entry => entry.Group!, static entry => entry.Row, StringComparer.Ordinal)
                .OrderBy(static part => Order(part.Key))
                .ThenBy(static part => part.Key, StringComparer.Ordinal);
            foreach (var part in parts)
            {
                AskedQuestion[] questions = [.. part];
                var interval = ClusteredShare.Interval(CellAnswers.Sample(questions, Clustering.UnitOf(questions)));
                groups.Add(new SplitGroup(split, part.Key, questions.Length, questions.Count(CellAnswers.IsRight), interval));
            }
        }
    }

    private static int Order(string group)
    {
        var digits = group.TakeWhile(char.IsAsciiDigit).Count();
        return digits == 0 ? int.MaxValue : int.Parse(group.AsSpan(0, digits), CultureInfo.InvariantCulture);
    }

    // Clip lengths in powers of two; half of the validation clips are shorter than 2 s.
    private static string DurationGroup(double seconds) => seconds switch
    {
        < 1 => "0-1 s",
        < 2 => "1-2 s",
        < 4 => "2-4 s",
        < 8 => "4-8 s",
        _ => "8 s and more",
    };

    private static string? RankGroup(int? rank, IReadOnlyList<int?> optionRanks) => rank switch
    {
        1 => "1",
        <= 5 => "2-5",
        <= 20 => "6-20",
        not null => "21 and more",
        null => optionRanks.Any(static other => other is not null) ? "not in the dump" : null,
    };

    // A question is "easy without video" when a model of the options alone gives its truth twice the share of chance.
    private static string BiasGroup(double score, int options) => (score * options) switch
    {
        < 1 => "below chance",
        < 2 => "1-2 times chance",
        _ => "over 2 times chance",
    };
}
