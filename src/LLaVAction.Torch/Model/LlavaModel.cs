using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Models.Sequences;
using LLaVAction.Torch.Model.Language;
using LLaVAction.Torch.Model.Layers;
using LLaVAction.Torch.Model.Vision;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model;

/// <summary>
/// A checkpoint as TorchSharp modules, whose parameters bear the checkpoint's canonical names: vision tower, projector,
/// newline, action token and heads, language model.
/// </summary>
internal sealed class LlavaModel : nn.Module
{
    /// <summary>Makes room for a checkpoint's weights on a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="configuration">What the checkpoint says it is.</param>
    /// <param name="settings">The settings in force.</param>
    /// <param name="shapeOf">The stored shape of a tensor by its canonical name; null where the checkpoint lacks it.</param>
    public LlavaModel(
        ComputeDevice device, string folder, ModelConfiguration configuration, ModelSettings settings, Func<string, long[]?> shapeOf)
        : base(nameof(LlavaModel))
    {
        Device = device;
        Folder = folder;
        Configuration = configuration;
        Settings = settings;
        Preprocessor = new ImagePreprocessor(Configuration.Vision.ImageSize, Configuration.Pixels);
        var weights = new WeightFactory(device);
        VisionTower = new SiglipVisionTower(weights, Configuration.Vision);
        register_module("vision_tower", VisionTower);
        if (Configuration.Language is not { } language)
        {
            return;
        }

        MultiModalProjector = new MultimodalProjector(weights, Configuration.Vision.Hidden, language.Hidden);
        register_module("multi_modal_projector", MultiModalProjector);
        LanguageModel = new Qwen2Model(weights, language);
        register_module("language_model", LanguageModel);
        if (!language.HasTiedEmbeddings)
        {
            LmHead = LinearLayer.Create(weights, language.VocabularyRows, language.Hidden, hasBias: false);
            register_module("lm_head", LmHead);
        }

        ImageNewline = Optional(CanonicalNames.ImageNewline);
        ActionSupervision = Optional(CanonicalNames.ActionSupervision);
        if (Configuration.ActionHeads is { } heads)
        {
            ActionHeads = new ActionHeads(weights, heads, language.Hidden);
            ActionHeads.RegisterWith(register_module);
        }

        Parameter? Optional(string name)
        {
            if (shapeOf(name) is not { } shape)
            {
                return null;
            }

            var parameter = new Parameter(weights.Empty(shape), requires_grad: false);
            register_parameter(name, parameter);
            return parameter;
        }
    }

    /// <summary>Where it computes.</summary>
    public ComputeDevice Device { get; }

    /// <summary>The checkpoint's folder.</summary>
    public string Folder { get; }

    /// <summary>What the checkpoint says it is.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>The settings in force.</summary>
    public ModelSettings Settings { get; }

    /// <summary>Frames to pixels.</summary>
    public ImagePreprocessor Preprocessor { get; }

    public SiglipVisionTower VisionTower { get; }

    /// <summary>Null in a checkpoint of a vision tower alone, as is everything below.</summary>
    public MultimodalProjector? MultiModalProjector { get; }

    public Qwen2Model? LanguageModel { get; }

    /// <summary>The output head where it is not the embedding itself.</summary>
    public LinearLayer? LmHead { get; }

    /// <summary>The newline vector [hidden]; null where the checkpoint has none.</summary>
    public Parameter? ImageNewline { get; }

    /// <summary>The action tokens [1 or 3, hidden].</summary>
    public Parameter? ActionSupervision { get; }

    public ActionHeads? ActionHeads { get; }

    /// <summary>The decoder of a whole model.</summary>
    public Qwen2Model Decoder => LanguageModel ?? throw new InvalidOperationException("This checkpoint is a vision tower alone.");

    /// <summary>Pooled patches along one side of a frame.</summary>
    public int PooledSide => VideoTokenModes.PooledSide(Settings.Pooling, Configuration.Vision.GridSide);

    /// <summary>The order of the visual tokens.</summary>
    public VisualTokenLayout Layout => new(PooledSide, Settings.Newline, Settings.ActionToken);

    /// <summary>Logits [rows, vocabulary rows] of final hidden states, in float32.</summary>
    public Tensor Logits(Tensor hiddenStates) => OutputHead.Logits(LmHead?.Weight ?? Decoder.EmbedTokens.Weight, hiddenStates);

    /// <summary>Pooled features [frames · pooled patches, hidden] of pixel values [frames, 3, size, size].</summary>
    public Tensor EncodeFrames(Tensor pixelValues, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var features = VisionTower.Forward(pixelValues, null, cancellationToken);
        var projected = MultiModalProjector!.Forward(features);
        return SpatialPooling.Forward(Settings.Pooling, projected, Configuration.Vision.GridSide).MoveToOuterDisposeScope();
    }

    /// <summary>The visual tokens [count, hidden] of some frames of a clip.</summary>
    /// <param name="pooled">Pooled features of all frames of the clip [frames · pooled patches, hidden].</param>
    /// <param name="frames">Which frames, in order.</param>
    public Tensor ArrangeVisualTokens(Tensor pooled, IReadOnlyList<int> frames)
    {
        using var scope = NewDisposeScope();
        var layout = Layout;
        var patches = layout.PatchesPerFrame;
        var stored = pooled.shape[0];
        var newline = frames.Count * patches;
        var rows = layout.Sequence(frames.Count)
            .Select(row => row < newline ? ((long)frames[row / patches] * patches) + (row % patches) : stored + row - newline)
            .ToArray();
        var sources = new[] { pooled, Newline(pooled), layout.ActionTokenCount > 0 ? ActionSupervision : null }.OfType<Tensor>().ToArray();
        return cat(sources).index_select(0, tensor(rows, device: pooled.device)).MoveToOuterDisposeScope();
    }

    /// <summary>The newline as a row; zeros stand where it has none and none is asked for.</summary>
    private Tensor Newline(Tensor pooled) => ImageNewline?.unsqueeze(0) ?? zeros_like(pooled.narrow(0, 0, 1));
}
