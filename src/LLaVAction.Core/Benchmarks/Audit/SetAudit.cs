using System.Runtime.InteropServices;
using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Epic;
using LLaVAction.Statistics;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>What an examination of one set's questions found; shares are of all its questions, in 0..1.</summary>
public sealed record SetAudit
{
    /// <summary>What the manifest says of the set.</summary>
    public required SetEntry Entry { get; init; }

    /// <summary>How often the answer stands at each position.</summary>
    public required IReadOnlyList<int> AnswerPositions { get; init; }

    /// <summary>Chi-square p of even positions.</summary>
    public required double AnswerPositionsPValue { get; init; }

    /// <summary>Mean length of answers, in characters.</summary>
    public required double MeanAnswerLength { get; init; }

    /// <summary>Mean length of distractors, in characters.</summary>
    public required double MeanDistractorLength { get; init; }

    /// <summary>Accuracy of always choosing the longest option, equally long ones drawn at random.</summary>
    public required double LongestAccuracy { get; init; }

    /// <summary>Accuracy of always choosing the shortest option.</summary>
    public required double ShortestAccuracy { get; init; }

    /// <summary>Share of questions with a distractor that reads nearly like the answer.</summary>
    public required double NearEqualToAnswer { get; init; }

    /// <summary>Share of questions with any two options that read nearly alike.</summary>
    public required double NearEqualPairs { get; init; }

    /// <summary>Share of questions whose answer is also a narration of another class of the pool.</summary>
    public required double AnswerNarratesOtherClass { get; init; }

    /// <summary>Share of questions with a distractor that may be true because the clip has several nouns.</summary>
    public required double MultiNoun { get; init; }

    /// <summary>Share of questions with a distractor that may be true because a clip of its class overlaps.</summary>
    public required double Overlap { get; init; }

    /// <summary>Questions by rank of the truth in the dump, in order: 1, 2-5, 6-20, over 20, not in the dump.</summary>
    public required IReadOnlyList<int> TruthRanks { get; init; }

    /// <summary>Share of questions whose true verb is no distractor's: the verb alone decides.</summary>
    public required double VerbAlone { get; init; }

    /// <summary>Share of questions whose true noun is no distractor's: the noun alone decides.</summary>
    public required double NounAlone { get; init; }

    /// <summary>Share of questions that need both verb and noun.</summary>
    public required double NeedsBoth { get; init; }

    /// <summary>How the asked clips relate to the rest of the pool; null without the annotation files.</summary>
    public required PoolOverlap? Pool { get; init; }

    /// <summary>Probability that the cross-validated options-only model gives the truth, per question.</summary>
    public required IReadOnlyList<double> BiasScores { get; init; }

    /// <summary>The classes that the set's dump ranks first, by clip; empty for sets without a dump.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> FirstClasses { get; init; }

    /// <summary>Questions by kind of category and category, in ordinal order; empty for sets without.</summary>
    public required IReadOnlyList<(string Kind, string Category, int Questions)> Categories { get; init; }

    /// <summary>Examines a set.</summary>
    /// <param name="entry">What the manifest says of it.</param>
    /// <param name="questions">Its questions.</param>
    /// <param name="pool">The pool it was built from; null where the annotation files are not given.</param>
    public static SetAudit Of(SetEntry entry, IReadOnlyList<Question> questions, AnnotationPool? pool)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(questions);
        var near = NearPairs(questions);
        var classes = questions.Where(static question => question.HasActions).Select(OptionClasses.Of).ToArray();
        var positions = new int[questions.Count == 0 ? 2 : Math.Max(2, questions.Max(static question => question.Options.Count))];
        foreach (var answer in questions.Select(static question => question.AnswerIndex).OfType<int>())
        {
            positions[answer]++;
        }

        var answered = questions.Where(static question => question.AnswerIndex is not null).ToArray();
        var isVerbUnique = classes.Select(static question => question.AnswerIndex is { } answer
            && question.Classes.Count(option => option.Verb == question.Classes[answer].Verb) == 1).ToArray();
        var isNounUnique = classes.Select(static question => question.AnswerIndex is { } answer
            && question.Classes.Count(option => option.Noun == question.Classes[answer].Noun) == 1).ToArray();
        var narrations = NarrationClasses(questions, pool);
        return new SetAudit
        {
            Entry = entry,
            AnswerPositions = positions,
            AnswerPositionsPValue = ChiSquareTest.Uniform(positions).PValue,
            MeanAnswerLength = Mean(answered.Select(static question => (double)question.Options[question.AnswerIndex!.Value].Length)),
            MeanDistractorLength = Mean(questions.SelectMany(Distractors).Select(static text => (double)text.Length)),
            LongestAccuracy = LengthAccuracy(questions, 1),
            ShortestAccuracy = LengthAccuracy(questions, -1),
            NearEqualToAnswer = Share(near, static pairs => pairs.WithAnswer),
            NearEqualPairs = Share(near, static pairs => pairs.Any),
            AnswerNarratesOtherClass = Share(questions, question => question.AnswerIndex is { } answer
                && narrations.TryGetValue(OptionText.Normalise(question.Options[answer]), out var owners)
                && owners.Any(owner => owner != new ActionClass(question.VerbClass, question.NounClass))),
            MultiNoun = Share(questions, static question => question.AlsoTrue.Contains("multi-noun", StringComparer.Ordinal)),
            Overlap = Share(questions, static question => question.AlsoTrue.Contains("overlap", StringComparer.Ordinal)),
            TruthRanks = CountRanks(questions),
            VerbAlone = Share(isVerbUnique, static isUnique => isUnique),
            NounAlone = Share(isNounUnique, static isUnique => isUnique),
            NeedsBoth = Share(classes.Select((question, index) => question.AnswerIndex is not null && !isVerbUnique[index] && !isNounUnique[index]).ToArray(), static needs => needs),
            Pool = pool is null ? null : PoolOverlap.Of(questions, pool),
            BiasScores = classes.Length == 0 ? [] : OptionsOnlyModel.CrossValidate(classes).BiasScores,
            FirstClasses = DumpOverlap.FirstClasses(questions),
            Categories =
            [
                .. questions.SelectMany(static question => question.Categories?.AsEnumerable() ?? [])
                    .GroupBy(static pair => (Kind: pair.Key, Category: pair.Value))
                    .OrderBy(static group => group.Key.Kind, StringComparer.Ordinal).ThenBy(static group => group.Key.Category, StringComparer.Ordinal)
                    .Select(static group => (group.Key.Kind, group.Key.Category, group.Count())),
            ],
        };
    }

    private static Dictionary<string, HashSet<ActionClass>> NarrationClasses(IReadOnlyList<Question> questions, AnnotationPool? pool)
    {
        var owners = new Dictionary<string, HashSet<ActionClass>>(StringComparer.Ordinal);
        var pairs = pool is null
            ? questions.Select(static question => (question.Narration, Class: new ActionClass(question.VerbClass, question.NounClass)))
            : pool.Clips.Select(static clip => (clip.Narration, clip.Class));
        foreach (var (narration, owner) in pairs)
        {
            var text = OptionText.Normalise(narration);
            if (!owners.TryGetValue(text, out var classes))
            {
                owners[text] = classes = [];
            }

            classes.Add(owner);
        }

        return owners;
    }

    private static IEnumerable<string> Distractors(Question question) =>
        question.Options.Where((_, option) => option != question.AnswerIndex);

    // Per question, whether two options read nearly alike, and whether one of them is the answer.
    private static (bool Any, bool WithAnswer)[] NearPairs(IReadOnlyList<Question> questions)
    {
        // The same narrations come again and again.
        var texts = new Dictionary<string, NearEqualText>(StringComparer.Ordinal);
        var result = new (bool Any, bool WithAnswer)[questions.Count];
        for (var index = 0; index < result.Length; index++)
        {
            var options = questions[index].Options;
            var ready = new NearEqualText[options.Count];
            for (var option = 0; option < ready.Length; option++)
            {
                ref var text = ref CollectionsMarshal.GetValueRefOrAddDefault(texts, options[option], out var isKnown);
                ready[option] = isKnown ? text : text = new NearEqualText(options[option]);
            }

            for (var first = 0; first < ready.Length; first++)
            {
                for (var second = first + 1; second < ready.Length; second++)
                {
                    var isNear = ready[first].IsNear(ready[second]);
                    result[index].Any |= isNear;
                    result[index].WithAnswer |= isNear && (first == questions[index].AnswerIndex || second == questions[index].AnswerIndex);
                }
            }
        }

        return result;
    }

    private static double LengthAccuracy(IReadOnlyList<Question> questions, int sign)
    {
        var sum = 0.0;
        foreach (var question in questions)
        {
            var best = question.Options.Max(text => sign * text.Length);
            if (question.AnswerIndex is { } answer && sign * question.Options[answer].Length == best)
            {
                sum += 1.0 / question.Options.Count(text => sign * text.Length == best);
            }
        }

        return questions.Count == 0 ? 0 : sum / questions.Count;
    }

    private static int[] CountRanks(IReadOnlyList<Question> questions)
    {
        var counts = new int[5];
        foreach (var question in questions)
        {
            counts[question.GroundTruthRank switch { 1 => 0, <= 5 => 1, <= 20 => 2, not null => 3, null => 4 }]++;
        }

        return counts;
    }

    private static double Share<T>(IReadOnlyCollection<T> items, Func<T, bool> isCounted) =>
        items.Count == 0 ? 0 : (double)items.Count(isCounted) / items.Count;

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(0).Average();
}
