using LLaVAction.Runs;

namespace LLaVAction.Comparison;

/// <summary>What kind of option was chosen, over all questions asked.</summary>
/// <param name="Right">The true option.</param>
/// <param name="VerbRight">A wrong option with the true verb class.</param>
/// <param name="NounRight">A wrong option with the true noun class.</param>
/// <param name="BothWrong">A wrong option that shares neither.</param>
/// <param name="NoChoice">No option: unparsed, failed or without a result.</param>
public sealed record AnswerTaxonomy(int Right, int VerbRight, int NounRight, int BothWrong, int NoChoice)
{
    /// <summary>Counts the choices of a cell.</summary>
    public static AnswerTaxonomy Of(IEnumerable<AskedQuestion> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int right = 0, verb = 0, noun = 0, both = 0, none = 0;
        foreach (var row in rows)
        {
            if (row.Result?.PredictedIndex is not { } choice)
            {
                none++;
                continue;
            }

            var chosen = CellAnswers.OptionClass(row.Question, choice);
            var isVerbRight = chosen.Verb == row.Question.VerbClass;
            var isNounRight = chosen.Noun == row.Question.NounClass;
            if (CellAnswers.IsRight(row))
            {
                right++;
            }
            else if (isVerbRight)
            {
                verb++;
            }
            else if (isNounRight)
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
