using System.Globalization;

namespace LLaVAction.Models.Recognizers;

/// <summary>The names of a recogniser's tensors: those of a checkpoint that AVION trained with flash attention.</summary>
internal static class RecognizerNames
{
    private static readonly (string Theirs, string Ours)[] Variants =
    [
        ("attn.in_proj_weight", "attn.Wqkv.weight"), ("attn.in_proj_bias", "attn.Wqkv.bias"), ("mlp.c_fc.", "mlp.fc1."), ("mlp.c_proj.", "mlp.fc2."),
    ];

    public static string Block(int layer) => string.Create(CultureInfo.InvariantCulture, $"visual.transformer.resblocks.{layer}.");

    // The name without DistributedDataParallel's 'module.', and as flash attention has it.
    public static string Of(string stored)
    {
        var name = stored.StartsWith("module.", StringComparison.Ordinal) ? stored["module.".Length..] : stored;
        foreach (var (theirs, ours) in Variants)
        {
            name = name.Replace(theirs, ours, StringComparison.Ordinal);
        }

        return name;
    }
}
