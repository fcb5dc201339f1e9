using LLaVAction.Runs;

namespace LLaVAction.Comparison;

/// <summary>Which class was answered for which, over the questions with a choice whose true class is among the most frequent.</summary>
/// <param name="Classes">The classes, the most frequent first.</param>
/// <param name="Counts">
/// A row a true class: questions by the class of the option chosen, in the order of <paramref name="Classes"/>, and last
/// those of any other class.
/// </param>
public sealed record Confusion(IReadOnlyList<int> Classes, IReadOnlyList<IReadOnlyList<int>> Counts)
{
    /// <summary>Verb classes.</summary>
    /// <param name="rows">The answers.</param>
    /// <param name="most">The most classes to tell apart.</param>
    public static Confusion OfVerbs(IEnumerable<AskedQuestion> rows, int most) =>
        Of(rows, most, static row => row.Question.VerbClass, static (row, choice) => CellAnswers.OptionClass(row.Question, choice).Verb);

    /// <summary>Noun classes.</summary>
    /// <param name="rows">The answers.</param>
    /// <param name="most">The most classes to tell apart.</param>
    public static Confusion OfNouns(IEnumerable<AskedQuestion> rows, int most) =>
        Of(rows, most, static row => row.Question.NounClass, static (row, choice) => CellAnswers.OptionClass(row.Question, choice).Noun);

    private static Confusion Of(IEnumerable<AskedQuestion> rows, int most, Func<AskedQuestion, int> truthOf, Func<AskedQuestion, int, int> chosenOf)
    {
        var answered = rows
            .Where(static row => row.Question.HasActions && row.Result?.PredictedIndex is not null)
            .Select(row => (Truth: truthOf(row), Chosen: chosenOf(row, row.Result!.PredictedIndex!.Value)))
            .ToArray();
        int[] classes =
        [
            .. answered.CountBy(static answer => answer.Truth)
                .OrderByDescending(static entry => entry.Value).ThenBy(static entry => entry.Key).Take(most).Select(static entry => entry.Key),
        ];
        var counts = classes.Select(_ => new int[classes.Length + 1]).ToArray();
        foreach (var (truth, chosen) in answered)
        {
            if (Array.IndexOf(classes, truth) is var row and >= 0)
            {
                var column = Array.IndexOf(classes, chosen);
                counts[row][column < 0 ? classes.Length : column]++;
            }
        }

        return new Confusion(classes, counts);
    }
}
