using System.Text.Json;
using System.Text.Json.Nodes;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Testing;

/// <summary>Writes <c>config.json</c> of a configuration, in the layout of a naming scheme.</summary>
internal static class ConfigurationJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Of(ModelConfiguration configuration, RandomCheckpointOptions options)
    {
        var json = options.Naming switch
        {
            TensorNaming.Original => Original(configuration),
            TensorNaming.Siglip => new JsonObject { ["architectures"] = new JsonArray("SiglipVisionModel"), ["model_type"] = "siglip", ["vision_config"] = Vision(configuration.Vision, 1) },
            _ => HuggingFace(configuration),
        };
        json["llavaction_random_weights"] = true;
        json["torch_dtype"] = options.ElementType.ToString().ToLowerInvariant();
        return json.ToJsonString(Indented);
    }

    private static JsonObject Original(ModelConfiguration configuration)
    {
        var json = Language(configuration.Language!);
        json["architectures"] = new JsonArray("LlavaQwenForCausalLM");
        json["model_type"] = "llava_qwen";
        json["mm_projector_type"] = "mlp2x_gelu";
        json["mm_spatial_pool_mode"] = VideoTokenModes.NameOf(configuration.Pooling);
        json["mm_newline_position"] = VideoTokenModes.NameOf(configuration.Newline);
        json["mm_patch_merge_type"] = "spatial_unpad";
        json["mm_vision_select_layer"] = -2;
        json["mm_vision_tower"] = configuration.Vision.Hidden == 1152 ? "google/siglip-so400m-patch14-384" : "random-siglip";
        json["vision_config"] = Vision(configuration.Vision, 1);
        json["add_time_instruction"] = configuration.HasTimeInstruction;
        if (configuration.ActionToken != ActionTokenMode.None)
        {
            json["vision_supervision"] = VideoTokenModes.NameOf(configuration.ActionToken);
        }

        if (configuration.ActionHeads is { } heads)
        {
            json["action_types"] = FormattableString.Invariant($"{heads.Verbs},{heads.Nouns},{heads.Actions}");
        }

        return json;
    }

    private static JsonObject HuggingFace(ModelConfiguration configuration)
    {
        var text = Language(configuration.Language!);
        text["model_type"] = "qwen2";
        return new JsonObject
        {
            ["architectures"] = new JsonArray("LlavaOnevisionForConditionalGeneration"),
            ["model_type"] = "llava_onevision",
            ["projector_hidden_act"] = "gelu",
            ["text_config"] = text,
            ["tie_word_embeddings"] = configuration.Language!.HasTiedEmbeddings,
            ["use_image_newline_parameter"] = configuration.Newline != NewlineMode.NoToken,
            ["video_token_index"] = configuration.VideoTokenId,
            ["vision_config"] = Vision(configuration.Vision, 0),
            ["vision_feature_layer"] = -1,
            ["vision_feature_select_strategy"] = "full",
        };
    }

    /// <summary>A tower's own configuration counts the layer that the original deletes on loading.</summary>
    private static JsonObject Vision(VisionConfiguration vision, int unusedLayers) => new()
    {
        ["hidden_act"] = "gelu_pytorch_tanh",
        ["hidden_size"] = vision.Hidden,
        ["image_size"] = vision.ImageSize,
        ["intermediate_size"] = vision.Intermediate,
        ["layer_norm_eps"] = vision.LayerNormEpsilon,
        ["model_type"] = "siglip_vision_model",
        ["num_attention_heads"] = vision.Heads,
        ["num_hidden_layers"] = vision.Layers + unusedLayers,
        ["patch_size"] = vision.PatchSize,
    };

    private static JsonObject Language(LanguageConfiguration language) => new()
    {
        ["hidden_act"] = "silu",
        ["hidden_size"] = language.Hidden,
        ["intermediate_size"] = language.Intermediate,
        ["max_position_embeddings"] = language.MaximumPositions,
        ["num_attention_heads"] = language.Heads,
        ["num_hidden_layers"] = language.Layers,
        ["num_key_value_heads"] = language.KeyValueHeads,
        ["rms_norm_eps"] = language.RmsNormEpsilon,
        ["rope_theta"] = language.RopeTheta,
        ["tie_word_embeddings"] = language.HasTiedEmbeddings,
        ["vocab_size"] = language.VocabularyRows,
    };
}
