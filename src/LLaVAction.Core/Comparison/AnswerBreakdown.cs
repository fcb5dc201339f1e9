using LLaVAction.Runs;

namespace LLaVAction.Comparison;

/// <summary>What kind of option was chosen, over all questions asked.</summary>
/// <param name="Right">The true option.</param>
/// <param name="VerbRight">A wrong option with the true verb class.</param>
/// <param name="NounRight">A wrong option with the true noun class.</param>
/// <param name="BothWrong">A wrong option that shares neither; any wrong one where options are no actions.</param>
/// <param name="NoChoice">No option: unparsed, failed or without a result.</param>
public sealed record AnswerTaxonomy(int Right, int VerbRight, int NounRight, int BothWrong, int NoChoice)
{
    /// <summary>Counts the choices of a cell.</summary>
    public static AnswerTaxonomy Of(IEnumerable<AskedQuestion> rows)
    {
        int right = 0, verb = 0, noun = 0, both = 0, none = 0;
        foreach (var row in rows)
        {
            if (row.Result?.PredictedIndex is not { } choice)
            {
                none++;
                continue;
            }

            if (CellAnswers.IsRight(row))
            {
                right++;
            }
            else if (!row.Question.HasActions)
            {
                both++;
            }
            else if (CellAnswers.OptionClass(row.Question, choice) is var chosen && chosen.Verb == row.Question.VerbClass)
            {
                verb++;
            }
            else if (chosen.Noun == row.Question.NounClass)
            {
                noun++;
            }
            else
            {
                both++;
            }
        }

        return new AnswerTaxonomy(right, verb, noun, both, none);
    }
}

/// <summary>How often the options of one rank in the dump mislead.</summary>
/// <param name="Rank">1-based rank in the dump's list.</param>
/// <param name="Shown">Questions with a distractor of that rank.</param>
/// <param name="Chosen">Questions for which it was chosen.</param>
public sealed record DistractorRank(int Rank, int Shown, int Chosen)
{
    /// <summary>Distractors by rank; empty for sets without ranks.</summary>
    public static IReadOnlyList<DistractorRank> Of(IEnumerable<AskedQuestion> rows)
    {
        var counts = new SortedDictionary<int, (int Shown, int Chosen)>();
        foreach (var (question, result) in rows)
        {
            for (var option = 0; option < question.OptionRanks.Count; option++)
            {
                if (option != question.AnswerIndex && question.OptionRanks[option] is { } rank)
                {
                    var (shown, chosen) = counts.GetValueOrDefault(rank);
                    counts[rank] = (shown + 1, chosen + (result?.PredictedIndex == option ? 1 : 0));
                }
            }
        }

        return [.. counts.Select(static pair => new DistractorRank(pair.Key, pair.Value.Shown, pair.Value.Chosen))];
    }
}

/// <summary>Accuracy on one verb class or one noun class.</summary>
/// <param name="Class">The class id.</param>
/// <param name="Example">A narration of the class, so that a reader knows what it is.</param>
/// <param name="Questions">Questions with that true class.</param>
/// <param name="Correct">Those answered rightly.</param>
public sealed record ClassAccuracy(int Class, string Example, int Questions, int Correct)
{
    /// <summary>Classes with fewer questions say too little to be listed.</summary>
    public const int FewestQuestions = 5;

    /// <summary>Share answered rightly.</summary>
    public double Accuracy => (double)Correct / Questions;

    /// <summary>Verb classes from the hardest up.</summary>
    public static IReadOnlyList<ClassAccuracy> OfVerbs(IEnumerable<AskedQuestion> rows) => Of(rows, static row => row.Question.VerbClass);

    /// <summary>Noun classes from the hardest up.</summary>
    public static IReadOnlyList<ClassAccuracy> OfNouns(IEnumerable<AskedQuestion> rows) => Of(rows, static row => row.Question.NounClass);

    private static IReadOnlyList<ClassAccuracy> Of(IEnumerable<AskedQuestion> rows, Func<AskedQuestion, int> classOf) =>
    [
        .. rows.Where(static row => row.Question.HasActions).GroupBy(classOf)
            .Where(static group => group.Count() >= FewestQuestions)
            .Select(static group => new ClassAccuracy(
                group.Key,
                group.GroupBy(static row => row.Question.Narration, StringComparer.Ordinal)
                    .OrderByDescending(static same => same.Count())
                    .ThenBy(static same => same.Key, StringComparer.Ordinal)
                    .First().Key,
                group.Count(),
                group.Count(CellAnswers.IsRight)))
            .OrderBy(static entry => entry.Accuracy)
            .ThenByDescending(static entry => entry.Questions)
            .ThenBy(static entry => entry.Class),
    ];
}
