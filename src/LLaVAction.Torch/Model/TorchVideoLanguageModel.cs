using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;
using LLaVAction.Torch.Memory;
using LLaVAction.Torch.Model.Language;
using LLaVAction.Torch.Model.Running;
using LLaVAction.Video.Frames;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model;

/// <summary>
/// The torch engine's video language model. Frames of several clips share passes through the tower; the prompts of a group
/// share the prefill of their video. Shapes are fixed, so that an answer does not depend on what else is asked.
/// </summary>
internal sealed class TorchVideoLanguageModel : IVideoLanguageModel
{
    private const int ClipsInFlight = 4;
    private readonly LlavaModel _model;
    private readonly KeyValueCache _cache;
    private readonly ClipEncoder _encoder;
    private readonly PrefixRunner _runner;
    private readonly bool _ownsModel;
    private TorchVideoLanguageModel? _unbatched;

    /// <summary>Runs a model in batches of a shape.</summary>
    public TorchVideoLanguageModel(LlavaModel model, ITokenizer tokenizer, ModelDescription description, BatchShape shape, bool ownsModel = true)
    {
        _model = model;
        _ownsModel = ownsModel;
        Tokenizer = tokenizer;
        Description = description;
        Shape = new ShapeInForce(shape);
        _cache = new KeyValueCache(model.Device, model.Decoder.Configuration);
        _encoder = new ClipEncoder(model, Shape);
        _runner = new PrefixRunner(model, tokenizer, _cache, Shape);
    }

    /// <inheritdoc/>
    public ModelDescription Description { get; }

    /// <inheritdoc/>
    public ITokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public int PreferredClips => _model.Device.IsCuda && _ownsModel ? ClipsInFlight : 1;

    /// <inheritdoc/>
    public IVideoLanguageModel Unbatched
        => _unbatched ??= new TorchVideoLanguageModel(_model, Tokenizer, Description, LLaVAction.Torch.Memory.BatchShape.Single, ownsModel: false);

    /// <inheritdoc/>
    public string BatchShape => Shape.Current.ToString();

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks => Shape.Changes;

    /// <summary>The model.</summary>
    internal LlavaModel Model => _model;

    /// <summary>The batch shape in force.</summary>
    internal ShapeInForce Shape { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        return _encoder.Encode(clips, cancellationToken);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PromptGroupAnswer> Answer(IReadOnlyList<PromptGroup> groups, CancellationToken cancellationToken)
    {
        using var inference = inference_mode();
        return [.. groups.Select(group => Answer(group, cancellationToken))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _unbatched?.Dispose();
        _cache.Dispose();
        _encoder.Dispose();
        if (_ownsModel)
        {
            _model.Dispose();
        }
    }

    private PromptGroupAnswer Answer(PromptGroup group, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        var video = Video(group);
        PreparedPrompt[] prompts =
        [
            .. group.Requests.Select(request => PreparedPrompt.Of(
                request, Tokenizer, _model.Settings, (int?)video?.shape[0], _model.Decoder.Configuration)),
        ];
        var answers = new PromptAnswer[prompts.Length];
        double prefillMilliseconds = 0;
        foreach (var batch in PrefixBatch.Plan([.. prompts.Select(prompt => prompt.Tokens)]))
        {
            prefillMilliseconds += _runner.Run(batch, prompts, video, answers, cancellationToken);
        }

        return new PromptGroupAnswer(answers, prefillMilliseconds);
    }

    private Tensor? Video(PromptGroup group)
        => PromptGroup.ClipOf<EncodedClip>(group) is { } clip ? _model.ArrangeVisualTokens(clip.Features, group.FrameIndices) : null;
}
