using System.Globalization;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// Reads the Qwen2 settings of either layout; absent keys have transformers' defaults (<c>Qwen2Config</c>). Older files say
/// <c>rope_theta</c> and <c>rope_scaling</c>, newer ones <c>rope_parameters</c>.
/// </summary>
internal static class QwenConfiguration
{
    public static LanguageConfiguration Read(string file, JsonFields fields)
    {
        if (fields.Text("hidden_act") is { } activation && activation is not "silu")
        {
            throw fields.Wrong("hidden_act", DisplayText.Quote(activation), "silu");
        }

        var hidden = fields.Size("hidden_size") ?? 4096;
        var layers = fields.Integer("num_hidden_layers", 1, 1000) ?? 32;
        var heads = fields.Size("num_attention_heads") ?? 32;
        var keyValueHeads = fields.Size("num_key_value_heads") ?? heads;
        CheckWindow(fields, layers);
        var headDimension = fields.Size("head_dim") ?? (hidden % heads == 0 ? hidden / heads : 0);
        if (headDimension == 0 || headDimension % 2 != 0 || heads % keyValueHeads != 0 || (long)headDimension * heads > 1 << 24)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: a language model of width {hidden} cannot have {heads} query heads and {keyValueHeads} key and value heads; expected heads of equal, even width, and a number of key and value heads that divides that of the query heads."));
        }

        return new LanguageConfiguration(
            hidden,
            layers,
            heads,
            keyValueHeads,
            headDimension,
            Intermediate: fields.Size("intermediate_size") ?? 22016,
            VocabularyRows: fields.Size("vocab_size") ?? 151936,
            HasTiedEmbeddings: fields.Flag("tie_word_embeddings") ?? false,
            RopeTheta: RopeTheta(fields),
            RmsNormEpsilon: fields.Positive("rms_norm_eps") ?? 1e-6,
            MaximumPositions: fields.Size("max_position_embeddings") ?? 32768);
    }

    private static double RopeTheta(JsonFields fields)
    {
        string[] keys = ["rope_parameters", "rope_scaling"];
        foreach (var key in keys)
        {
            var rope = fields.Object(key);
            var type = rope?.Text("rope_type") ?? rope?.Text("type") ?? "default";
            if (type is not "default")
            {
                throw fields.Wrong(key, DisplayText.Quote(type), "the default rotary embedding without scaling");
            }
        }

        return fields.Object("rope_parameters")?.Positive("rope_theta") ?? fields.Positive("rope_theta") ?? 10000;
    }

    private static void CheckWindow(JsonFields fields, int layers)
    {
        var isWindowed = (fields.Flag("use_sliding_window") ?? false)
            && fields.Size("sliding_window") is not null
            && (fields.Integer("max_window_layers", 0, 1000) ?? 28) < layers;
        if (isWindowed || fields.Texts("layer_types").Any(type => type is not "full_attention"))
        {
            throw fields.Wrong("use_sliding_window", "in use", "full attention in all layers");
        }
    }
}
