using System.Text.Json.Nodes;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private static readonly ModelConfiguration Plain =
        KnownConfigurations.Tiny with { ActionToken = ActionTokenMode.None, ActionHeads = null, Newline = NewlineMode.OneToken };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Missing_unknown_and_misshapen_tensors_are_one_error_that_names_them()
    {
        var tensors = CheckpointLayout.Expected(Plain)
            .Where(item => item.Key != CanonicalNames.FinalNorm)
            .Select(item => Zeros(TensorNames.Of(item.Key, TensorNaming.HuggingFace), item.Key == CanonicalNames.ProjectorBias1 ? [33] : item.Value))
            .Append(Zeros("language_model.model.layers.2.mlp.up_proj.weight", [4]))
            .Append(Zeros("vision_tower.vision_model.post_layernorm.weight", [16]))
            .ToArray();
        WriteConfiguration(TensorNaming.HuggingFace);
        SafetensorsWriter.Write(_folder["model.safetensors"], tensors);

        var message = Refusal();

        Assert.Contains("1 missing, 1 of another shape or type, 1 unknown", message, StringComparison.Ordinal);
        Assert.Contains("Missing: language_model.norm.weight [32]", message, StringComparison.Ordinal);
        Assert.Contains("multi_modal_projector.linear_1.bias is [33], expected [32]", message, StringComparison.Ordinal);
        Assert.Contains("Unknown: language_model.model.layers.2.mlp.up_proj.weight [4]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_the_vocabulary_and_tying_are_the_tensors()
    {
        var untied = Plain;
        RandomCheckpoint.Write(_folder.FullName, untied);
        Edit(config =>
        {
            config["vocab_size"] = 999;
            config["tie_word_embeddings"] = true;
        });

        using var checkpoint = Checkpoint.Open(_folder.FullName);

        Assert.Equal(320, checkpoint.Configuration.Language!.VocabularyRows);
        Assert.False(checkpoint.Configuration.Language.HasTiedEmbeddings);
    }

    [Theory]
    [InlineData("architectures", "[\"LlavaMistralForCausalLM\"]", "LlavaMistralForCausalLM")]
    [InlineData("architectures", "[\"LlavaQwenMoeForCausalLM\"]", "Supported are")]
    [InlineData("mm_projector_type", "\"linear\"", "mlp2x_gelu")]
    [InlineData("mm_resampler_type", "\"qformer\"", "no resampler")]
    [InlineData("mm_vision_tower", "\"openai/clip-vit-large-patch14-336\"", "SigLIP")]
    [InlineData("mm_spatial_pool_mode", "\"median\"", "bilinear, average, max")]
    [InlineData("mm_newline_position", "\"row\"", "one_token, grid, frame")]
    [InlineData("mm_patch_merge_type", "\"tiled\"", "flat")]
    [InlineData("vision_supervision", "\"two_tokens\"", "three_tokens")]
    [InlineData("add_faster_video", "true", "add_faster_video")]
    [InlineData("mm_use_im_start_end", "true", "mm_use_im_start_end")]
    [InlineData("rope_scaling", "{\"type\":\"yarn\",\"factor\":4.0}", "yarn")]
    [InlineData("hidden_act", "\"gelu\"", "silu")]
    [InlineData("num_key_value_heads", "3", "3 key and value heads")]
    [InlineData("num_hidden_layers", "1000000", "from 1 to 1000")]
    [InlineData("hidden_size", "-5", "from 1 to")]
    [InlineData("hidden_size", "\"32\"", "hidden_size is \"32\"")]
    [InlineData("rms_norm_eps", "0", "greater than 0")]
    [InlineData("quantization_config", "{\"bits\":4}", "unquantised")]
    [InlineData("action_types", "\"1,2\"", "97,300,3806")]
    public void What_is_not_supported_is_named_with_what_is(string key, string value, string reason)
    {
        RandomCheckpoint.Write(_folder.FullName, KnownConfigurations.Tiny);
        Edit(config => config[key] = JsonNode.Parse(value));

        var message = Refusal();

        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.Contains("config.json", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text_config", "model_type", "\"llama\"", "qwen2")]
    [InlineData("vision_config", "model_type", "\"clip_vision_model\"", "SigLIP")]
    [InlineData("vision_config", "num_attention_heads", "5", "5 attention heads")]
    [InlineData("", "vision_feature_layer", "[-2,-1]", "one layer")]
    [InlineData("", "vision_feature_select_strategy", "\"default\"", "full")]
    public void What_is_not_supported_of_the_newer_layout_is_named_too(string part, string key, string value, string reason)
    {
        RandomCheckpoint.Write(_folder.FullName, Plain, new RandomCheckpointOptions { Naming = TensorNaming.HuggingFace });
        Edit(config => (part.Length == 0 ? config : config[part]!.AsObject())[key] = JsonNode.Parse(value));

        Assert.Contains(reason, Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one_token", "spatial_unpad", NewlineMode.OneToken)]
    [InlineData("one_token", "spatial", NewlineMode.NoToken)]
    [InlineData("grid", "spatial", NewlineMode.Grid)]
    [InlineData("frame", "spatial_unpad", NewlineMode.Frame)]
    [InlineData("no_token", "spatial_unpad", NewlineMode.NoToken)]
    [InlineData("grid", "flat", NewlineMode.NoToken)]
    [InlineData(null, "spatial_unpad", NewlineMode.OneToken)]
    [InlineData("grid", null, NewlineMode.NoToken)]
    public void The_merge_type_decides_whether_newlines_come(string? position, string? mergeType, NewlineMode expected)
    {
        RandomCheckpoint.Write(_folder.FullName, KnownConfigurations.Tiny);
        Edit(config =>
        {
            config["mm_newline_position"] = position;
            config["mm_patch_merge_type"] = mergeType;
        });

        using var checkpoint = Checkpoint.Open(_folder.FullName);

        Assert.Equal(expected, checkpoint.Configuration.Newline);
    }

    [Fact]
    public void A_tower_stored_whole_is_run_without_its_last_layer()
    {
        // Stored with one layer more than the original keeps; config.json says how many the whole tower has.
        var whole = KnownConfigurations.Tiny with { Vision = KnownConfigurations.Tiny.Vision with { Layers = 3 } };
        RandomCheckpoint.Write(_folder.FullName, whole);
        Edit(config => config["vision_config"]!["num_hidden_layers"] = 3);

        using var checkpoint = Checkpoint.Open(_folder.FullName);

        Assert.Equal(2, checkpoint.Configuration.Vision.Layers);
    }

    [Fact]
    public void A_selected_layer_of_the_newer_layout_counts_from_the_end()
    {
        RandomCheckpoint.Write(_folder.FullName, Plain, new RandomCheckpointOptions { Naming = TensorNaming.HuggingFace });
        Edit(config => config["vision_feature_layer"] = -2);

        using var checkpoint = Checkpoint.Open(_folder.FullName);

        Assert.Equal(1, checkpoint.Configuration.Vision.Layers);
    }

    [Fact]
    public void A_tower_that_was_left_out_is_taken_from_a_folder_of_its_name()
    {
        var tower = Plain with { Format = CheckpointFormat.VisionTower, Language = null };
        RandomCheckpoint.Write(_folder["towers-siglip"], tower, new RandomCheckpointOptions { Naming = TensorNaming.Siglip });
        RandomCheckpoint.Write(_folder["model"], Plain);
        TensorToWrite[] rest;
        using (var whole = WeightFiles.Open(_folder["model"]))
        {
            rest = whole.Tensors.Values.Where(tensor => !tensor.Name.Contains("vision_tower", StringComparison.Ordinal))
                .Select(tensor => TensorToWrite.Of(tensor.Name, tensor.ElementType, tensor.Shape.ToArray(), tensor.Bytes.ToArray())).ToArray();
        }

        SafetensorsWriter.Write(_folder["model/model.safetensors"], rest);
        var config = Path.Combine(_folder["model"], "config.json");
        var json = JsonNode.Parse(File.ReadAllText(config))!;
        json.AsObject().Remove("vision_config");
        json["mm_vision_tower"] = "elsewhere/towers-siglip";
        File.WriteAllText(config, json.ToJsonString());

        using (var checkpoint = Checkpoint.Open(_folder["model"]))
        {
            Assert.Equal(Plain.Vision, checkpoint.Configuration.Vision);
        }

        json["mm_vision_tower"] = "../../etc";
        File.WriteAllText(config, json.ToJsonString());
        Assert.Contains("holds no vision tower", Assert.Throws<InputException>(() => Checkpoint.Open(_folder["model"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_without_weights_or_configuration_say_so()
    {
        Assert.Contains("not a folder", Assert.Throws<InputException>(() => Checkpoint.Open(_folder["none"])).Message, StringComparison.Ordinal);
        Assert.Contains("no safetensors file", Refusal(), StringComparison.Ordinal);

        File.WriteAllText(_folder["pytorch_model.bin"], "x");
        Assert.Contains("pickles", Refusal(), StringComparison.Ordinal);

        RandomCheckpoint.Write(_folder.FullName, Plain);
        File.Delete(_folder["config.json"]);
        Assert.Contains("no config.json", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_that_do_not_fit_their_index_are_named()
    {
        RandomCheckpoint.Write(_folder.FullName, Plain, new RandomCheckpointOptions { ShardBytes = 32_000 });
        File.Delete(_folder["model-00002-of-00004.safetensors"]);
        Assert.Contains("model-00002-of-00004.safetensors", Refusal(), StringComparison.Ordinal);

        File.Copy(_folder["model-00001-of-00004.safetensors"], _folder["model-00002-of-00004.safetensors"]);
        Assert.Contains("too", Refusal(), StringComparison.Ordinal);

        var index = _folder["model.safetensors.index.json"];
        File.WriteAllText(index, File.ReadAllText(index).Replace("model-00002-of", "../model-00002-of", StringComparison.Ordinal));
        Assert.Contains("the name of a file in the same folder", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_size_that_differs_from_the_towers_is_refused()
    {
        RandomCheckpoint.Write(_folder.FullName, Plain);
        File.WriteAllText(_folder["preprocessor_config.json"], """{"size":{"height":84,"width":84}}""");

        Assert.Contains("84 pixels", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"eos_token_id":[5,7],"repetition_penalty":1.05}""", new[] { 5, 7 }, 1.05f)]
    [InlineData("""{"eos_token_id":9}""", new[] { 9 }, 1f)]
    [InlineData("""{"temperature":0.7}""", new[] { 11 }, 1f)]
    [InlineData(null, new[] { 11 }, 1f)]
    public void End_tokens_and_penalty_come_from_the_generation_configuration(string? generation, int[] ends, float penalty)
    {
        RandomCheckpoint.Write(_folder.FullName, Plain with { Generation = new GenerationSettings() });
        Edit(config => config["eos_token_id"] = 11);
        if (generation is not null)
        {
            File.WriteAllText(_folder["generation_config.json"], generation);
        }

        using var checkpoint = Checkpoint.Open(_folder.FullName);

        Assert.Equal(ends, checkpoint.Configuration.Generation.EndOfSequenceIds);
        Assert.Equal(penalty, checkpoint.Configuration.Generation.RepetitionPenalty);
    }

    [Fact]
    public void The_hash_follows_every_file_that_counts_and_no_other()
    {
        RandomCheckpoint.Write(_folder.FullName, Plain);
        var first = CheckpointHash.Compute(_folder.FullName);
        var quick = CheckpointHash.ComputeQuickly(_folder.FullName);
        Assert.Matches("^[0-9a-f]{64}$", first);

        File.WriteAllText(_folder["README.md"], "about it");
        Assert.Equal(first, CheckpointHash.Compute(_folder.FullName));

        var weights = File.ReadAllBytes(_folder["model.safetensors"]);
        weights[^1] ^= 1;
        File.WriteAllBytes(_folder["model.safetensors"], weights);
        Assert.NotEqual(first, CheckpointHash.Compute(_folder.FullName));
        Assert.Equal(quick, CheckpointHash.ComputeQuickly(_folder.FullName));

        File.WriteAllText(_folder["tokenizer_config.json"], "{}");
        Assert.NotEqual(quick, CheckpointHash.ComputeQuickly(_folder.FullName));
    }

    private static TensorToWrite Zeros(string name, long[] shape) => new(name, ElementType.BFloat16, shape, (_, bytes) => bytes.Clear());

    private void WriteConfiguration(TensorNaming naming)
    {
        RandomCheckpoint.Write(_folder.FullName, Plain, new RandomCheckpointOptions { Naming = naming });
        File.Delete(_folder["model.safetensors"]);
    }

    private void Edit(Action<JsonObject> change)
    {
        var config = JsonNode.Parse(File.ReadAllText(_folder["config.json"]))!.AsObject();
        change(config);
        File.WriteAllText(_folder["config.json"], config.ToJsonString());
    }

    private string Refusal() => Assert.Throws<InputException>(() => Checkpoint.Open(_folder.FullName)).Message;
}
