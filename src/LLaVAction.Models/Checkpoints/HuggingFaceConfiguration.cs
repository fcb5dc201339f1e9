using System.Globalization;
using System.Text.Json;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// Reads <c>config.json</c> of <c>LlavaOnevisionForConditionalGeneration</c>. Its videos always have bilinear pooling and
/// one newline at the end; there is no action token.
/// </summary>
internal static class HuggingFaceConfiguration
{
    public static ModelConfiguration Read(string file, JsonFields config)
    {
        var text = config.Object("text_config") ?? throw config.Missing("text_config");
        var vision = config.Object("vision_config") ?? throw config.Missing("vision_config");
        if (text.Text("model_type") is { } modelType && modelType is not "qwen2")
        {
            throw text.Wrong("model_type", DisplayText.Quote(modelType), "qwen2");
        }

        if (config.Text("projector_hidden_act") is { } activation && activation is not "gelu")
        {
            throw config.Wrong("projector_hidden_act", DisplayText.Quote(activation), "gelu");
        }

        if (config.Text("vision_feature_select_strategy") is { } strategy && strategy is not "full")
        {
            throw config.Wrong("vision_feature_select_strategy", DisplayText.Quote(strategy), "full (SigLIP has no class token to drop)");
        }

        if (config.Flag("multimodal_projector_bias") == false)
        {
            throw config.Wrong("multimodal_projector_bias", "false", "true");
        }

        return new ModelConfiguration
        {
            Format = CheckpointFormat.HuggingFace,
            Vision = VisionTowerConfiguration.Read(file, vision, layers => UsedLayers(config, layers)),
            Language = QwenConfiguration.Read(file, text),
            Newline = config.Flag("use_image_newline_parameter") == false ? NewlineMode.NoToken : NewlineMode.OneToken,
            HasTimeInstruction = config.Flag("add_time_instruction") ?? false,
            VideoTokenId = config.Integer("video_token_index", 0, 1 << 24) ?? config.Integer("video_token_id", 0, 1 << 24),
        };
    }

    // 'vision_feature_layer' counts hidden states, of which the first are the embeddings: −1 takes the output of the last layer,
    // −2 that of the one before.
    private static int UsedLayers(JsonFields config, int layers)
    {
        const string Key = "vision_feature_layer";
        if (config.Value(Key) is not { } value)
        {
            return layers;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var layer) || layer < -layers || layer > layers || layer == 0)
        {
            throw config.Wrong(Key, value, string.Create(CultureInfo.InvariantCulture, $"one layer, from -{layers} to -1 or from 1 to {layers}"));
        }

        return layer < 0 ? layers + 1 + layer : layer;
    }
}
