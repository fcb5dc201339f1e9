using System.Buffers;

namespace LLaVAction.Models.Checkpoints;

/// <summary>What <c>adapter_config.json</c> says of the scale of an adapter's updates.</summary>
internal sealed class LowRankSettings
{
    private static readonly SearchValues<char> Expressions = SearchValues.Create("\\*+?|()[]{}$^");

    private readonly JsonFields _fields;
    private readonly double _alpha;
    private readonly bool _isStabilised;
    private readonly (string Module, double Alpha)[] _alphas;

    private LowRankSettings(JsonFields fields)
    {
        _fields = fields;
        _alpha = fields.Positive("lora_alpha") ?? 8;
        _isStabilised = fields.Flag("use_rslora") ?? false;
        _alphas = fields.Object("alpha_pattern") is { } pattern
            ? [.. pattern.Members.Keys.Select(module => (Plain(module), pattern.Positive(module) ?? throw pattern.Missing(module)))]
            : [];
    }

    public string? BaseModel => _fields.Text("base_model_name_or_path");

    /// <summary>Reads the file.</summary>
    /// <exception cref="InputException">It is damaged, or names a kind of adapter that is more than W + s·B·A.</exception>
    public static LowRankSettings Read(string file)
    {
        var fields = JsonFields.Open(file);
        if (fields.Text("peft_type") is { } type && type is not "LORA")
        {
            throw fields.Wrong("peft_type", DisplayText.Quote(type), "LORA");
        }

        string[] flags = ["use_dora", "use_qalora", "fan_in_fan_out", "lora_bias"];
        string[] parts = ["layer_replication", "megatron_config", "alora_invocation_tokens", "target_parameters"];
        if (Array.Find(flags, flag => fields.Flag(flag) == true) is { } flag)
        {
            throw fields.Wrong(flag, "true", "plain LoRA; merge the adapter with PEFT (merge_and_unload, save_pretrained) and take the merged model");
        }

        if (Array.Find(parts, part => fields.Value(part) is { } value && value.ValueKind is not System.Text.Json.JsonValueKind.Array | value.GetRawText() is not "[]") is { } part)
        {
            throw fields.Wrong(part, fields.Value(part)!.Value, "plain LoRA; merge the adapter with PEFT (merge_and_unload, save_pretrained) and take the merged model");
        }

        return new LowRankSettings(fields);
    }

    // α / r of a module, or α / √r where the training was rank-stabilised (Kalajdzievski, 2023). A pattern names modules by the
    // end of their name.
    public float ScaleOf(string module, int rank)
    {
        var alpha = _alpha;
        foreach (var (name, own) in _alphas.Where(item => module == item.Module || module.EndsWith("." + item.Module, StringComparison.Ordinal)).Take(1))
        {
            alpha = own;
        }

        return (float)(alpha / (_isStabilised ? Math.Sqrt(rank) : rank));
    }

    private string Plain(string module) => module.TrimStart('^') is var name && !name.AsSpan().ContainsAny(Expressions)
        ? name
        : throw _fields.Wrong("alpha_pattern", DisplayText.Quote(module), "names of modules; merge an adapter with regular expressions with PEFT (merge_and_unload)");
}
