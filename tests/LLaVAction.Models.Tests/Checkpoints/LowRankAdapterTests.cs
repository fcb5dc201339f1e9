using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Tokenization;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

public sealed class LowRankAdapterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private CheckpointPath Adapted => new(_folder["adapter"], _folder["base"]);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TensorNaming.Original, ElementType.Float32, "base_model.model.")]
    [InlineData(TensorNaming.HuggingFace, ElementType.BFloat16, "base_model.model.")]
    [InlineData(TensorNaming.HuggingFaceInMemory, ElementType.Float16, "module.base_model.model.")]
    public void A_weight_is_its_base_s_plus_the_scaled_product(TensorNaming naming, ElementType type, string prefix)
    {
        Write(naming, type);
        new TestAdapter(_folder["base"]).Write(_folder["adapter"], prefix);
        using var plain = Checkpoint.Open(_folder["base"]);
        using var adapted = Checkpoint.Open(Adapted);
        var changed = TestAdapter.Adapted(plain).Select(static weight => weight.Name).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(4, changed.Count);
        foreach (var (name, tensor) in plain.Tensors)
        {
            var (expected, actual) = (changed.Contains(tensor.Name) ? TestAdapter.Merge(tensor) : tensor.ToFloat32(), adapted[name].ToFloat32());
            Assert.Equal(tensor.ElementType, adapted[name].ElementType);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(type == ElementType.Float32 ? pair.First : Rounded(pair.First, type), pair.Second));
        }
    }

    [Theory]
    [InlineData("lora_alpha", "12", 12.0 / TestAdapter.Rank)]
    [InlineData("alpha_pattern", """{"self_attn.q_proj":9,"mlp.down_proj":9}""", 9.0 / TestAdapter.Rank)]
    [InlineData("use_rslora", "true", 6 / 1.7320508075688772)]
    public void The_scale_is_the_configuration_s(string key, string value, double scale)
    {
        Write(TensorNaming.Original, ElementType.Float32);
        new TestAdapter(_folder["base"]).Write(_folder["adapter"]);
        Edit(key, value);
        using var plain = Checkpoint.Open(_folder["base"]);
        using var adapted = Checkpoint.Open(Adapted);
        var weight = TestAdapter.Adapted(plain).First();

        Assert.All(
            TestAdapter.Merge(weight, scale).Zip(adapted[CanonicalNames.Of(weight.Name)].ToFloat32()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void What_was_trained_whole_takes_the_base_s_place_and_pickles_are_read()
    {
        Write(TensorNaming.Original, ElementType.Float32);
        _folder.Write("adapter/adapter_config.json", """{"peft_type":"LORA","lora_alpha":2}""");
        using var plain = Checkpoint.Open(_folder["base"]);
        var (inputs, outputs) = (plain[CanonicalNames.LanguageLayer(0, "self_attn.q_proj.weight")].Shape[1], plain[CanonicalNames.LanguageLayer(0, "self_attn.q_proj.weight")].Shape[0]);
        var bias = plain[CanonicalNames.ProjectorBias1].ElementCount;
        const string Module = "base_model.model.model.layers.0.self_attn.q_proj";
        _folder.Write("adapter/adapter_model.bin", TorchZip.Write(
            pickle => pickle.Dict(
                (Module + ".lora_A.weight", value => value.Tensor("0", inputs, 0, [1, inputs], [inputs, 1])),
                (Module + ".lora_B.weight", value => value.Tensor("1", outputs, 0, [outputs, 1], [1, 1]))),
            ("0", Ones(inputs)),
            ("1", Ones(outputs))));
        _folder.Write("adapter/non_lora_trainables.bin", TorchZip.Write(
            pickle => pickle.Dict(("base_model.model.model.mm_projector.0.bias", value => value.Tensor("0", bias, 0, [bias], [1]))),
            ("0", Ones(bias))));

        using var adapted = Checkpoint.Open(Adapted);

        Assert.All(adapted[CanonicalNames.ProjectorBias1].ToFloat32(), static value => Assert.Equal(1f, value));
        Assert.Equal(
            plain[CanonicalNames.LanguageLayer(0, "self_attn.q_proj.weight")].ToFloat32().Select(static value => value + 2),
            adapted[CanonicalNames.LanguageLayer(0, "self_attn.q_proj.weight")].ToFloat32());
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "expected LORA")]
    [InlineData("use_dora", "true", "merge the adapter with PEFT")]
    [InlineData("layer_replication", "[[0,2]]", "merge the adapter with PEFT")]
    [InlineData("alpha_pattern", """{".*q_proj":9}""", "regular expressions")]
    [InlineData("lora_alpha", "0", "greater than 0")]
    public void What_cannot_be_merged_is_refused(string key, string value, string reason)
    {
        Write(TensorNaming.Original, ElementType.BFloat16);
        new TestAdapter(_folder["base"]).Write(_folder["adapter"]);
        Edit(key, value);

        Assert.Contains(reason, Refusal(Adapted), StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_without_its_base_says_which_it_is()
    {
        Write(TensorNaming.Original, ElementType.BFloat16);
        new TestAdapter(_folder["base"]).Write(_folder["adapter"]);

        Assert.Contains($"is a LoRA adapter of {_folder["base"]}, not a whole model. Give the model under it by --base-model", Refusal(_folder["adapter"]), StringComparison.Ordinal);
        Assert.Contains("no LoRA adapter; leave out --base-model", Refusal(new CheckpointPath(_folder["base"], _folder["base"])), StringComparison.Ordinal);
        File.Delete(_folder["adapter/adapter_model.safetensors"]);
        Assert.Contains("no weights of an adapter", Refusal(Adapted), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.layers.7.self_attn.q_proj", 32, 32, "which the model under it does not have")]
    [InlineData("model.layers.0.self_attn.q_proj", 31, 32, "which do not fit")]
    public void An_adapter_of_another_model_is_refused(string module, int inputs, int outputs, string reason)
    {
        Write(TensorNaming.Original, ElementType.BFloat16);
        _folder.Write("adapter/adapter_config.json", """{"base_model_name_or_path":"org/other"}""");
        SafetensorsWriter.Write(_folder["adapter/adapter_model.safetensors"],
        [
            TensorToWrite.Of($"base_model.model.{module}.lora_A.weight", [1, inputs], new float[inputs]),
            TensorToWrite.Of($"base_model.model.{module}.lora_B.weight", [outputs, 1], new float[outputs]),
        ]);

        var message = Refusal(Adapted);

        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.Contains("org/other", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Identity_and_tokenizer_are_of_both_folders()
    {
        Write(TensorNaming.Original, ElementType.BFloat16);
        new TestAdapter(_folder["base"]).Write(_folder["adapter"]);
        var first = CheckpointHash.Compute(Adapted);
        foreach (var name in new[] { "tokenizer.json", "tokenizer_config.json" })
        {
            File.Copy(GoldenFolder.PathOf("tokenizer/tiny/" + name), _folder["base/" + name]);
        }

        var second = CheckpointHash.Compute(Adapted);
        Edit("lora_alpha", "1");

        Assert.Equal(3, new[] { first, second, CheckpointHash.Compute(Adapted) }.Distinct(StringComparer.Ordinal).Count());
        Assert.NotEqual(CheckpointHash.Compute(_folder["base"]), second);
        Assert.NotEmpty(ByteLevelTokenizer.Open(Adapted).Encode("take plate"));
    }

    private static float Rounded(float value, ElementType type)
    {
        var bits = new ushort[1];
        var back = new float[1];
        if (type == ElementType.Float16)
        {
            return (float)(Half)value;
        }

        ElementConversion.Float32ToBFloat16([value], bits);
        ElementConversion.BFloat16ToFloat32(bits, back);
        return back[0];
    }

    private static byte[] Ones(long count) => MemoryMarshal.AsBytes<float>(Enumerable.Repeat(1f, (int)count).ToArray()).ToArray();

    private void Write(TensorNaming naming, ElementType type) => RandomCheckpoint.Write(
        _folder["base"],
        KnownConfigurations.Tiny with { ActionToken = ActionTokenMode.None, ActionHeads = null, Newline = NewlineMode.OneToken },
        new RandomCheckpointOptions { Naming = naming, ElementType = type });

    private void Edit(string key, string value)
    {
        var config = JsonNode.Parse(File.ReadAllText(_folder["adapter/adapter_config.json"]))!.AsObject();
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(_folder["adapter/adapter_config.json"], config.ToJsonString());
    }

    private static string Refusal(CheckpointPath path) => Assert.Throws<InputException>(() => Checkpoint.Open(path)).Message;
}
