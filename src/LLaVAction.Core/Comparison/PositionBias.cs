using LLaVAction.Runs;
using LLaVAction.Statistics;

namespace LLaVAction.Comparison;

/// <summary>One letter: how often it is right, is chosen, and is chosen when right.</summary>
/// <param name="Letter">The letter, from A.</param>
/// <param name="Answers">Questions whose true option stands at it.</param>
/// <param name="Choices">Questions for which it was chosen.</param>
/// <param name="Accuracy">Share of <paramref name="Answers"/> that were answered rightly; null for none.</param>
/// <param name="ChoiceRate">Share of all choices; null for none.</param>
public sealed record LetterBias(char Letter, int Answers, int Choices, double? Accuracy, double? ChoiceRate);

/// <summary>How answers depend on where an option stands.</summary>
/// <param name="Letters">One entry per letter.</param>
/// <param name="ChoiceTest">
/// Chi-square of the choices against equal shares; a model without bias chooses each letter as often, for the truth is
/// spread evenly. It takes clips as independent. Null without choices, and where questions differ in their number of options.
/// </param>
public sealed record PositionBias(IReadOnlyList<LetterBias> Letters, ChiSquareTest? ChoiceTest)
{
    /// <summary>Counts letters at rotation 0; null where no question has options.</summary>
    public static PositionBias? Of(IReadOnlyCollection<AskedQuestion> rows)
    {
        var letters = rows.Count == 0 ? 0 : rows.Max(static row => row.Question.Options.Count);
        if (letters < 2)
        {
            return null;
        }

        var answers = new int[letters];
        var right = new int[letters];
        var choices = new int[letters];
        foreach (var row in rows)
        {
            if (row.Question.AnswerIndex is { } answer)
            {
                answers[answer]++;
                right[answer] += CellAnswers.IsRight(row) ? 1 : 0;
            }

            if (row.Result?.PredictedIndex is { } choice)
            {
                choices[choice]++;
            }
        }

        var chosen = choices.Sum();
        return new PositionBias(
            [
                .. Enumerable.Range(0, letters).Select(letter => new LetterBias(
                    (char)('A' + letter),
                    answers[letter],
                    choices[letter],
                    answers[letter] == 0 ? null : (double)right[letter] / answers[letter],
                    chosen == 0 ? null : (double)choices[letter] / chosen)),
            ],
            chosen == 0 || rows.Any(row => row.Question.Options.Count != letters) ? null : ChiSquareTest.Uniform(choices));
    }
}
