using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// A video language model of the LLaVA family, whose parameters bear the checkpoint's canonical names: vision tower,
/// projector, newline, action tokens and heads, language model. Every part can be differentiated.
/// </summary>
internal sealed class Llava : nn.Module<Tensor, Tensor>
{
    /// <summary>Makes room for a checkpoint's weights on a device.</summary>
    /// <param name="at">The device and type.</param>
    /// <param name="configuration">What the checkpoint says it is.</param>
    /// <param name="settings">The settings in force.</param>
    /// <param name="shapeOf">The stored shape of a tensor by its canonical name; null where the checkpoint lacks it.</param>
    public Llava(ComputeDevice at, ModelConfiguration configuration, ModelSettings settings, Func<string, long[]?> shapeOf)
        : base(nameof(Llava))
    {
        At = at;
        Configuration = configuration;
        Settings = settings;
        VisionTower = new SiglipVisionTower(configuration.Vision, at);
        if (configuration.Language is { } language)
        {
            MultimodalProjector = new MultimodalProjector(configuration.Vision.Hidden, language.Hidden, at);
            Decoder = new Qwen2Model(language, at);
            LmHead = language.HasTiedEmbeddings ? null : Layers.Linear(language.Hidden, language.VocabularyRows, hasBias: false, at);
            ImageNewline = Optional(CanonicalNames.ImageNewline);
            ActionSupervision = Optional(CanonicalNames.ActionSupervision);
        }

        RegisterComponents();
        if (configuration is { Language: { } decoder, ActionHeads: { } heads })
        {
            ActionHeads = new ActionHeads(heads, decoder.Hidden, at);
            register_module("verb_head", ActionHeads.Verb);
            register_module("noun_head", ActionHeads.Noun);
            register_module("action_head", ActionHeads.Action);
        }

        Parameter? Optional(string name) => shapeOf(name) is { } shape ? Layers.Empty(at, shape) : null;
    }

    public ComputeDevice At { get; }

    public ModelConfiguration Configuration { get; }

    public ModelSettings Settings { get; }

    [field: ComponentName(Name = "vision_tower")]
    public SiglipVisionTower VisionTower { get; }

    [field: ComponentName(Name = "multi_modal_projector")]
    public MultimodalProjector? MultimodalProjector { get; }

    [field: ComponentName(Name = "language_model")]
    public Qwen2Model? Decoder { get; }

    [field: ComponentName(Name = "lm_head")]
    public Linear? LmHead { get; }

    // The newline vector [hidden]; null where the checkpoint has none.
    [field: ComponentName(Name = CanonicalNames.ImageNewline)]
    public Parameter? ImageNewline { get; }

    // The action tokens [1 or 3, hidden].
    [field: ComponentName(Name = CanonicalNames.ActionSupervision)]
    public Parameter? ActionSupervision { get; }

    public ActionHeads? ActionHeads { get; }

    // The weight of the output head [vocabulary rows, hidden]: its own, or the embedding's.
    public Tensor OutputWeight => LmHead?.weight ?? Decoder!.EmbedTokens.weight!;

    public VisualTokenLayout Layout => VisualTokenLayout.Of(Configuration.Vision, Settings.Pooling, Settings.Newline, Settings.ActionToken);

    // Final hidden states [batch, length, hidden] of input embeddings.
    public override Tensor forward(Tensor embeddings) => Decoder!.call(embeddings);

    // Pooled features [frames, pooled patches, hidden] of pixel values [frames, 3, size, size].
    public Tensor EncodeFrames(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        return Pool(MultimodalProjector!.call(VisionTower.call(pixelValues))).MoveToOuterDisposeScope();
    }

    // Projected features [frames, patches, hidden], pooled as the settings have it.
    public Tensor Pool(Tensor projected) => SpatialPooling.Forward(Settings.Pooling, projected, Configuration.Vision.GridSide);

    /// <summary>The visual tokens [count, hidden] of some frames of a clip.</summary>
    /// <param name="pooled">Pooled features of all frames of the clip [frames, pooled patches, hidden].</param>
    /// <param name="frames">Which frames, in order.</param>
    public Tensor ArrangeVisualTokens(Tensor pooled, IReadOnlyList<int> frames)
    {
        using var scope = NewDisposeScope();
        var layout = Layout;
        var patches = pooled.flatten(0, 1);
        var perFrame = layout.PatchesPerFrame;
        var newline = frames.Count * perFrame;
        var rows = layout.Sequence(frames.Count)
            .Select(row => row < newline ? ((long)frames[row / perFrame] * perFrame) + (row % perFrame) : patches.shape[0] + row - newline)
            .ToArray();

        // A row of zeros stands for a newline that the checkpoint has not and the layout does not ask for.
        var newlineRow = ImageNewline?.unsqueeze(0) ?? zeros_like(patches.narrow(0, 0, 1));
        Tensor[] sources = layout.ActionTokenCount > 0 ? [patches, newlineRow, ActionSupervision!] : [patches, newlineRow];
        return cat(sources).index_select(0, tensor(rows, device: patches.device)).MoveToOuterDisposeScope();
    }

    // Token embeddings [count, hidden].
    public Tensor Embed(IEnumerable<int> ids)
    {
        using var scope = NewDisposeScope();
        return Decoder!.EmbedTokens.call(tensor(ids.Select(id => (long)id).ToArray(), device: At.Device)).MoveToOuterDisposeScope();
    }

    // Logits [.., vocabulary rows] of final hidden states, in float32.
    public Tensor Logits(Tensor states) => OutputHead.Logits(OutputWeight, states);
}
