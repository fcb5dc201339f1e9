using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Models.Settings;

namespace LLaVAction.Cpu.Model;

/// <summary>Builds the model from a checkpoint's tensors. Names, shapes and configuration were checked when it was opened.</summary>
internal static class LlavaModelLoader
{
    /// <summary>Builds the model; it closes the checkpoint when disposed, or here when it cannot be built.</summary>
    /// <param name="checkpoint">The open checkpoint.</param>
    /// <param name="settings">The settings in force.</param>
    /// <param name="threads">Threads; null for what the process may use.</param>
    /// <exception cref="InputException">The settings ask for a tensor that the checkpoint lacks.</exception>
    public static LlavaModel Load(Checkpoint checkpoint, ModelSettings settings, int? threads)
    {
        var configuration = checkpoint.Configuration;
        var weights = new WeightReader(checkpoint.Tensors, checkpoint);
        var tower = VisionTower(weights, configuration.Vision);
        var preprocessor = new ImagePreprocessor(configuration.Vision.ImageSize, configuration.Pixels);
        if (configuration.Language is not { } language)
        {
            return new LlavaModel
            {
                Checkpoint = checkpoint,
                Context = new ComputeContext(threads),
                Settings = settings,
                Preprocessor = preprocessor,
                VisionTower = tower,
            };
        }

        VideoTokenRequirements.Check(checkpoint, settings);
        return new LlavaModel
        {
            Checkpoint = checkpoint,
            Settings = settings,
            Preprocessor = preprocessor,
            VisionTower = tower,
            MultiModalProjector = new MultimodalProjector(
                weights.Dense("multi_modal_projector.linear_1"), weights.Dense("multi_modal_projector.linear_2")),
            ImageNewline = weights.Has(CanonicalNames.ImageNewline) ? weights.Vector(CanonicalNames.ImageNewline) : null,
            ActionSupervision = weights.Has(CanonicalNames.ActionSupervision) ? weights.Matrix(CanonicalNames.ActionSupervision) : null,
            ActionHeads = weights.Has(CanonicalNames.VerbHead)
                ? new ActionHeads(weights.Dense("verb_head"), weights.Dense("noun_head"), weights.Dense("action_head"))
                : null,
            LanguageModel = LanguageModel(weights, language),
            Context = new ComputeContext(threads),
        };
    }

    private static SiglipVisionTower VisionTower(WeightReader weights, VisionConfiguration vision)
    {
        var attention = new AttentionShape(vision.Heads, vision.Heads, vision.HeadDimension, Scale(vision.HeadDimension));
        var embeddings = new PatchEmbeddings(
            new DenseLayer(weights.Matrix(CanonicalNames.PatchEmbeddingWeight), weights.Vector(CanonicalNames.PatchEmbeddingBias)),
            weights.Matrix(CanonicalNames.PositionEmbedding),
            vision.ImageSize,
            vision.PatchSize);
        var layers = new VisionEncoderLayer[vision.Layers];
        for (var i = 0; i < layers.Length; i++)
        {
            string Name(string rest) => CanonicalNames.VisionLayer(i, rest);
            layers[i] = new VisionEncoderLayer
            {
                LayerNorm1 = weights.LayerNorm(Name("layer_norm1"), vision.LayerNormEpsilon),
                QProj = weights.Dense(Name("self_attn.q_proj")),
                KProj = weights.Dense(Name("self_attn.k_proj")),
                VProj = weights.Dense(Name("self_attn.v_proj")),
                OutProj = weights.Dense(Name("self_attn.out_proj")),
                LayerNorm2 = weights.LayerNorm(Name("layer_norm2"), vision.LayerNormEpsilon),
                Fc1 = weights.Dense(Name("mlp.fc1")),
                Fc2 = weights.Dense(Name("mlp.fc2")),
                Activation = Epilogue.GeluTanh,
                Attention = attention,
            };
        }

        return new SiglipVisionTower(embeddings, layers, vision.Hidden);
    }

    private static Qwen2Model LanguageModel(WeightReader weights, LanguageConfiguration language)
    {
        var attention = new AttentionShape(language.Heads, language.KeyValueHeads, language.HeadDimension, Scale(language.HeadDimension));
        var layers = new Qwen2DecoderLayer[language.Layers];
        for (var i = 0; i < layers.Length; i++)
        {
            string Name(string rest) => CanonicalNames.LanguageLayer(i, rest);
            layers[i] = new Qwen2DecoderLayer
            {
                InputLayerNorm = weights.RmsNorm(Name("input_layernorm.weight"), language.RmsNormEpsilon),
                QProj = weights.Dense(Name("self_attn.q_proj")),
                KProj = weights.Dense(Name("self_attn.k_proj")),
                VProj = weights.Dense(Name("self_attn.v_proj")),
                OProj = weights.Dense(Name("self_attn.o_proj")),
                PostAttentionLayerNorm = weights.RmsNorm(Name("post_attention_layernorm.weight"), language.RmsNormEpsilon),
                GateProj = weights.Dense(Name("mlp.gate_proj")),
                UpProj = weights.Dense(Name("mlp.up_proj")),
                DownProj = weights.Dense(Name("mlp.down_proj")),
                Attention = attention,
            };
        }

        var embedTokens = weights.Matrix(CanonicalNames.TokenEmbedding);
        return new Qwen2Model(
            embedTokens,
            layers,
            weights.RmsNorm(CanonicalNames.FinalNorm, language.RmsNormEpsilon),
            language.HasTiedEmbeddings ? embedTokens : weights.Matrix(CanonicalNames.OutputHead),
            language.RopeTheta);
    }

    private static float Scale(int headDimension) => (float)(1 / Math.Sqrt(headDimension));
}
