using System.Runtime.InteropServices;
using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.OptionsOnly;

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
    public const int Count = FixedCount + Kinds;

    private const int FixedCount = 8;

    private const int Kinds = 3;

    private readonly int _options;
    private readonly double[] _values;
    private readonly int[] _codes;
    private readonly int _codeCount;

    private OptionFeatures(IReadOnlyList<OptionClasses> questions, int options, double[] values, int[] codes, int codeCount) =>
        (Questions, _options, _values, _codes, _codeCount) = (questions, options, values, codes, codeCount);

    /// <summary>The questions.</summary>
    public IReadOnlyList<OptionClasses> Questions { get; }

    /// <summary>Computes the features that depend on the questions alone; the others are 0 until <see cref="WithFrequencies"/>.</summary>
    public static OptionFeatures Of(IReadOnlyList<OptionClasses> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        var options = questions.Count == 0 ? 0 : questions.Max(static question => question.Classes.Count);
        var values = new double[questions.Count * options * Count];
        var codes = new int[questions.Count * options * Kinds];
        var known = new Dictionary<(int Kind, ActionClass Key), int>();
        for (var question = 0; question < questions.Count; question++)
        {
            Fill(questions[question], values.AsSpan(question * options * Count));
            for (var option = 0; option < questions[question].Classes.Count; option++)
            {
                var optionClass = questions[question].Classes[option];
                var place = ((question * options) + option) * Kinds;
                codes[place] = CodeOf(known, 0, optionClass);
                codes[place + 1] = CodeOf(known, 1, optionClass with { Noun = 0 });
                codes[place + 2] = CodeOf(known, 2, optionClass with { Verb = 0 });
            }
        }

        return new OptionFeatures(questions, options, values, codes, known.Count);
    }

    /// <summary>The same questions with the frequencies of the answers of the training folds.</summary>
    /// <param name="isTraining">Which questions are in the training folds.</param>
    public OptionFeatures WithFrequencies(Predicate<int> isTraining)
    {
        ArgumentNullException.ThrowIfNull(isTraining);
        var counts = new int[_codeCount];
        for (var question = 0; question < Questions.Count; question++)
        {
            if (Questions[question].AnswerIndex is { } answer && isTraining(question))
            {
                for (var kind = 0; kind < Kinds; kind++)
                {
                    counts[CodeAt(question, answer, kind)]++;
                }
            }
        }

        var logarithms = new double[Questions.Count + 1];
        for (var count = 1; count < logarithms.Length; count++)
        {
            logarithms[count] = PortableMath.Log(1 + count);
        }

        var values = _values.ToArray();
        for (var question = 0; question < Questions.Count; question++)
        {
            // A training question does not count its own answer: it would give itself away.
            var own = isTraining(question) ? Questions[question].AnswerIndex : null;
            for (var kind = 0; kind < Kinds; kind++)
            {
                var ownCode = own is { } answer ? CodeAt(question, answer, kind) : -1;
                for (var option = 0; option < Questions[question].Classes.Count; option++)
                {
                    var code = CodeAt(question, option, kind);
                    values[(((question * _options) + option) * Count) + FixedCount + kind] = logarithms[counts[code] - (code == ownCode ? 1 : 0)];
                }
            }
        }

        return new OptionFeatures(Questions, _options, values, _codes, _codeCount);
    }

    /// <summary>The features of a question: <see cref="Count"/> of each option, option after option.</summary>
    public ReadOnlySpan<double> ValuesOf(int question) =>
        _values.AsSpan(question * _options * Count, Questions[question].Classes.Count * Count);

    private static int CodeOf(Dictionary<(int, ActionClass), int> known, int kind, ActionClass key)
    {
        ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(known, (kind, key), out var isKnown);
        return isKnown ? code : code = known.Count - 1;
    }

    private static void Fill(OptionClasses question, Span<double> values)
    {
        var options = question.Classes.Count;
        Span<int> sameVerb = stackalloc int[options];
        Span<int> sameNoun = stackalloc int[options];
        question.CountShared(sameVerb, sameNoun);
        int mostVerb = 0, mostNoun = 0;
        for (var option = 0; option < options; option++)
        {
            mostVerb = Math.Max(mostVerb, sameVerb[option]);
            mostNoun = Math.Max(mostNoun, sameNoun[option]);
        }

        for (var option = 0; option < options; option++)
        {
            // Classes differ pairwise, so no other option shares both.
            double others = Math.Max(1, options - 1);
            var either = sameVerb[option] + sameNoun[option];
            var hasVerb = mostVerb > 0 && sameVerb[option] == mostVerb;
            var hasNoun = mostNoun > 0 && sameNoun[option] == mostNoun;
            var features = values.Slice(option * Count, FixedCount);
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

    private int CodeAt(int question, int option, int kind) => _codes[(((question * _options) + option) * Kinds) + kind];
}
