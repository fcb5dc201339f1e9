using System.Globalization;

namespace LLaVAction.Models.Checkpoints;

/// <summary>Reads a SigLIP tower's own configuration; absent keys have transformers' defaults (<c>SiglipVisionConfig</c>).</summary>
internal static class VisionTowerConfiguration
{
    /// <param name="file">For messages.</param>
    /// <param name="fields">The tower's object.</param>
    /// <param name="usedLayers">From how many layers the whole tower has to how many are run.</param>
    public static VisionConfiguration Read(string file, JsonFields fields, Func<int, int> usedLayers)
    {
        if (fields.Text("model_type") is { } modelType && modelType is not ("siglip_vision_model" or "siglip"))
        {
            throw new InputException($"{file} describes a vision tower of type {DisplayText.Quote(modelType)}; supported is SigLIP (siglip_vision_model).");
        }

        if (fields.Text("hidden_act") is { } activation && activation is not "gelu_pytorch_tanh")
        {
            throw fields.Wrong("hidden_act", DisplayText.Quote(activation), "gelu_pytorch_tanh");
        }

        if (fields.Size("num_channels") is int channels and not 3)
        {
            throw fields.Wrong("num_channels", channels.ToString(CultureInfo.InvariantCulture), "3");
        }

        var layers = usedLayers(Layers(fields));
        if (layers < 1)
        {
            throw fields.Wrong("num_hidden_layers", layers.ToString(CultureInfo.InvariantCulture), "at least one layer before the selected hidden states");
        }

        return Checked(file, new VisionConfiguration(
            Hidden: fields.Size("hidden_size") ?? 768,
            Layers: layers,
            Heads: fields.Size("num_attention_heads") ?? 12,
            Intermediate: fields.Size("intermediate_size") ?? 3072,
            ImageSize: fields.Size("image_size") ?? 224,
            PatchSize: fields.Size("patch_size") ?? 16,
            LayerNormEpsilon: fields.Positive("layer_norm_eps") ?? 1e-6));
    }

    public static int Layers(JsonFields fields) => fields.Integer("num_hidden_layers", 1, 1000) ?? 12;

    public static VisionConfiguration Checked(string file, VisionConfiguration vision)
    {
        if (vision.Hidden % vision.Heads != 0)
        {
            throw new InputException($"{file}: a vision tower of width {vision.Hidden} cannot have {vision.Heads} attention heads of equal width.");
        }

        if (vision.ImageSize < vision.PatchSize || vision.ImageSize > 1 << 14)
        {
            throw new InputException(
                $"{file}: an image of {vision.ImageSize} pixels cannot be cut into patches of {vision.PatchSize}; expected an image size from {vision.PatchSize} to 16384.");
        }

        return vision;
    }
}
