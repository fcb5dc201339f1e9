using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Testing;

/// <summary>The naming schemes of checkpoints in the wild.</summary>
public enum TensorNaming
{
    /// <summary>lmms-lab and LLaVAction.</summary>
    Original,

    /// <summary>llava-hf, as published and as transformers 5 saves them after loading.</summary>
    HuggingFace,

    /// <summary>transformers 5 in memory: everything under <c>model.</c>.</summary>
    HuggingFaceInMemory,

    /// <summary>transformers 5, saved without having been loaded: no <c>vision_model.</c>.</summary>
    HuggingFaceFresh,

    /// <summary>A SigLIP file alone.</summary>
    Siglip,
}

/// <summary>Stored names of canonical ones.</summary>
public static class TensorNames
{
    /// <summary>The name a tensor has under a naming scheme.</summary>
    public static string Of(string canonical, TensorNaming naming)
    {
        (var vision, var projector1, var projector2, var language, var other) = naming switch
        {
            TensorNaming.Original => ("model.vision_tower.vision_tower.vision_model.", "model.mm_projector.0.", "model.mm_projector.2.", "model.", "model."),
            TensorNaming.HuggingFace => ("vision_tower.vision_model.", "multi_modal_projector.linear_1.", "multi_modal_projector.linear_2.", "language_model.model.", ""),
            TensorNaming.HuggingFaceInMemory => ("model.vision_tower.", "model.multi_modal_projector.linear_1.", "model.multi_modal_projector.linear_2.", "model.language_model.", "model."),
            TensorNaming.HuggingFaceFresh => ("vision_tower.", "multi_modal_projector.linear_1.", "multi_modal_projector.linear_2.", "language_model.model.", ""),
            _ => ("vision_model.", "", "", "", ""),
        };
        var lmHead = naming is TensorNaming.HuggingFace or TensorNaming.HuggingFaceFresh ? "language_model." : "";
        return Replace(canonical, "vision_tower.", vision)
            ?? Replace(canonical, "multi_modal_projector.linear_1.", projector1)
            ?? Replace(canonical, "multi_modal_projector.linear_2.", projector2)
            ?? Replace(canonical, "language_model.", language)
            ?? Replace(canonical, CanonicalNames.ImageNewline, other + CanonicalNames.ImageNewline)
            ?? Replace(canonical, CanonicalNames.ActionSupervision, other + CanonicalNames.ActionSupervision)
            ?? Replace(canonical, CanonicalNames.OutputHead, lmHead + CanonicalNames.OutputHead)
            ?? canonical;
    }

    private static string? Replace(string name, string start, string replacement) =>
        name.StartsWith(start, StringComparison.Ordinal) ? replacement + name[start.Length..] : null;
}
