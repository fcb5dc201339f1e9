using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.OptionsOnly;

/// <summary>
/// The features that a model of the options alone may use. Those of frequency come from the answers of the training folds.
/// </summary>
/// <remarks>
/// <para>
/// Per option, with counts over the other K−1 options: share with the same verb; with the same noun; with either; whether
/// all share either; product of the first two; whether its verb is the most frequent verb of the question; whether its noun
/// is the most frequent noun; both; ln(1 + answers of this class), of this verb, and of this noun in the training folds.
/// </para>
/// <para>
/// Questions stand in blocks of <see cref="Lanes"/>, side by side in the lanes of a vector: sums are taken lane by lane, so
/// that they do not depend on the width of the machine's vectors.
/// </para>
/// </remarks>
public sealed class OptionFeatures
{
    /// <summary>Number of features.</summary>
    public const int Count = FixedCount + FrequencyCount;

    /// <summary>Questions of a block.</summary>
    public const int Lanes = 8;

    /// <summary>Features that do not depend on the training folds.</summary>
    internal const int FixedCount = 8;

    /// <summary>Features that do.</summary>
    internal const int FrequencyCount = 3;

    private readonly ClassCodes _codes;
    private readonly Vector512<double>[] _fixedValues;
    private readonly Vector512<double>[] _frequencies;
    private readonly Vector512<double>[] _offsets;
    private readonly Vector512<double>[] _answers;

    private OptionFeatures(
        IReadOnlyList<OptionClasses> questions,
        ClassCodes codes,
        Vector512<double>[] fixedValues,
        Vector512<double>[] frequencies,
        Vector512<double>[] offsets,
        Vector512<double>[] answers)
    {
        Questions = questions;
        _codes = codes;
        _fixedValues = fixedValues;
        _frequencies = frequencies;
        _offsets = offsets;
        _answers = answers;
    }

    /// <summary>The questions.</summary>
    public IReadOnlyList<OptionClasses> Questions { get; }

    /// <summary>Blocks of questions; the lanes of the last one that no question fills are 0.</summary>
    public int BlockCount => (Questions.Count + Lanes - 1) / Lanes;

    /// <summary>Most options of a question.</summary>
    public int OptionCount => _codes.OptionCount;

    /// <summary>Computes the features that depend on the questions alone; the others are 0 until <see cref="WithFrequencies"/>.</summary>
    public static OptionFeatures Of(IReadOnlyList<OptionClasses> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        var classCodes = new ClassCodes(questions);
        var options = (questions.Count + Lanes - 1) / Lanes * classCodes.OptionCount;
        var features = new OptionFeatures(
            questions,
            classCodes,
            new Vector512<double>[options * FixedCount],
            new Vector512<double>[options * FrequencyCount],
            new Vector512<double>[options],
            new Vector512<double>[options]);
        var values = MemoryMarshal.Cast<Vector512<double>, double>(features._fixedValues.AsSpan());
        var offsetLanes = MemoryMarshal.Cast<Vector512<double>, double>(features._offsets.AsSpan());
        var answerLanes = MemoryMarshal.Cast<Vector512<double>, double>(features._answers.AsSpan());
        for (var question = 0; question < questions.Count; question++)
        {
            features.Fill(question, values);
            for (var option = 0; option < classCodes.OptionCount; option++)
            {
                var place = features.Place(question, option, 1);
                offsetLanes[place] = option < questions[question].Classes.Count ? 0 : double.NegativeInfinity;
                answerLanes[place] = option == questions[question].AnswerIndex ? 1 : 0;
            }
        }

        return features;
    }

    /// <summary>The same questions with the frequencies of the answers of the training folds.</summary>
    /// <param name="isTraining">Which questions are in the training folds.</param>
    public OptionFeatures WithFrequencies(Predicate<int> isTraining)
    {
        ArgumentNullException.ThrowIfNull(isTraining);
        Span<int[]> counts = [new int[_codes.ClassCount], new int[_codes.VerbCount], new int[_codes.NounCount]];
        for (var question = 0; question < Questions.Count; question++)
        {
            if (Questions[question].AnswerIndex is { } answer && isTraining(question))
            {
                for (var kind = 0; kind < FrequencyCount; kind++)
                {
                    counts[kind][_codes.Of(kind, question, answer)]++;
                }
            }
        }

        var logarithms = new double[Questions.Count + 1];
        for (var count = 1; count < logarithms.Length; count++)
        {
            logarithms[count] = PortableMath.Log(1 + count);
        }

        var result = new Vector512<double>[_frequencies.Length];
        var values = MemoryMarshal.Cast<Vector512<double>, double>(result.AsSpan());
        for (var question = 0; question < Questions.Count; question++)
        {
            // A training question does not count its own answer: it would give itself away.
            var own = isTraining(question) ? Questions[question].AnswerIndex : null;
            var options = Questions[question].Classes.Count;
            for (var kind = 0; kind < FrequencyCount; kind++)
            {
                var ownCode = own is { } answer ? _codes.Of(kind, question, answer) : -1;
                for (var option = 0; option < options; option++)
                {
                    var code = _codes.Of(kind, question, option);
                    values[Place(question, option, FrequencyCount, kind)] = logarithms[counts[kind][code] - (code == ownCode ? 1 : 0)];
                }
            }
        }

        return new OptionFeatures(Questions, _codes, _fixedValues, result, _offsets, _answers);
    }

    /// <summary>The features of an option that depend on the questions alone, a lane per question of the block.</summary>
    internal ReadOnlySpan<Vector512<double>> FixedValues(int block, int option) =>
        _fixedValues.AsSpan(((block * OptionCount) + option) * FixedCount, FixedCount);

    /// <summary>The features of frequency of an option, a lane per question of the block.</summary>
    internal ReadOnlySpan<Vector512<double>> Frequencies(int block, int option) =>
        _frequencies.AsSpan(((block * OptionCount) + option) * FrequencyCount, FrequencyCount);

    /// <summary>Per option 0, or −∞ in the lanes of questions that lack it.</summary>
    internal ReadOnlySpan<Vector512<double>> Offsets(int block) => _offsets.AsSpan(block * OptionCount, OptionCount);

    /// <summary>Per option 1 in the lanes of questions whose answer it is, else 0.</summary>
    internal ReadOnlySpan<Vector512<double>> Answers(int block) => _answers.AsSpan(block * OptionCount, OptionCount);

    private int Place(int question, int option, int features, int feature = 0) =>
        ((((((question / Lanes) * OptionCount) + option) * features) + feature) * Lanes) + (question % Lanes);

    private void Fill(int question, Span<double> values)
    {
        var options = Questions[question].Classes.Count;
        Span<int> sameVerb = stackalloc int[options];
        Span<int> sameNoun = stackalloc int[options];
        Questions[question].CountShared(sameVerb, sameNoun);
        int mostVerb = 0, mostNoun = 0;
        for (var option = 0; option < options; option++)
        {
            mostVerb = Math.Max(mostVerb, sameVerb[option]);
            mostNoun = Math.Max(mostNoun, sameNoun[option]);
        }

        Span<double> features = stackalloc double[FixedCount];
        for (var option = 0; option < options; option++)
        {
            // Classes differ pairwise, so no other option shares both.
            double others = Math.Max(1, options - 1);
            var either = sameVerb[option] + sameNoun[option];
            var hasVerb = mostVerb > 0 && sameVerb[option] == mostVerb;
            var hasNoun = mostNoun > 0 && sameNoun[option] == mostNoun;
            features[0] = sameVerb[option] / others;
            features[1] = sameNoun[option] / others;
            features[2] = either / others;
            features[3] = either >= options - 1 ? 1 : 0;
            features[4] = features[0] * features[1];
            features[5] = hasVerb ? 1 : 0;
            features[6] = hasNoun ? 1 : 0;
            features[7] = hasVerb && hasNoun ? 1 : 0;
            for (var feature = 0; feature < FixedCount; feature++)
            {
                values[Place(question, option, FixedCount, feature)] = features[feature];
            }
        }
    }

    /// <summary>The options' classes, verbs and nouns, each numbered from 0 as they occur.</summary>
    private sealed class ClassCodes
    {
        private readonly int[] _codes;

        public ClassCodes(IReadOnlyList<OptionClasses> questions)
        {
            OptionCount = questions.Count == 0 ? 0 : questions.Max(static question => question.Classes.Count);
            _codes = new int[questions.Count * OptionCount * FrequencyCount];
            var classes = new Dictionary<ActionClass, int>();
            var verbs = new Dictionary<int, int>();
            var nouns = new Dictionary<int, int>();
            for (var question = 0; question < questions.Count; question++)
            {
                for (var option = 0; option < questions[question].Classes.Count; option++)
                {
                    var optionClass = questions[question].Classes[option];
                    _codes[Place(0, question, option)] = CodeOf(classes, optionClass);
                    _codes[Place(1, question, option)] = CodeOf(verbs, optionClass.Verb);
                    _codes[Place(2, question, option)] = CodeOf(nouns, optionClass.Noun);
                }
            }

            (ClassCount, VerbCount, NounCount) = (classes.Count, verbs.Count, nouns.Count);
        }

        public int OptionCount { get; }

        public int ClassCount { get; }

        public int VerbCount { get; }

        public int NounCount { get; }

        /// <summary>The number of an option's class (0), verb (1) or noun (2).</summary>
        public int Of(int kind, int question, int option) => _codes[Place(kind, question, option)];

        private int Place(int kind, int question, int option) => (((question * FrequencyCount) + kind) * OptionCount) + option;

        private static int CodeOf<T>(Dictionary<T, int> known, T key)
            where T : notnull
        {
            ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(known, key, out var isKnown);
            return isKnown ? code : code = known.Count - 1;
        }
    }
}
