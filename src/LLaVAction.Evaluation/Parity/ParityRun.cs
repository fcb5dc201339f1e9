using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Evaluation.Parity;

/// <summary>
/// Holds an engine against a pack. Each stage gets the reference's own output of the stage before, so that an error shows
/// where it is made and not in all that follows; then the whole is run from the frames.
/// </summary>
public sealed class ParityRun
{
    private readonly ParityTolerance _tolerance;
    private readonly ModelConfiguration _configuration;
    private readonly LanguageConfiguration _language;

    /// <summary>Prepares a run.</summary>
    /// <param name="tolerance">What counts as equal.</param>
    /// <param name="configuration">The checkpoint's configuration.</param>
    /// <exception cref="InputException">The checkpoint is a vision tower alone.</exception>
    public ParityRun(ParityTolerance tolerance, ModelConfiguration configuration)
    {
        _tolerance = tolerance;
        _configuration = configuration;
        _language = configuration.Language ?? throw new InputException("A pack is of a whole model, and the checkpoint is a vision tower alone.");
    }

    /// <summary>What was found so far.</summary>
    public ParityReport Report { get; } = new();

    /// <summary>Compares the stages of one clip.</summary>
    /// <exception cref="InputException">The clip's file is damaged, or of another model.</exception>
    public void CompareStages(IStagedModel model, ParityClip clip)
    {
        using var reference = ParityTensors.Open(clip, _configuration, _language);
        var ids = reference.InputIds();
        var pixels = model.Preprocess(reference.Frames());
        var vision = Compare(ParityStage.Pixels, clip, reference.Pixels(), pixels) is { } theirPixels
            ? CompareVision(model, clip, reference, theirPixels, pixels)
            : model.EncodeVision(pixels);
        var features = model.ArrangeVisualTokens(model.Pool(model.Project(vision)));
        var embeddings = model.Embed(ids, features);
        CompareLanguage(model, clip, reference, ids);

        var hidden = model.HiddenStates(embeddings);
        var theirs = reference.Logits();
        Compare(ParityStage.Whole, clip, new StageTensor([theirs.Length, 1], theirs), AsColumn(model.Logits(LastRow(hidden))));
        CompareContinuation(model, clip, reference, embeddings);
    }

    /// <summary>Compares the prompt's ids and the letters' log-probabilities of one clip, through the port that evaluations use.</summary>
    /// <exception cref="InputException">The clip's file is damaged, or of another model.</exception>
    public void CompareAnswer(IVideoLanguageModel model, ParityClip clip, CancellationToken cancellationToken)
    {
        using var reference = ParityTensors.Open(clip, _configuration, _language);
        CompareTokens(clip, reference.InputIds(), model.Tokenizer);
        if (reference.CandidateIds() is not { } ids || clip.Candidates.Count < 2)
        {
            return;
        }

        if (ids.Length != clip.Candidates.Count)
        {
            throw new InputException($"{clip.File}: {ids.Length} candidate_ids for {clip.Candidates.Count} candidates in pack.json. Make the pack again.");
        }

        var frames = reference.Frames();
        var encoded = model.Encode([frames], cancellationToken);
        using var one = encoded[0];
        var group = new PromptGroup(one, Enumerable.Range(0, frames.Frames.Count).ToArray(), [new PromptRequest(clip.Prompt, clip.Candidates, 0)]);
        if (model.Answer([group], cancellationToken)[0].Answers[0].CandidateLogProbabilities is not { } ours)
        {
            return;
        }

        var theirs = LogProbabilities(reference.Logits(), Math.Min(model.Tokenizer.VocabularySize, _language.VocabularyRows), ids);
        var largest = ours.Zip(theirs, static (our, their) => Math.Abs(our - their)).Max();
        var chosen = ArgMax(ours);
        var expected = ArgMax(theirs);
        var margin = theirs[expected] - theirs.Where((_, i) => i != expected).Max();
        var choice = chosen == expected
            ? clip.Candidates[expected]
            : Invariant($"{clip.Candidates[chosen]} instead of {clip.Candidates[expected]}, whose lead is {margin:G3} nats");
        Report.Add(new ParityFinding(
            ParityStage.Letters, clip.Id, largest <= _tolerance.Nats, largest, Invariant($"{largest:G3} nats; chooses {choice}")));
    }

    private StageTensor CompareVision(IStagedModel model, ParityClip clip, ParityTensors reference, StageTensor theirPixels, StageTensor ourPixels)
    {
        if (reference.Vision() is { } theirVision)
        {
            Compare(ParityStage.Vision, clip, theirVision, model.EncodeVision(theirPixels));
            if (reference.Projected() is { } theirProjected)
            {
                Compare(ParityStage.Projector, clip, theirProjected, model.Project(theirVision));
                Compare(ParityStage.VideoTokens, clip, reference.VideoTokens(), model.ArrangeVisualTokens(model.Pool(theirProjected)));
            }
        }

        return model.EncodeVision(ourPixels);
    }

    private void CompareLanguage(IStagedModel model, ParityClip clip, ParityTensors reference, int[] ids)
    {
        if (reference.VideoTokens() is { } theirTokens && reference.Hidden() is { } theirHidden)
        {
            Compare(ParityStage.LanguageModel, clip, theirHidden, model.HiddenStates(model.Embed(ids, theirTokens)));
            var logits = reference.Logits();
            Compare(ParityStage.Logits, clip, new StageTensor([logits.Length, 1], logits), AsColumn(model.Logits(LastRow(theirHidden))));
        }
    }

    private void CompareTokens(ParityClip clip, int[] theirs, ITokenizer tokenizer)
    {
        var ours = PromptTokens.EncodeWithPlaceholders(clip.Prompt, tokenizer);
        var at = ours.Zip(theirs).TakeWhile(static pair => pair.First == pair.Second).Count();
        var isEqual = at == ours.Length && at == theirs.Length;
        string Id(int[] ids) => at < ids.Length ? ids[at].ToString(CultureInfo.InvariantCulture) : "the end";
        Report.Add(new ParityFinding(
            ParityStage.Tokens,
            clip.Id,
            isEqual,
            isEqual ? 0 : 1,
            isEqual ? Invariant($"{ours.Length} ids, equal") : Invariant($"position {at}: {Id(ours)}, reference {Id(theirs)}")));
    }

    private void CompareContinuation(IStagedModel model, ParityClip clip, ParityTensors reference, StageTensor embeddings)
    {
        if (reference.GreedyIds() is not { } theirs || reference.GreedyMargins() is not { } margins || margins.Length != theirs.Length)
        {
            return;
        }

        var ours = model.GenerateGreedy(embeddings, theirs.Length);
        var at = ours.Zip(theirs).TakeWhile(static pair => pair.First == pair.Second).Count();
        if (at == theirs.Length)
        {
            Report.Add(new ParityFinding(ParityStage.Continuation, clip.Id, IsWithin: true, 0, Invariant($"{at} tokens, equal")));
            return;
        }

        // Two tokens so close that rounding decides are no error; what follows them is another text.
        Report.Add(new ParityFinding(
            ParityStage.Continuation,
            clip.Id,
            margins[at] <= 2 * _tolerance.Nats,
            margins[at],
            Invariant($"token {at}: {ours[at]}, reference {theirs[at]}, whose lead is {margins[at]:G3}")));
    }

    private StageTensor? Compare(ParityStage stage, ParityClip clip, StageTensor? theirs, StageTensor ours)
    {
        if (theirs is null)
        {
            return null;
        }

        if (!theirs.Shape.SequenceEqual(ours.Shape))
        {
            Report.Add(new ParityFinding(
                stage, clip.Id, IsWithin: false, double.PositiveInfinity, $"shape [{string.Join(", ", ours.Shape)}], reference [{string.Join(", ", theirs.Shape)}]"));
            return theirs;
        }

        var difference = StageDifference.Between(theirs.Shape, theirs.Values, ours.Values);
        var isWithin = difference.Relative <= _tolerance.Relative && difference.WorstChannel <= _tolerance.Channel;
        Report.Add(new ParityFinding(
            stage,
            clip.Id,
            isWithin,
            difference.Relative,
            Invariant($"value {difference.Place}, channel {difference.Channel}"),
            difference));
        return theirs;
    }

    private static double[] LogProbabilities(float[] logits, int vocabulary, int[] ids)
    {
        double largest = logits.Take(vocabulary).Max();
        var sum = Math.Log(logits.Take(vocabulary).Sum(logit => Math.Exp(logit - largest)));
        return ids.Select(id => logits[id] - largest - sum).ToArray();
    }

    private static int ArgMax(IReadOnlyList<double> values) =>
        Enumerable.Range(0, values.Count).MaxBy(i => values[i]);

    private static StageTensor LastRow(StageTensor tensor) => new([1, tensor.Shape[1]], tensor.Values[^tensor.Shape[1]..]);

    private static StageTensor AsColumn(StageTensor row) => new([row.Values.Length, 1], row.Values);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
