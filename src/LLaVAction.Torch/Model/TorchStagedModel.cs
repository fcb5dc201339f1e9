using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Torch.Model.Language;
using LLaVAction.Torch.Model.Running;
using LLaVAction.Torch.Model.Vision;
using LLaVAction.Video.Frames;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model;

/// <summary>Shows the stages of the torch engine, each by the code that answers prompts.</summary>
internal sealed class TorchStagedModel(LlavaModel model) : IStagedModel
{
    /// <inheritdoc/>
    public StageTensor Preprocess(ClipFrames frames) => Run(() =>
    {
        using var upload = new PixelUpload(model.Preprocessor, model.Device);
        upload.Restart(frames.Frames.Count);
        return upload.Send([.. Enumerable.Range(0, frames.Frames.Count).Select(i => (frames, i))]);
    });

    /// <inheritdoc/>
    public IReadOnlyList<StageTensor> TraceVision(StageTensor pixelValues)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        var trace = new List<StageTensor>();
        var frames = pixelValues.Shape[0];
        model.VisionTower.Forward(
            HostTensors.FromStage(pixelValues, model.Device),
            states => trace.Add(HostTensors.ToStage(states.view(frames, -1, states.shape[1]))),
            CancellationToken.None);
        return trace;
    }

    /// <inheritdoc/>
    public StageTensor EncodeVision(StageTensor pixelValues) => TraceVision(pixelValues)[^1];

    /// <inheritdoc/>
    public StageTensor Project(StageTensor visionFeatures)
    {
        var projector = model.MultiModalProjector ?? throw new InvalidOperationException("This checkpoint has no projector.");
        return Run(() => projector.Forward(Rows(visionFeatures)).view(visionFeatures.Shape[0], visionFeatures.Shape[1], -1));
    }

    /// <inheritdoc/>
    public StageTensor Pool(StageTensor projected) => Run(() => SpatialPooling
        .Forward(model.Settings.Pooling, Rows(projected), model.Configuration.Vision.GridSide)
        .view(projected.Shape[0], model.PooledSide * model.PooledSide, -1));

    /// <inheritdoc/>
    public StageTensor ArrangeVisualTokens(StageTensor pooled)
        => Run(() => model.ArrangeVisualTokens(Rows(pooled), Enumerable.Range(0, pooled.Shape[0]).ToArray()));

    /// <inheritdoc/>
    public StageTensor Embed(IReadOnlyList<int> inputIds, StageTensor? visualTokens) => Run(() =>
    {
        var parts = new List<Tensor>();
        var visual = visualTokens?.Shape[0] ?? 0;
        for (var i = 0; i < inputIds.Count;)
        {
            var isRun = visualTokens is not null && inputIds[i] == model.Configuration.VideoTokenId;
            var isVideo = isRun || inputIds[i] == PromptTokens.VideoPlaceholderId;
            var run = inputIds.Skip(i).TakeWhile(id => isVideo ? id == inputIds[i] : !IsVideo(id)).Count();
            if (isVideo && run != (isRun ? visual : 1))
            {
                throw new ArgumentException($"{run} video token ids in a row for {visual} visual tokens.", nameof(inputIds));
            }

            parts.Add(isVideo ? HostTensors.FromStage(visualTokens!, model.Device) : model.Decoder.EmbedTokens.Read([.. inputIds.Skip(i).Take(run)]));
            i += run;
        }

        return cat(parts.ToArray());

        bool IsVideo(int id) => id == PromptTokens.VideoPlaceholderId || (visualTokens is not null && id == model.Configuration.VideoTokenId);
    });

    /// <inheritdoc/>
    public StageTensor HiddenStates(StageTensor inputEmbeddings) => HiddenStatesOverPrefix(inputEmbeddings, 0);

    /// <inheritdoc/>
    public StageTensor HiddenStatesOverPrefix(StageTensor inputEmbeddings, int prefixLength) => Run(() =>
    {
        using var cache = new KeyValueCache(model.Device, model.Decoder.Configuration);
        return Forward(inputEmbeddings, prefixLength, cache, 0);
    });

    /// <inheritdoc/>
    public StageTensor Logits(StageTensor hiddenStates) => Run(() => model.Logits(Rows(hiddenStates)));

    /// <inheritdoc/>
    public ActionHeadLogits? ReadActionHeads(StageTensor actionHiddenStates)
    {
        if (model.ActionHeads is not { } heads)
        {
            return null;
        }

        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        (var verb, var noun, var action) = heads.Forward(Rows(actionHiddenStates));
        return new ActionHeadLogits(HostTensors.ToStage(verb), HostTensors.ToStage(noun), HostTensors.ToStage(action));
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> GenerateGreedy(StageTensor inputEmbeddings, int newTokens)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache(model.Device, model.Decoder.Configuration);
        var length = inputEmbeddings.Shape[0];
        var states = Forward(inputEmbeddings, 0, cache, newTokens);
        var logits = HostTensors.ToArray(model.Logits(states.narrow(0, length - 1, 1)));
        var text = new GreedyText(newTokens, [], model.Decoder.Configuration.VocabularyRows, 1);
        var mask = SuffixMask.ForGeneration(model.Device, length, [0], 0, newTokens);
        for (var position = length; text.Take(logits); position++)
        {
            using var step = NewDisposeScope();
            SuffixMask.Open(mask, position, 1);
            var rotary = model.Decoder.Rotary.At(HostTensors.Indices([position], model.Device), position + 1);
            var pass = new DecoderPass(cache, position, rotary, mask, null);
            logits = HostTensors.ToArray(model.Logits(model.Decoder.Forward(model.Decoder.EmbedTokens.Read([text.Tokens[^1]]), pass, CancellationToken.None)));
        }

        return text.Tokens;
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private static StageTensor Run(Func<Tensor> stage)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        return HostTensors.ToStage(stage());
    }

    /// <summary>The tensor with its last axis as columns and all others as rows.</summary>
    private Tensor Rows(StageTensor stage) => HostTensors.FromStage(stage, model.Device).view(-1, stage.Shape[^1]);

    /// <summary>All final hidden states: the prefix causally, what follows it over the cache.</summary>
    private Tensor Forward(StageTensor inputEmbeddings, int prefixLength, KeyValueCache cache, int roomAfter)
    {
        var decoder = model.Decoder;
        var embeddings = Rows(inputEmbeddings);
        var length = inputEmbeddings.Shape[0];
        cache.Reserve(length + roomAfter);
        var causal = prefixLength == 0 ? length : prefixLength;
        var first = embeddings.narrow(0, 0, causal).clone();
        var states = decoder.Forward(first, decoder.CausalPass(first, cache), CancellationToken.None);
        if (causal == length)
        {
            return states;
        }

        var rest = length - prefixLength;
        var pass = new DecoderPass(
            cache,
            prefixLength,
            decoder.Rotary.At(HostTensors.Indices(Enumerable.Range(prefixLength, rest), model.Device), length),
            SuffixMask.Create(model.Device, prefixLength, 1, rest),
            null);
        return cat([states, decoder.Forward(embeddings.narrow(0, prefixLength, rest).clone(), pass, CancellationToken.None)]);
    }
}
