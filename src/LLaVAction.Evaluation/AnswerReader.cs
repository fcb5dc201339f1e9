using LLaVAction.Benchmarks;
using LLaVAction.Models.Engines;
using LLaVAction.OtherBenchmarks;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>Makes result lines of answers and failures.</summary>
internal sealed class AnswerReader(EvaluationSettings settings)
{
    private const int SecondsDigits = 6;

    /// <summary>The line of an answer, without costs.</summary>
    /// <exception cref="InputException">A score is not a number.</exception>
    public ResultLine Read(PendingQuestion pending, int[] order, PromptAnswer answer, string? notes, IReadOnlyList<double> frameSeconds)
    {
        var line = Start(pending, order) with
        {
            Text = answer.Text,
            FrameSeconds = [.. frameSeconds.Select(seconds => Math.Round(seconds, SecondsDigits))],
            Caption = notes,
        };
        if (answer.Failure is { Status: { } status } failure)
        {
            return line with { IsCorrect = settings.Prompt.Task == PromptTask.Caption ? null : false, Status = status, Rule = failure.Reason };
        }

        return settings.Prompt.Task switch
        {
            PromptTask.Caption => line with { IsCorrect = null },
            PromptTask.Direct => ReadDirect(pending, line),
            _ => ReadChoice(pending, order, answer, line),
        };
    }

    public ResultLine Fail(PendingQuestion pending, int[] order, FrameReadException failure) => Start(pending, order) with
    {
        IsCorrect = settings.Prompt.Task == PromptTask.Caption ? null : false,
        Status = failure.Failure switch
        {
            FrameReadFailure.MissingVideo => ResultStatus.MissingVideo,
            FrameReadFailure.ShortVideo => ResultStatus.ShortVideo,
            _ => ResultStatus.DecodeError,
        },
        Rule = failure.Message,
    };

    private static ResultLine Start(PendingQuestion pending, int[] order) => new()
    {
        Id = pending.Question.Id,
        Strategy = pending.Question.Strategy,
        Frames = pending.Frames,
        Rotation = pending.Rotation,
        OptionOrder = order,
        Predictions = new Dictionary<string, int?>(StringComparer.Ordinal),
        AnswerIndex = pending.Question.AnswerIndex,
        Status = ResultStatus.Ok,
        FrameSeconds = [],
    };

    private ResultLine ReadChoice(PendingQuestion pending, int[] order, PromptAnswer answer, ResultLine line)
    {
        var predictions = new Dictionary<string, int?>(3, StringComparer.Ordinal);
        if (settings.ScoresLetters)
        {
            var scores = ReadLetters(pending, order, answer);
            predictions[SettingNames.Of(AnswerScoring.Letter)] = scores?.PredictedIndex ?? (answer.ChosenCandidate is { } chosen ? order[chosen] : null);
            line = line with { LetterLogprobs = scores?.LogProbabilities, LetterMass = scores?.Mass };
        }

        if (settings.ReadsText)
        {
            var text = answer.Text ?? "";
            var parsed = StagedParser.Read(text, Rotation.Show(pending.Question.Options, order));
            predictions[SettingNames.Of(AnswerScoring.Strict)] = ReferenceParser.Read(text, pending.Question.Options);
            predictions[SettingNames.Of(AnswerScoring.Staged)] = parsed.Position is { } position ? order[position] : null;
            foreach (var (name, reading) in settings.Prompt.Published is { } published ? PublishedParsers.Read(published, text, Rotation.Show(pending.Question.Options, order)) : [])
            {
                predictions[name] = reading.Letter is { } letter && letter - 'A' < order.Length ? order[letter - 'A'] : null;
            }

            line = line with { Rule = parsed.RuleText };
        }

        var predicted = predictions[SettingNames.Of(settings.Scoring[0])];
        return line with
        {
            Predictions = predictions,
            PredictedIndex = predicted,
            IsCorrect = predicted is not null && predicted == pending.Question.AnswerIndex,
            Status = predicted is null ? ResultStatus.Unparsed : ResultStatus.Ok,
        };
    }

    private static LetterScores? ReadLetters(PendingQuestion pending, int[] order, PromptAnswer answer)
    {
        try
        {
            return answer.CandidateLogProbabilities is { } scores ? LetterScores.Read(scores, order) : null;
        }
        catch (NotFiniteNumberException exception)
        {
            throw new InputException(
                $"question '{pending.Question.Id}' of set '{pending.Question.Strategy}': the model's score of a letter is not a number. "
                + "Its weights are damaged, or its arithmetic overflows; try --precision float32.",
                exception);
        }
    }

    private ResultLine ReadDirect(PendingQuestion pending, ResultLine line)
    {
        var text = line.Text ?? "";
        var isExact = DirectAnswer.IsExact(text, pending.Question.Narration);
        line = line with
        {
            IsCorrect = isExact,
            Status = string.IsNullOrWhiteSpace(text) ? ResultStatus.Unparsed : ResultStatus.Ok,
            Rule = isExact ? "exact" : null,
        };
        if (settings.DirectAnswer is not { } direct)
        {
            return line;
        }

        var reading = direct.Read(text, pending.Question.Narration);
        var isMapped = reading.VerbClass is not null && reading.NounClass is not null;
        return line with
        {
            Rule = line.Rule ?? (isMapped ? "mapped" : "unmapped"),
            Predictions = new Dictionary<string, int?>(StringComparer.Ordinal)
            {
                ["verb_class"] = reading.VerbClass,
                ["noun_class"] = reading.NounClass,
            },
        };
    }
}
