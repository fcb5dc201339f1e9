using System.Buffers.Binary;
using System.Text;
using LLaVAction.DemoData.Scenes;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.DemoData.Files;

/// <summary>
/// Writes a tiny LLaVA-OneVision checkpoint in the published layout: SigLIP tower, projector and Qwen2 at toy sizes, all
/// weights random, bfloat16. It says of itself that its weights are random.
/// </summary>
public static class DemoCheckpoint
{
    private const int VisionHidden = 48;
    private const int VisionLayers = 3;
    private const int VisionMlp = 96;
    private const int PatchSize = 14;
    private const int GridSide = 6;
    private const int Hidden = 64;
    private const int Layers = 3;
    private const int KeyValueWidth = 32;
    private const int Mlp = 160;
    private const int VocabularySize = 2000;

    private const string Configuration = """
        {
          "architectures": ["LlavaOnevisionForConditionalGeneration"],
          "llavaction_random_weights": true,
          "model_type": "llava_onevision",
          "image_token_index": 1998,
          "video_token_index": 1999,
          "projector_hidden_act": "gelu",
          "tie_word_embeddings": true,
          "torch_dtype": "bfloat16",
          "use_image_newline_parameter": true,
          "vision_aspect_ratio": "anyres_max_9",
          "vision_feature_layer": -1,
          "vision_feature_select_strategy": "full",
          "text_config": {
            "architectures": ["Qwen2ForCausalLM"],
            "bos_token_id": 1995,
            "eos_token_id": 1997,
            "hidden_act": "silu",
            "hidden_size": 64,
            "intermediate_size": 160,
            "max_position_embeddings": 32768,
            "model_type": "qwen2",
            "num_attention_heads": 4,
            "num_hidden_layers": 3,
            "num_key_value_heads": 2,
            "rms_norm_eps": 1e-06,
            "rope_theta": 1000000.0,
            "tie_word_embeddings": true,
            "use_sliding_window": false,
            "vocab_size": 2000
          },
          "vision_config": {
            "hidden_act": "gelu_pytorch_tanh",
            "hidden_size": 48,
            "image_size": 84,
            "intermediate_size": 96,
            "layer_norm_eps": 1e-06,
            "model_type": "siglip_vision_model",
            "num_attention_heads": 4,
            "num_channels": 3,
            "num_hidden_layers": 3,
            "patch_size": 14,
            "vision_use_head": false
          }
        }

        """;

    private const string GenerationConfiguration = """
        {
          "bos_token_id": 1995,
          "eos_token_id": [1997, 1995],
          "pad_token_id": 1995
        }

        """;

    /// <summary>Writes the checkpoint; the tokenizer's files are copied from a folder that has them.</summary>
    public static void Write(string folder, string tokenizerFolder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "config.json"), Encoding.UTF8.GetBytes(Configuration));
        File.WriteAllBytes(Path.Combine(folder, "generation_config.json"), Encoding.UTF8.GetBytes(GenerationConfiguration));
        foreach (var name in (string[])["tokenizer.json", "tokenizer_config.json"])
        {
            File.Copy(Path.Combine(tokenizerFolder, name), Path.Combine(folder, name), overwrite: true);
        }

        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. Tensors()]);
    }

    private static IEnumerable<TensorToWrite> Tensors()
    {
        const string Vision = "vision_tower.vision_model.";
        const string Language = "language_model.model.";
        yield return Random("image_newline", 0.1, Hidden);
        yield return Random(Language + "embed_tokens.weight", 0.3, VocabularySize, Hidden);
        for (var layer = 0; layer < Layers; layer++)
        {
            var prefix = FormattableString.Invariant($"{Language}layers.{layer}.");
            yield return Ones(prefix + "input_layernorm.weight", Hidden);
            yield return Ones(prefix + "post_attention_layernorm.weight", Hidden);
            foreach (var tensor in Linear(prefix + "self_attn.q_proj", Hidden, Hidden)
                .Concat(Linear(prefix + "self_attn.k_proj", KeyValueWidth, Hidden))
                .Concat(Linear(prefix + "self_attn.v_proj", KeyValueWidth, Hidden)))
            {
                yield return tensor;
            }

            yield return Weight(prefix + "self_attn.o_proj", Hidden, Hidden);
            yield return Weight(prefix + "mlp.gate_proj", Mlp, Hidden);
            yield return Weight(prefix + "mlp.up_proj", Mlp, Hidden);
            yield return Weight(prefix + "mlp.down_proj", Hidden, Mlp);
        }

        yield return Ones(Language + "norm.weight", Hidden);
        foreach (var tensor in Linear("multi_modal_projector.linear_1", Hidden, VisionHidden)
            .Concat(Linear("multi_modal_projector.linear_2", Hidden, Hidden)))
        {
            yield return tensor;
        }

        yield return Random(Vision + "embeddings.patch_embedding.bias", 0.02, VisionHidden);
        yield return Random(Vision + "embeddings.patch_embedding.weight", 0.05, VisionHidden, 3, PatchSize, PatchSize);
        yield return Random(Vision + "embeddings.position_embedding.weight", 0.3, GridSide * GridSide, VisionHidden);
        for (var layer = 0; layer < VisionLayers; layer++)
        {
            var prefix = FormattableString.Invariant($"{Vision}encoder.layers.{layer}.");
            foreach (var tensor in Norm(prefix + "layer_norm1").Concat(Norm(prefix + "layer_norm2"))
                .Concat(Linear(prefix + "self_attn.q_proj", VisionHidden, VisionHidden))
                .Concat(Linear(prefix + "self_attn.k_proj", VisionHidden, VisionHidden))
                .Concat(Linear(prefix + "self_attn.v_proj", VisionHidden, VisionHidden))
                .Concat(Linear(prefix + "self_attn.out_proj", VisionHidden, VisionHidden))
                .Concat(Linear(prefix + "mlp.fc1", VisionMlp, VisionHidden))
                .Concat(Linear(prefix + "mlp.fc2", VisionHidden, VisionMlp)))
            {
                yield return tensor;
            }
        }
    }

    private static IEnumerable<TensorToWrite> Linear(string name, int outputs, int inputs) =>
        [Random(name + ".bias", 0.02, outputs), Weight(name, outputs, inputs)];

    private static IEnumerable<TensorToWrite> Norm(string name) =>
        [Random(name + ".bias", 0.02, VisionHidden), Ones(name + ".weight", VisionHidden)];

    private static TensorToWrite Weight(string name, int outputs, int inputs) =>
        Random(name + ".weight", 1 / Math.Sqrt(inputs), outputs, inputs);

    private static TensorToWrite Ones(string name, params long[] shape) => Of(name, shape, static () => 1);

    private static TensorToWrite Random(string name, double deviation, params long[] shape)
    {
        var random = new KeyedRandom(DemoKitchen.Seed, name, "weights");
        return Of(name, shape, () => deviation * Normal(random));
    }

    private static TensorToWrite Of(string name, long[] shape, Func<double> next)
    {
        var count = (int)shape.Aggregate(1L, static (product, size) => product * size);
        var bytes = new byte[count * 2];
        for (var index = 0; index < count; index++)
        {
            // Truncated to bfloat16: the upper half of the float32.
            var bits = BitConverter.SingleToUInt32Bits((float)next());
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(index * 2), (ushort)(bits >> 16));
        }

        return TensorToWrite.Of(name, ElementType.BFloat16, shape, bytes);
    }

    /// <summary>A standard normal deviate (Box and Muller 1958).</summary>
    private static double Normal(KeyedRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
