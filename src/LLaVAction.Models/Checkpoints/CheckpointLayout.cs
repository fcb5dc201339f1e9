using System.Globalization;
using System.Text;

namespace LLaVAction.Models.Checkpoints;

/// <summary>Which tensors, of which shapes, a configuration needs; and what a checkpoint's own differ in.</summary>
public static class CheckpointLayout
{
    private const int MostNamed = 8;

    /// <summary>The tensors a model of that configuration reads, by canonical name, with their shapes.</summary>
    public static IReadOnlyDictionary<string, long[]> Expected(ModelConfiguration configuration)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        AddVision(shapes, configuration.Vision);
        if (configuration.Language is { } language)
        {
            AddProjector(shapes, configuration.Vision.Hidden, language.Hidden);
            AddLanguage(shapes, language);
            AddVideoTokens(shapes, configuration, language.Hidden);
        }

        return shapes;
    }

    /// <summary>Checks a checkpoint's tensors against its configuration.</summary>
    /// <exception cref="InputException">Tensors are missing, unknown or of another shape: one message names them all, or the first of them.</exception>
    internal static void Check(string folder, ModelConfiguration configuration, CheckpointTensors tensors)
    {
        var expected = Expected(configuration);
        var missing = new List<string>();
        var misshapen = new List<string>();
        foreach ((var name, var shape) in expected)
        {
            if (!tensors.All.TryGetValue(name, out var tensor))
            {
                missing.Add($"{name} {DisplayText.Shape(shape)}");
            }
            else if (!HasShape(name, tensor, shape))
            {
                misshapen.Add($"{DisplayText.Shorten(tensor.Name)} is {DisplayText.Shape(tensor.Shape)}, expected {DisplayText.Shape(shape)}");
            }
            else if (tensor.ElementType is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16))
            {
                misshapen.Add($"{DisplayText.Shorten(tensor.Name)} holds {DisplayText.Quote(tensor.ElementTypeName)} elements, expected F32, F16 or BF16");
            }
        }

        var extra = tensors.All.Keys
            .Where(name => !expected.ContainsKey(name) && !IsUnused(name, configuration))
            .Select(name => $"{DisplayText.Shorten(tensors.All[name].Name)} {DisplayText.Shape(tensors.All[name].Shape)}")
            .ToArray();
        if (missing.Count + misshapen.Count + extra.Length > 0)
        {
            throw new InputException(Message(folder, missing, misshapen, extra));
        }
    }

    private static bool HasShape(string name, TensorView tensor, long[] shape) =>
        tensor.Shape.SequenceEqual(shape)
        || (name is CanonicalNames.ActionSupervision && tensor.Shape.Count == 2 && tensor.Shape[0] > shape[0] && tensor.Shape[1] == shape[1]);

    // Stored and not used: known leftovers, encoder layers after the selected one, and parts that settings switched off.
    private static bool IsUnused(string name, ModelConfiguration configuration) =>
        CanonicalNames.IsKnownUnused(name)
        || CanonicalNames.VisionLayerOf(name) >= configuration.Vision.Layers
        || name is CanonicalNames.ImageNewline or CanonicalNames.ActionSupervision;

    private static void AddVision(Dictionary<string, long[]> shapes, VisionConfiguration vision)
    {
        long hidden = vision.Hidden;
        shapes.Add(CanonicalNames.PatchEmbeddingWeight, [hidden, 3, vision.PatchSize, vision.PatchSize]);
        shapes.Add(CanonicalNames.PatchEmbeddingBias, [hidden]);
        shapes.Add(CanonicalNames.PositionEmbedding, [vision.Patches, hidden]);
        for (var layer = 0; layer < vision.Layers; layer++)
        {
            Add("layer_norm1", hidden, null);
            Add("self_attn.q_proj", hidden, hidden);
            Add("self_attn.k_proj", hidden, hidden);
            Add("self_attn.v_proj", hidden, hidden);
            Add("self_attn.out_proj", hidden, hidden);
            Add("layer_norm2", hidden, null);
            Add("mlp.fc1", vision.Intermediate, hidden);
            Add("mlp.fc2", hidden, vision.Intermediate);

            void Add(string part, long output, long? input)
            {
                shapes.Add(CanonicalNames.VisionLayer(layer, part + ".weight"), input is long width ? [output, width] : [output]);
                shapes.Add(CanonicalNames.VisionLayer(layer, part + ".bias"), [output]);
            }
        }
    }

    private static void AddProjector(Dictionary<string, long[]> shapes, long visionHidden, long hidden)
    {
        shapes.Add(CanonicalNames.ProjectorWeight1, [hidden, visionHidden]);
        shapes.Add(CanonicalNames.ProjectorBias1, [hidden]);
        shapes.Add(CanonicalNames.ProjectorWeight2, [hidden, hidden]);
        shapes.Add(CanonicalNames.ProjectorBias2, [hidden]);
    }

    private static void AddLanguage(Dictionary<string, long[]> shapes, LanguageConfiguration language)
    {
        long hidden = language.Hidden;
        var queries = (long)language.Heads * language.HeadDimension;
        var keys = (long)language.KeyValueHeads * language.HeadDimension;
        shapes.Add(CanonicalNames.TokenEmbedding, [language.VocabularyRows, hidden]);
        for (var layer = 0; layer < language.Layers; layer++)
        {
            Add("input_layernorm.weight", hidden);
            Add("self_attn.q_proj.weight", queries, hidden);
            Add("self_attn.q_proj.bias", queries);
            Add("self_attn.k_proj.weight", keys, hidden);
            Add("self_attn.k_proj.bias", keys);
            Add("self_attn.v_proj.weight", keys, hidden);
            Add("self_attn.v_proj.bias", keys);
            Add("self_attn.o_proj.weight", hidden, queries);
            Add("post_attention_layernorm.weight", hidden);
            Add("mlp.gate_proj.weight", language.Intermediate, hidden);
            Add("mlp.up_proj.weight", language.Intermediate, hidden);
            Add("mlp.down_proj.weight", hidden, language.Intermediate);

            void Add(string part, params long[] shape) => shapes.Add(CanonicalNames.LanguageLayer(layer, part), shape);
        }

        shapes.Add(CanonicalNames.FinalNorm, [hidden]);
        if (!language.HasTiedEmbeddings)
        {
            shapes.Add(CanonicalNames.OutputHead, [language.VocabularyRows, hidden]);
        }
    }

    private static void AddVideoTokens(Dictionary<string, long[]> shapes, ModelConfiguration configuration, long hidden)
    {
        if (configuration.Newline != NewlineMode.NoToken)
        {
            shapes.Add(CanonicalNames.ImageNewline, [hidden]);
        }

        if (configuration.ActionToken is ActionTokenMode.OneToken or ActionTokenMode.ThreeTokens)
        {
            shapes.Add(CanonicalNames.ActionSupervision, [configuration.ActionToken == ActionTokenMode.OneToken ? 1 : 3, hidden]);
        }

        if (configuration.ActionHeads is { } heads)
        {
            shapes.Add(CanonicalNames.VerbHead, [heads.Verbs, hidden]);
            shapes.Add(CanonicalNames.NounHead, [heads.Nouns, hidden]);
            shapes.Add(CanonicalNames.ActionHead, [heads.Actions, hidden]);
        }
    }

    private static string Message(string folder, List<string> missing, List<string> misshapen, string[] extra)
    {
        var message = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture,
            $"{folder}: the tensors are not those that config.json describes: {missing.Count} missing, {misshapen.Count} of another shape or type, {extra.Length} unknown."));
        Append("Missing", missing);
        Append("Other", misshapen);
        Append("Unknown", extra);
        return message.Append(" Take config.json and weights from one checkpoint.").ToString();

        void Append(string title, IReadOnlyCollection<string> items)
        {
            if (items.Count > 0)
            {
                message.Append(' ').Append(title).Append(": ").AppendJoin("; ", items.Take(MostNamed));
                message.Append(items.Count > MostNamed ? "; …" : ".");
            }
        }
    }
}
