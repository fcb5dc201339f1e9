using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Building;

/// <summary>
/// Makes the question of a clip under each strategy: <c>O_i = {n_i, D_i}</c> of the paper, the truth and K−1 distractors.
/// </summary>
/// <remarks>
/// Every draw is keyed by seed, narration id and purpose, and nothing else enters: not the other clips, not the strategy's
/// name. The truth therefore stands at the same position in every strategy of a clip.
/// </remarks>
public sealed class QuestionBuilder(DistractorPool pool, AlsoTrueIndex alsoTrue, IClassTexts texts, BenchmarkSettings settings)
{
    private readonly int _optionCount = settings.OptionsPerQuestion;

    /// <summary>Makes the clip's questions, one for each strategy, in the order given.</summary>
    /// <exception cref="InputException">A strategy has too few candidates, or a class has no text.</exception>
    public BuiltQuestion[] Build(ClipAnnotation clip, IReadOnlyList<IDistractorStrategy> strategies)
    {
        var clipTexts = texts.For(clip);
        var facts = new ClipFacts(
            clip,
            clipTexts,
            settings.ShowsOwnNarration ? new ComparedText(clip.Narration) : clipTexts.Find(clip.Class, [])!.Value.Text,
            alsoTrue.Find(clip),
            new KeyedRandom(settings.Seed, clip.NarrationId, "answer-position").NextInt32(_optionCount),
            ShuffledPlaces(clip, _optionCount - 1));
        var questions = new BuiltQuestion[strategies.Count];
        for (var i = 0; i < questions.Length; i++)
        {
            questions[i] = Build(facts, strategies[i]);
        }

        return questions;
    }

    private BuiltQuestion Build(ClipFacts facts, IDistractorStrategy strategy)
    {
        var clip = facts.Clip;
        var truthRank = strategy.TruthRank(clip);
        var hasTruth = settings.Protocol != Protocol.Recognition
            || !strategy.IsRanked
            || truthRank <= _optionCount;
        var options = new List<Option>(_optionCount);
        var taken = new List<ComparedText>(_optionCount);
        if (hasTruth)
        {
            taken.Add(facts.TruthText);
            options.Add(new Option(clip.Class, facts.TruthText.Text, truthRank, AlsoTrue: null));
        }

        List<PassedOverCandidate>? passedOver = null;
        var redrawn = 0;
        foreach (var candidate in strategy.Candidates(clip))
        {
            if (options.Count == _optionCount)
            {
                break;
            }

            var reason = facts.MayBeTrue.GetValueOrDefault(candidate.Class);
            if (reason is not null && settings.Ambiguous == AmbiguousDistractors.Replace)
            {
                (passedOver ??= []).Add(PassOver(clip, candidate, reason));
            }
            else if (facts.Texts.Find(candidate.Class, taken) is { } found)
            {
                redrawn += found.WasRedrawn ? 1 : 0;
                taken.Add(found.Text);
                options.Add(new Option(candidate.Class, found.Text.Text, candidate.Rank, reason));
            }
            else
            {
                (passedOver ??= []).Add(PassOver(clip, candidate, PassedOverCandidate.EqualText));
            }
        }

        if (options.Count < _optionCount)
        {
            var truths = hasTruth ? 1 : 0;
            throw TooFew(clip, strategy, truths, options.Count - truths, passedOver?.Count ?? 0);
        }

        if (settings.Ambiguous == AmbiguousDistractors.Exclude && options.Exists(static option => option.AlsoTrue is not null))
        {
            return new BuiltQuestion(Question: null, Classes: null, [], RedrawnNarrations: 0, IsCutTied: false);
        }

        var ordered = Arrange(facts, options, hasTruth);
        return new BuiltQuestion(
            MakeQuestion(clip, strategy.Name, ordered, hasTruth ? facts.TruthSlot : null, truthRank),
            new OptionClasses(Array.ConvertAll(ordered, static option => option.Class), hasTruth ? facts.TruthSlot : null, clip.ParticipantId),
            passedOver ?? [],
            redrawn,
            strategy.IsCutTied(clip));
    }

    private InputException TooFew(ClipAnnotation clip, IDistractorStrategy strategy, int truths, int found, int passedOver)
    {
        var classes = strategy.IsRanked ? $"its {strategy.ClassCount(clip)} ranked classes" : $"the {strategy.ClassCount(clip)} classes of the annotations";
        return new InputException(
            $"{strategy.Origin}: narration id '{clip.NarrationId}' has {found} usable distractors among {classes} "
            + $"(the truth {clip.Class} left out, {passedOver} passed over), but {_optionCount - truths} are needed for {_optionCount} options. "
            + "Use a dump with more classes per clip, more --narrations, or fewer --options.");
    }

    private PassedOverCandidate PassOver(ClipAnnotation clip, Candidate candidate, string reason) =>
        new(clip.NarrationId, pool.NameOf(candidate.Class), candidate.Rank, reason);

    // The truth, first in the list where there is one, goes to its slot; the others fill the rest in a shuffled order.
    private Option[] Arrange(ClipFacts facts, List<Option> options, bool hasTruth)
    {
        var ordered = new Option[_optionCount];
        if (!hasTruth)
        {
            var places = ShuffledPlaces(facts.Clip, _optionCount);
            for (var slot = 0; slot < ordered.Length; slot++)
            {
                ordered[slot] = options[places[slot]];
            }

            return ordered;
        }

        var next = 0;
        for (var slot = 0; slot < ordered.Length; slot++)
        {
            ordered[slot] = slot == facts.TruthSlot ? options[0] : options[1 + facts.DistractorPlaces[next++]];
        }

        return ordered;
    }

    private int[] ShuffledPlaces(ClipAnnotation clip, int count)
    {
        var places = new int[count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = i;
        }

        new KeyedRandom(settings.Seed, clip.NarrationId, "distractor-order").Shuffle(places.AsSpan());
        return places;
    }

    private Question MakeQuestion(ClipAnnotation clip, string strategy, Option[] options, int? answerIndex, int? truthRank) => new()
    {
        Id = clip.NarrationId,
        VideoId = clip.VideoId,
        ParticipantId = clip.ParticipantId,
        StartSeconds = clip.StartSeconds,
        StopSeconds = clip.StopSeconds,
        StartFrame = clip.StartFrame,
        StopFrame = clip.StopFrame,
        Narration = clip.Narration,
        VerbClass = clip.Class.Verb,
        NounClass = clip.Class.Noun,
        Strategy = strategy,
        Options = Array.ConvertAll(options, static option => option.Text),
        OptionClasses = Array.ConvertAll(options, option => pool.NameOf(option.Class)),
        OptionRanks = Array.ConvertAll(options, static option => option.Rank),
        AlsoTrue = Array.ConvertAll(options, static option => option.AlsoTrue),
        AnswerIndex = answerIndex,
        GroundTruthRank = truthRank,
    };

    /// <summary>What all questions about a clip have in common.</summary>
    private sealed record ClipFacts(
        ClipAnnotation Clip,
        IClipTexts Texts,
        ComparedText TruthText,
        IReadOnlyDictionary<ActionClass, string> MayBeTrue,
        int TruthSlot,
        int[] DistractorPlaces);

    private readonly record struct Option(ActionClass Class, string Text, int? Rank, string? AlsoTrue);
}

/// <summary>The outcome of making one question.</summary>
/// <param name="Question">The question; null where it is left out because a distractor may be true.</param>
/// <param name="Classes">The classes of its options; null with it.</param>
/// <param name="PassedOver">Candidates that the next one replaced.</param>
/// <param name="RedrawnNarrations">Narrations drawn again because the first draw was taken.</param>
/// <param name="IsCutTied">The last candidate is one only by its name: its score equals that of the next.</param>
public readonly record struct BuiltQuestion(
    Question? Question,
    OptionClasses? Classes,
    IReadOnlyList<PassedOverCandidate> PassedOver,
    int RedrawnNarrations,
    bool IsCutTied);
