using LLaVAction.Benchmarks;
using LLaVAction.Scoring;

namespace LLaVAction.Runs;

/// <summary>What must hold of every result line, whoever wrote it: results are evidence.</summary>
internal static class ResultRules
{
    // Scores that differ by no more may have been one before they were normalised.
    private const double Rounding = 1e-9;

    private static readonly string Letter = SettingNames.Of(AnswerScoring.Letter);

    // How a line contradicts itself; null where it does not.
    public static string? Contradiction(ResultLine line)
    {
        if (!(line.LetterLogprobs ?? []).All(double.IsFinite)
            || !line.FrameSeconds.All(double.IsFinite)
            || line.LetterMass is not (null or (>= 0 and <= 1.000001))
            || !IsTime(line.DecodeMilliseconds) || !IsTime(line.VisionMilliseconds) || !IsTime(line.PrefillMilliseconds) || !IsTime(line.QuestionMilliseconds))
        {
            return "a number is out of range";
        }

        if (line.Status.IsFailure() && (line.PredictedIndex is not null || line.IsCorrect == true || line.LetterLogprobs is not null))
        {
            return $"status '{SettingNames.Of(line.Status)}' contradicts the answer beside it";
        }

        // Tasks without options are right by their words; theirs is an empty order, or no prediction at all.
        if (line.PredictedIndex is { } predicted && line.IsCorrect != (predicted == line.AnswerIndex))
        {
            return "'correct' contradicts 'predicted_index' and 'answer_index'";
        }

        if (line.LetterLogprobs is { Count: > 0 } scores
            && scores.Count == line.OptionOrder.Count
            && line.Predictions.GetValueOrDefault(Letter) is { } chosen
            && !((uint)chosen < scores.Count && scores[chosen] >= scores.Max() - Rounding))
        {
            return "'predictions' contradicts 'letter_logprobs'";
        }

        return line.PredictedIndex is { } index && line.Predictions.Count > 0 && !line.Predictions.Values.Contains(index)
            ? "'predicted_index' is none of 'predictions'"
            : null;
    }

    private static bool IsTime(double milliseconds) => milliseconds is >= 0 and < double.PositiveInfinity;
}
