using LLaVAction.Models.Engines;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Models.Sequences;
using LLaVAction.Torch.Modules;
using LLaVAction.Video.Frames;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>Shows the stages of the torch engine, each by the code that answers prompts.</summary>
internal sealed class TorchStagedModel(LlavaInference inference) : IStagedModel
{
    private readonly Llava _model = inference.Model;

    public StageTensor Preprocess(ClipFrames frames) => Run(() =>
    {
        using var upload = new PixelUpload(new ImagePreprocessor(_model.Configuration.Vision.ImageSize, _model.Configuration.Pixels), _model.At);
        upload.Restart(frames.Frames.Count);
        return upload.Send([.. Enumerable.Range(0, frames.Frames.Count).Select(i => (frames, i))]);
    });

    public IReadOnlyList<StageTensor> TraceVision(StageTensor pixelValues)
    {
        using var noGradients = inference_mode();
        using var scope = NewDisposeScope();
        var trace = new List<StageTensor>();
        inference.EncodeVision(
            HostTensors.FromStage(pixelValues, _model.At), states => trace.Add(HostTensors.ToStage(states)), CancellationToken.None);
        return trace;
    }

    public StageTensor EncodeVision(StageTensor pixelValues) => TraceVision(pixelValues)[^1];

    public StageTensor Project(StageTensor visionFeatures) => Run(() => inference.Project(HostTensors.FromStage(visionFeatures, _model.At)));

    public StageTensor Pool(StageTensor projected) => Run(() => _model.Pool(HostTensors.FromStage(projected, _model.At)));

    public StageTensor ArrangeVisualTokens(StageTensor pooled)
        => Run(() => _model.ArrangeVisualTokens(HostTensors.FromStage(pooled, _model.At), [.. Enumerable.Range(0, pooled.Shape[0])]));

    public StageTensor Embed(IReadOnlyList<int> inputIds, StageTensor? visualTokens) => Run(() =>
    {
        var parts = new List<Tensor>();
        var visual = visualTokens?.Shape[0] ?? 0;
        for (var i = 0; i < inputIds.Count;)
        {
            var isRun = visualTokens is not null && inputIds[i] == _model.Configuration.VideoTokenId;
            var isVideo = isRun || inputIds[i] == PromptTokens.VideoPlaceholderId;
            var run = inputIds.Skip(i).TakeWhile(id => isVideo ? id == inputIds[i] : !IsVideo(id)).Count();
            if (isVideo && run != (isRun ? visual : 1))
            {
                throw new ArgumentException($"{run} video token ids in a row for {visual} visual tokens.", nameof(inputIds));
            }

            parts.Add(isVideo ? HostTensors.FromStage(visualTokens!, _model.At) : _model.Embed(inputIds.Skip(i).Take(run)));
            i += run;
        }

        return cat(parts);

        bool IsVideo(int id) => id == PromptTokens.VideoPlaceholderId || (visualTokens is not null && id == _model.Configuration.VideoTokenId);
    });

    public StageTensor HiddenStates(StageTensor inputEmbeddings) => HiddenStatesOverPrefix(inputEmbeddings, 0);

    public StageTensor HiddenStatesOverPrefix(StageTensor inputEmbeddings, int prefixLength) => Run(() =>
    {
        using var cache = new KeyValueCache(inference.Decoder.Configuration, _model.At);
        return Forward(inputEmbeddings, prefixLength, cache, 0);
    });

    public StageTensor Logits(StageTensor hiddenStates) => Run(() => _model.Logits(HostTensors.FromStage(hiddenStates, _model.At)));

    public ActionHeadLogits? ReadActionHeads(StageTensor actionHiddenStates)
    {
        if (_model.ActionHeads is not { } heads)
        {
            return null;
        }

        using var noGradients = inference_mode();
        using var scope = NewDisposeScope();
        var (verb, noun, action) = heads.Logits(HostTensors.FromStage(actionHiddenStates, _model.At));
        return new ActionHeadLogits(HostTensors.ToStage(verb), HostTensors.ToStage(noun), HostTensors.ToStage(action));
    }

    public IReadOnlyList<int> GenerateGreedy(StageTensor inputEmbeddings, int newTokens)
    {
        using var noGradients = inference_mode();
        using var scope = NewDisposeScope();
        var decoder = inference.Decoder;
        using var cache = new KeyValueCache(decoder.Configuration, _model.At);
        var length = inputEmbeddings.Shape[0];
        var states = Forward(inputEmbeddings, 0, cache, newTokens);
        var logits = HostTensors.ToArray(_model.Logits(states.narrow(0, length - 1, 1)));
        var text = new GreedyText(newTokens, [], decoder.Configuration.VocabularyRows, 1);
        var mask = SuffixMask.ForGeneration(_model.At, length, [0], 0, newTokens);
        for (var position = length; text.Take(logits); position++)
        {
            using var step = NewDisposeScope();
            SuffixMask.Open(mask, position, 1);
            var rotary = decoder.Rotary.At(HostTensors.Indices([position], _model.At), position + 1);
            var pass = new DecoderPass(cache, position, rotary, mask, null);
            logits = HostTensors.ToArray(_model.Logits(decoder.Forward(_model.Embed([text.Tokens[^1]]), pass, CancellationToken.None)));
        }

        return text.Tokens;
    }

    public void Dispose() => inference.Dispose();

    private static StageTensor Run(Func<Tensor> stage)
    {
        using var noGradients = inference_mode();
        using var scope = NewDisposeScope();
        return HostTensors.ToStage(stage());
    }

    // All final hidden states: the prefix causally, what follows it over the cache.
    private Tensor Forward(StageTensor inputEmbeddings, int prefixLength, KeyValueCache cache, int roomAfter)
    {
        var decoder = inference.Decoder;
        var embeddings = HostTensors.FromStage(inputEmbeddings, _model.At);
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
            decoder.Rotary.At(HostTensors.Indices(Enumerable.Range(prefixLength, rest), _model.At), length),
            SuffixMask.Create(_model.At, prefixLength, 1, rest),
            null);
        return cat([states, decoder.Forward(embeddings.narrow(0, prefixLength, rest).clone(), pass, CancellationToken.None)]);
    }
}
