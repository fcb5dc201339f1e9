using LLaVAction.Epic;

namespace LLaVAction.Benchmarks;

/// <summary>What every reader of a question relies on, held against one line of a set by whoever reads it.</summary>
public static class QuestionShape
{
    /// <summary>What makes a question unusable: the invariant and what was found; null where nothing does.</summary>
    /// <param name="question">The question, as parsed.</param>
    /// <param name="optionCount">K of its benchmark.</param>
    /// <param name="isPublished">Whether it is of an imported benchmark.</param>
    public static (string Invariant, string Message)? FirstProblem(Question question, int optionCount, bool isPublished = false)
    {
        if (question.HasActions == isPublished)
        {
            return ("question", isPublished ? "no question text, which every question of an imported benchmark has" : "a question text of its own, in a set of actions");
        }

        if (!question.HasActions)
        {
            return FirstProblemOfPublished(question, optionCount);
        }

        var lengths = (question.Options.Count, question.OptionClasses.Count, question.OptionRanks.Count, question.AlsoTrue.Count);
        if (lengths != (optionCount, optionCount, optionCount, optionCount))
        {
            return (
                "option-count",
                $"{lengths.Item1} options, {lengths.Item2} classes, {lengths.Item3} ranks, {lengths.Item4} also_true; expected {optionCount} of each");
        }

        if (question.AnswerIndex is { } index && (index < 0 || index >= optionCount))
        {
            return ("answer-index", $"answer_index {index}; expected 0 to {optionCount - 1}");
        }

        for (var i = 0; i < optionCount; i++)
        {
            // A list of JSON may hold null whatever the type of its elements.
            if (question.Options[i] is null)
            {
                return ("option-text", $"option {i} is null; expected a text");
            }

            var text = question.OptionClasses[i];
            if (text is null || !ActionClass.TryParse(text, out var parsed) || parsed.ToString() != text)
            {
                return ("option-class", $"class '{text}' of option {i} is not of the form verb:noun");
            }
        }

        if (question.GroundTruthRank < 1 || question.OptionRanks.Any(static rank => rank < 1))
        {
            return ("ranks", "a rank is below 1; ranks count from 1");
        }

        if (!(question.StartSeconds >= 0 && question.StopSeconds > question.StartSeconds && double.IsFinite(question.StopSeconds)))
        {
            return ("times", FormattableString.Invariant($"the clip lasts from {question.StartSeconds} to {question.StopSeconds} s; expected a start of at least 0 and a later end"));
        }

        return question.VerbClass is >= 0 and <= ActionClass.Maximum && question.NounClass is >= 0 and <= ActionClass.Maximum
            ? null
            : ("classes", $"the true class is {question.VerbClass}:{question.NounClass}; expected classes of 0 to {ActionClass.Maximum}");
    }

    // Questions of other benchmarks have as many options as they like, up to the benchmark's most, and no classes.
    private static (string Invariant, string Message)? FirstProblemOfPublished(Question question, int mostOptions)
    {
        var options = question.Options.Count;
        return options < BenchmarkSettings.FewestOptions || options > mostOptions
                || question.OptionClasses.Count > 0 || question.OptionRanks.Count != options || question.AlsoTrue.Count != options
                ? ("option-count", $"{options} options, {question.OptionClasses.Count} classes, {question.OptionRanks.Count} ranks, {question.AlsoTrue.Count} also_true; expected {BenchmarkSettings.FewestOptions} to {mostOptions} options, no classes, and a rank and an also_true for each option")
            : question.AnswerIndex is { } index && (index < 0 || index >= options)
                ? ("answer-index", $"answer_index {index}; expected 0 to {options - 1}, or null where the truth is not published")
            : question.Options.Any(static option => option is null)
                ? ("option-text", "an option is null; expected a text")
            : question.Categories?.Values.Any(static category => category is null) == true
                ? ("categories", "a category is null; expected a text")
            : question.IsAboutWholeVideo && question.StartSeconds == 0
                ? null
            : !(question.StartSeconds >= 0 && question.StopSeconds > question.StartSeconds && double.IsFinite(question.StopSeconds))
                ? ("times", FormattableString.Invariant($"from {question.StartSeconds} to {question.StopSeconds} s; expected 0 and 0 for a whole video, or a start of at least 0 and a later end"))
            : null;
    }
}
