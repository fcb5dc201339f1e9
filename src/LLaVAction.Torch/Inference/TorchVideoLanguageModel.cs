using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Video.Frames;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// The torch engine's video language model. Frames of several clips share passes through the tower; the prompts of a group
/// share the prefill of their video. Shapes are fixed, so that an answer does not depend on what else is asked.
/// </summary>
internal sealed class TorchVideoLanguageModel : LlavaVideoLanguageModel<Tensor, Tensor>, IVideoLanguageModel
{
    private const int ClipsInFlight = 4;
    private readonly LlavaInference _model;
    private readonly KeyValueCache _cache;
    private readonly ClipEncoder _encoder;
    private readonly PrefixRunner _runner;
    private readonly bool _ownsModel;
    private TorchVideoLanguageModel? _unbatched;

    public TorchVideoLanguageModel(LlavaInference model, ITokenizer tokenizer, ModelDescription description, BatchShape shape, bool ownsModel = true)
        : base(tokenizer, description, model.Model.Configuration, model.Model.Settings)
    {
        _model = model;
        _ownsModel = ownsModel;
        Shape = new ShapeInForce(shape);
        _cache = new KeyValueCache(model.Decoder.Configuration, model.At);
        _encoder = new ClipEncoder(model, Shape);
        _runner = new PrefixRunner(model, tokenizer, _cache, Shape);
    }

    public int PreferredClips => _model.At.IsCuda && _ownsModel ? ClipsInFlight : 1;

    public IVideoLanguageModel Unbatched
        => _unbatched ??= new TorchVideoLanguageModel(_model, Tokenizer, Description, Inference.BatchShape.Single, ownsModel: false);

    public string BatchShape => Shape.Current.ToString();

    public IReadOnlyList<string> Remarks => Shape.Changes;

    internal LlavaInference Model => _model;

    internal ShapeInForce Shape { get; }

    public override IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        return _encoder.Encode(clips, cancellationToken);
    }

    protected override PromptGroupAnswer Answer(PromptGroup group, CancellationToken cancellationToken)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        return base.Answer(group, cancellationToken);
    }

    protected override Tensor Arrange(Tensor features, IReadOnlyList<int> frames) => _model.Model.ArrangeVisualTokens(features, frames);

    protected override double Run(
        PrefixBatch batch, IReadOnlyList<PreparedPrompt> prompts, Tensor? video, PromptAnswer[] answers, CancellationToken cancellationToken)
        => _runner.Run(batch, prompts, video, answers, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        _unbatched?.Dispose();
        _cache.Dispose();
        _encoder.Dispose();
        if (_ownsModel)
        {
            _model.Dispose();
        }
    }
}
