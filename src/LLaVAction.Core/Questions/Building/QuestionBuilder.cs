using LLaVAction.Annotations;
using LLaVAction.Questions.Manifests;
using LLaVAction.Questions.Representations;
using LLaVAction.Questions.Strategies;
using LLaVAction.Randomness;

namespace LLaVAction.Questions.Building;

/// <summary>
/// Makes the question of a clip under each strategy: <c>O_i = {n_i, D_i}</c> of the paper, the truth and K−1 distractors.
/// </summary>
/// <remarks>
/// Every draw is keyed by seed, narration id and purpose, and nothing else enters: not the other clips, not the strategy's
/// name. The truth therefore stands at the same position in every strategy of a clip.
/// </remarks>
public sealed class QuestionBuilder(DistractorPool pool, AlsoTrueIndex alsoTrue, IClassTexts texts, BenchmarkSettings settings)
{
    private readonly int optionCount = settings.OptionsPerQuestion;

    /// <summary>Makes the clip's questions, one for each strategy, in the order given.</summary>
    /// <exception cref="InputException">A strategy has too few candidates, or a class has no text.</exception>
    public BuiltQuestion[] Build(ClipAnnotation clip, IReadOnlyList<IDistractorStrategy> strategies)
    {
        var mayBeTrue = alsoTrue.Find(clip);
        var truthSlot = new KeyedRandom(settings.Seed, clip.NarrationId, "answer-position").NextInt32(optionCount);
        var questions = new BuiltQuestion[strategies.Count];
        for (var i = 0; i < questions.Length; i++)
        {
            questions[i] = Build(clip, strategies[i], mayBeTrue, truthSlot);
        }

        return questions;
    }

    private BuiltQuestion Build(
        ClipAnnotation clip,
        IDistractorStrategy strategy,
        IReadOnlyDictionary<ActionClass, string> mayBeTrue,
        int truthSlot)
    {
        var truthRank = strategy.TruthRank(clip);
        var hasTruth = settings.Protocol != Protocol.Recognition
            || strategy is RandomStrategy
            || truthRank <= optionCount;
        var options = new List<Option>(optionCount);
        var taken = new List<ComparedText>(optionCount);
        if (hasTruth)
        {
            taken.Add(TruthText(clip));
            options.Add(new Option(clip.Class, taken[0].Text, truthRank, AlsoTrue: null));
        }

        var passedOver = new List<PassedOverCandidate>();
        var redrawn = 0;
        foreach (var candidate in strategy.Candidates(clip))
        {
            if (options.Count == optionCount)
            {
                break;
            }

            var reason = mayBeTrue.GetValueOrDefault(candidate.Class);
            if (reason is not null && settings.Ambiguous == AmbiguousDistractors.Replace)
            {
                passedOver.Add(PassOver(clip, candidate, reason));
            }
            else if (texts.Find(clip, candidate.Class, taken) is { } found)
            {
                redrawn += found.WasRedrawn ? 1 : 0;
                taken.Add(found.Text);
                options.Add(new Option(candidate.Class, found.Text.Text, candidate.Rank, reason));
            }
            else
            {
                passedOver.Add(PassOver(clip, candidate, PassedOverCandidate.EqualText));
            }
        }

        if (options.Count < optionCount)
        {
            var truths = hasTruth ? 1 : 0;
            throw strategy.TooFew(clip, options.Count - truths, optionCount - truths, passedOver.Count);
        }

        if (settings.Ambiguous == AmbiguousDistractors.Exclude && options.Exists(static option => option.AlsoTrue is not null))
        {
            return new BuiltQuestion(Question: null, [], RedrawnNarrations: 0);
        }

        var ordered = Arrange(clip.NarrationId, options, hasTruth ? truthSlot : null);
        return new BuiltQuestion(
            MakeQuestion(clip, strategy.Name, ordered, hasTruth ? truthSlot : null, truthRank),
            passedOver,
            redrawn);
    }

    private ComparedText TruthText(ClipAnnotation clip) =>
        settings.ShowsOwnNarration
            ? new ComparedText(clip.Narration)
            : texts.Find(clip, clip.Class, [])!.Value.Text;

    private PassedOverCandidate PassOver(ClipAnnotation clip, Candidate candidate, string reason) =>
        new(clip.NarrationId, pool.NameOf(candidate.Class), candidate.Rank, reason);

    // The truth, first in the list where there is one, goes to its slot; the others fill the rest in a shuffled order.
    private Option[] Arrange(string id, List<Option> options, int? truthSlot)
    {
        var others = options.Skip(truthSlot is null ? 0 : 1).ToArray();
        new KeyedRandom(settings.Seed, id, "distractor-order").Shuffle(others.AsSpan());
        var ordered = new Option[optionCount];
        var next = 0;
        for (var slot = 0; slot < ordered.Length; slot++)
        {
            ordered[slot] = slot == truthSlot ? options[0] : others[next++];
        }

        return ordered;
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

    private readonly record struct Option(ActionClass Class, string Text, int? Rank, string? AlsoTrue);
}

/// <summary>The outcome of making one question.</summary>
/// <param name="Question">The question; null where it is left out because a distractor may be true.</param>
/// <param name="PassedOver">Candidates that the next one replaced.</param>
/// <param name="RedrawnNarrations">Narrations drawn again because the first draw was taken.</param>
public readonly record struct BuiltQuestion(
    Question? Question,
    IReadOnlyList<PassedOverCandidate> PassedOver,
    int RedrawnNarrations);
