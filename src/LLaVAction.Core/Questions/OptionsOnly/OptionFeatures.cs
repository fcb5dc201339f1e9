using LLaVAction.Annotations;

namespace LLaVAction.Questions.OptionsOnly;

/// <summary>
/// The features that a model of the options alone may use. Those of frequency come from the answers of the training folds.
/// </summary>
/// <remarks>
/// Per option, with counts over the other K−1 options: share with the same verb; with the same noun; with either; whether
/// all share either; product of the first two; whether its verb is the most frequent verb of the question; whether its noun
/// is the most frequent noun; both; ln(1 + answers of this class), of this verb, and of this noun in the training folds.
/// </remarks>
public sealed class OptionFeatures
{
    /// <summary>Number of features.</summary>
    public const int Count = 11;

    /// <summary>Features that do not depend on the training folds.</summary>
    private const int FixedCount = 8;

    private readonly double[] values;
    private readonly int[] starts;

    private OptionFeatures(IReadOnlyList<OptionClasses> questions, double[] values, int[] starts)
    {
        Questions = questions;
        this.values = values;
        this.starts = starts;
    }

    /// <summary>The questions.</summary>
    public IReadOnlyList<OptionClasses> Questions { get; }

    /// <summary>The features of one option of one question.</summary>
    public ReadOnlySpan<double> this[int question, int option] => values.AsSpan((starts[question] + option) * Count, Count);

    /// <summary>Computes the features that depend on the questions alone; the others are 0 until <see cref="SetFrequencies"/>.</summary>
    public static OptionFeatures Of(IReadOnlyList<OptionClasses> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        var offsets = new int[questions.Count + 1];
        for (var question = 0; question < questions.Count; question++)
        {
            offsets[question + 1] = offsets[question] + questions[question].Classes.Count;
        }

        var features = new double[offsets[^1] * Count];
        for (var question = 0; question < questions.Count; question++)
        {
            Fill(questions[question], features.AsSpan(offsets[question] * Count));
        }

        return new OptionFeatures(questions, features, offsets);
    }

    /// <summary>Takes the frequencies from the answers of the questions of the training folds.</summary>
    public void SetFrequencies(Predicate<int> isTraining)
    {
        ArgumentNullException.ThrowIfNull(isTraining);
        var classes = new Dictionary<ActionClass, int>();
        var verbs = new Dictionary<int, int>();
        var nouns = new Dictionary<int, int>();
        for (var question = 0; question < Questions.Count; question++)
        {
            if (isTraining(question) && Questions[question].AnswerIndex is { } answer)
            {
                var truth = Questions[question].Classes[answer];
                classes[truth] = classes.GetValueOrDefault(truth) + 1;
                verbs[truth.Verb] = verbs.GetValueOrDefault(truth.Verb) + 1;
                nouns[truth.Noun] = nouns.GetValueOrDefault(truth.Noun) + 1;
            }
        }

        for (var question = 0; question < Questions.Count; question++)
        {
            // A training question does not count its own answer: it would give itself away.
            var own = isTraining(question) ? Questions[question].AnswerIndex : null;
            ActionClass? ownClass = own is { } index ? Questions[question].Classes[index] : null;
            for (var option = 0; option < Questions[question].Classes.Count; option++)
            {
                var optionClass = Questions[question].Classes[option];
                var target = values.AsSpan((starts[question] + option) * Count, Count);
                target[FixedCount] = LogCount(classes.GetValueOrDefault(optionClass) - (ownClass == optionClass ? 1 : 0));
                target[FixedCount + 1] = LogCount(verbs.GetValueOrDefault(optionClass.Verb) - (ownClass?.Verb == optionClass.Verb ? 1 : 0));
                target[FixedCount + 2] = LogCount(nouns.GetValueOrDefault(optionClass.Noun) - (ownClass?.Noun == optionClass.Noun ? 1 : 0));
            }
        }
    }

    private static void Fill(OptionClasses question, Span<double> target)
    {
        var options = question.Classes.Count;
        Span<int> sameVerb = stackalloc int[options];
        Span<int> sameNoun = stackalloc int[options];
        int mostVerb = 0, mostNoun = 0;
        for (var option = 0; option < options; option++)
        {
            sameVerb[option] = question.SameVerb(option);
            sameNoun[option] = question.SameNoun(option);
            mostVerb = Math.Max(mostVerb, sameVerb[option]);
            mostNoun = Math.Max(mostNoun, sameNoun[option]);
        }

        for (var option = 0; option < options; option++)
        {
            // Classes differ pairwise, so no other option shares both.
            double others = options - 1;
            var either = sameVerb[option] + sameNoun[option];
            var hasVerb = mostVerb > 0 && sameVerb[option] == mostVerb;
            var hasNoun = mostNoun > 0 && sameNoun[option] == mostNoun;
            var features = target.Slice(option * Count, Count);
            features[0] = sameVerb[option] / others;
            features[1] = sameNoun[option] / others;
            features[2] = either / others;
            features[3] = either >= options - 1 ? 1 : 0;
            features[4] = features[0] * features[1];
            features[5] = hasVerb ? 1 : 0;
            features[6] = hasNoun ? 1 : 0;
            features[7] = hasVerb && hasNoun ? 1 : 0;
        }
    }

    private static double LogCount(int count) => count <= 0 ? 0 : PortableMath.Log(1 + count);
}
