using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;

namespace LLaVAction.Testing.Conformance;

/// <summary>
/// Every stage of every model in the golden folder equals the reference's. An engine's own test class derives from this and
/// says how to load a model.
/// </summary>
public abstract class StagedModelGoldens
{
    /// <summary>One row per golden file of a model.</summary>
    public static IEnumerable<object?[]> Files() => GoldenFolder.Rows("models", "golden_*.safetensors");

    /// <summary>Loads a checkpoint's stages in float32.</summary>
    protected abstract IStagedModel Load(string checkpointFolder, ModelOptions options);

    /// <summary>Pixels, vision tower, projector and pooling.</summary>
    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Vision_stages_equal_the_reference(string? file)
        => ForEachCheckpoint(file, (golden, model, checkpoint, hasLanguageModel) => new StageComparison(golden, model, checkpoint).Vision(hasLanguageModel));

    /// <summary>Every pooling mode, whichever the checkpoint's own.</summary>
    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Pooling_modes_equal_the_reference(string? file)
    {
        Skip.If(file is null, "no model goldens");
        using var golden = new GoldenModel(file);
        var modes = new[] { "bilinear", "average", "max" }.Where(mode => golden.Tensors.Has($"pooled_{mode}")).ToArray();
        Skip.If(modes.Length == 0 || !golden.Tensors.Has("projector_output"), "the file holds no pooled features");
        foreach (var checkpoint in golden.Checkpoints().Where(GoldenModel.HasLanguageModel))
        {
            foreach (var mode in modes)
            {
                using var model = Load(checkpoint, new ModelOptions { PoolingMode = mode });
                var projected = StageComparison.Tensor(golden.Tensors, "projector_output");
                Tolerances.AssertClose($"{checkpoint}: pooled_{mode}", golden.Tensors.Float32($"pooled_{mode}"), model.Pool(projected).Values, Tolerances.Golden);
            }
        }
    }

    /// <summary>Visual tokens, embeddings, logits, action heads, greedy continuations.</summary>
    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Language_stages_equal_the_reference(string? file)
        => ForEachCheckpoint(file, (golden, model, checkpoint, hasLanguageModel) =>
        {
            if (hasLanguageModel)
            {
                new StageComparison(golden, model, checkpoint).Language();
            }
        });

    /// <summary>A question over a cached prefix has the hidden states of a full prefill.</summary>
    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void A_cached_prefix_gives_the_hidden_states_of_a_full_prefill(string? file)
        => ForEachCheckpoint(file, (golden, model, checkpoint, hasLanguageModel) =>
        {
            if (!hasLanguageModel || !golden.Tensors.Has("inputs_embeds"))
            {
                return;
            }

            var embeddings = StageComparison.Tensor(golden.Tensors, "inputs_embeds");
            var full = model.HiddenStates(embeddings).Values;
            foreach (var prefix in new[] { 1, 14, embeddings.Shape[0] / 2, embeddings.Shape[0] - 1 })
            {
                Tolerances.AssertClose($"{checkpoint}: over a prefix of {prefix}", full, model.HiddenStatesOverPrefix(embeddings, prefix).Values, Tolerances.Prefix);
            }
        });

    private void ForEachCheckpoint(string? file, Action<GoldenModel, IStagedModel, string, bool> check)
    {
        Skip.If(file is null, "no model goldens");
        using var golden = new GoldenModel(file);
        var checkpoints = golden.Checkpoints();
        Assert.NotEmpty(checkpoints);
        foreach (var checkpoint in checkpoints)
        {
            var hasLanguageModel = GoldenModel.HasLanguageModel(checkpoint);
            using var model = Load(checkpoint, hasLanguageModel ? golden.Options : new ModelOptions());
            check(golden, model, checkpoint, hasLanguageModel);
        }
    }
}
