using System.Globalization;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// The one name each tensor has inside this project: transformers 5's in-memory name without its leading <c>model.</c>;
/// everything else in the wild is mapped to it. Listed in <c>docs/formats/checkpoints.md</c>.
/// </summary>
public static class CanonicalNames
{
    /// <summary>Patch convolution [vision hidden, 3, patch, patch].</summary>
    public const string PatchEmbeddingWeight = "vision_tower.embeddings.patch_embedding.weight";

    /// <summary>Its bias [vision hidden].</summary>
    public const string PatchEmbeddingBias = "vision_tower.embeddings.patch_embedding.bias";

    /// <summary>Learned positions [patches, vision hidden].</summary>
    public const string PositionEmbedding = "vision_tower.embeddings.position_embedding.weight";

    /// <summary>First layer of the projector [hidden, vision hidden].</summary>
    public const string ProjectorWeight1 = "multi_modal_projector.linear_1.weight";

    /// <summary>Its bias [hidden].</summary>
    public const string ProjectorBias1 = "multi_modal_projector.linear_1.bias";

    /// <summary>Second layer of the projector [hidden, hidden].</summary>
    public const string ProjectorWeight2 = "multi_modal_projector.linear_2.weight";

    /// <summary>Its bias [hidden].</summary>
    public const string ProjectorBias2 = "multi_modal_projector.linear_2.bias";

    /// <summary>The newline vector [hidden].</summary>
    public const string ImageNewline = "image_newline";

    /// <summary>LLaVAction's action tokens [1 or 3, hidden].</summary>
    public const string ActionSupervision = "action_supervision";

    /// <summary>Token embeddings [vocabulary rows, hidden].</summary>
    public const string TokenEmbedding = "language_model.embed_tokens.weight";

    /// <summary>The final norm [hidden].</summary>
    public const string FinalNorm = "language_model.norm.weight";

    /// <summary>The output head [vocabulary rows, hidden]; absent where tied.</summary>
    public const string OutputHead = "lm_head.weight";

    /// <summary>LLaVAction's verb head [verbs, hidden].</summary>
    public const string VerbHead = "verb_head.weight";

    /// <summary>LLaVAction's noun head [nouns, hidden].</summary>
    public const string NounHead = "noun_head.weight";

    /// <summary>LLaVAction's action head [actions, hidden].</summary>
    public const string ActionHead = "action_head.weight";

    // What wrapped a model when it was saved: DataParallel, torch.compile, PEFT.
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "base_model.model."];

    private const string VisionLayers = "vision_tower.encoder.layers.";
    private const string LanguageLayers = "language_model.layers.";

    /// <summary>A tensor of one encoder layer, for example <c>self_attn.q_proj.weight</c>.</summary>
    public static string VisionLayer(int layer, string rest) => string.Create(CultureInfo.InvariantCulture, $"{VisionLayers}{layer}.{rest}");

    /// <summary>A tensor of one decoder layer, for example <c>self_attn.q_proj.weight</c>.</summary>
    public static string LanguageLayer(int layer, string rest) => string.Create(CultureInfo.InvariantCulture, $"{LanguageLayers}{layer}.{rest}");

    /// <summary>The layer that a canonical name of the vision tower belongs to; null for the others.</summary>
    public static int? VisionLayerOf(string canonical) => LayerOf(canonical, VisionLayers);

    /// <summary>
    /// The canonical name of a stored name: original (LLaVA-NeXT, LLaVAction), llava-hf as published, transformers 5 in
    /// memory and as saved, and bare SigLIP files. A name of none of them comes back as it is.
    /// </summary>
    public static string Of(string stored)
    {
        var name = Strip(WithoutWrappers(stored), "model.");
        if (name.StartsWith("vision_tower.", StringComparison.Ordinal) || name.StartsWith("vision_model.", StringComparison.Ordinal))
        {
            return "vision_tower." + Strip(Strip(Strip(name, "vision_tower."), "vision_tower."), "vision_model.");
        }

        if (name.StartsWith("mm_projector.", StringComparison.Ordinal))
        {
            return name.Replace("mm_projector.0.", "multi_modal_projector.linear_1.", StringComparison.Ordinal)
                .Replace("mm_projector.2.", "multi_modal_projector.linear_2.", StringComparison.Ordinal);
        }

        name = Strip(Strip(name, "language_model."), "model.");
        return IsOfLanguageModel(name) ? "language_model." + name : name;
    }

    /// <summary>A stored name without the prefixes of what wrapped the model when it was saved.</summary>
    public static string WithoutWrappers(string stored)
    {
        while (Array.Find(Wrappers, wrapper => stored.StartsWith(wrapper, StringComparison.Ordinal)) is { } found)
        {
            stored = stored[found.Length..];
        }

        return stored;
    }

    /// <summary>
    /// Whether a tensor is known to be stored and never used here: norm and pooling head after the selected hidden
    /// states, buffers that are recomputed, the text half of a whole SigLIP.
    /// </summary>
    public static bool IsKnownUnused(string canonical) =>
        canonical.StartsWith("vision_tower.post_layernorm.", StringComparison.Ordinal)
        || canonical.StartsWith("vision_tower.head.", StringComparison.Ordinal)
        || canonical.StartsWith("text_model.", StringComparison.Ordinal)
        || canonical is "logit_scale" or "logit_bias"
        || canonical.EndsWith(".position_ids", StringComparison.Ordinal)
        || canonical.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);

    private static bool IsOfLanguageModel(string name) =>
        name.StartsWith("embed_tokens.", StringComparison.Ordinal)
        || name.StartsWith("layers.", StringComparison.Ordinal)
        || name.StartsWith("norm.", StringComparison.Ordinal);

    private static int? LayerOf(string canonical, string prefix)
    {
        if (!canonical.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = canonical.AsSpan(prefix.Length);
        var end = rest.IndexOf('.');
        return end > 0 && int.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : null;
    }

    private static string Strip(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
}
