using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>Half precision: as near to float32 as PyTorch's own, and refused where float16 overflows.</summary>
public sealed class PrecisionTests
{
    /// <summary>
    /// Model, precision, and the largest error of any logit that PyTorch 2.14 with transformers 5.12 and SDPA shows against
    /// its own float32 on the CPU, for the embeddings in the model's goldens.
    /// </summary>
    public static TheoryData<string, string, double> PyTorchErrors { get; } = new()
    {
        { "tiny-a", "bfloat16", 0.908 },
        { "tiny-a", "float16", 0.0980 },
        { "tiny-action", "bfloat16", 0.708 },
        { "tiny-action", "float16", 0.0875 },
    };

    [SkippableTheory]
    [MemberData(nameof(PyTorchErrors))]
    public void Half_precision_is_as_near_to_float32_as_that_of_PyTorch(string model, string precision, double tolerance)
    {
        string[] files = [.. GoldenFolder.Files($"models/{model}", "golden_*.safetensors").Where(file => HasEmbeddings(file))];
        Skip.If(files.Length == 0, "no model goldens");
        var checkpoint = GoldenFolder.PathOf($"models/{model}/orig");
        using var exact = TestEngine.Engine.LoadStagedModel(checkpoint, TestEngine.OnCpu(new ModelOptions()));
        using var rounded = TestEngine.Engine.LoadStagedModel(checkpoint, new ModelOptions { Device = "cpu", Precision = precision });
        foreach (var file in files)
        {
            using var golden = GoldenTensors.Open(file);
            var embeddings = new StageTensor(golden.Shape("inputs_embeds"), golden.Float32("inputs_embeds"));
            var expected = exact.Logits(exact.HiddenStates(embeddings)).Values;
            var actual = rounded.Logits(rounded.HiddenStates(embeddings)).Values;
            var error = expected.Zip(actual, static (left, right) => Math.Abs((double)left - right)).Max();
            Assert.InRange(error, 0, tolerance);
            AssertSameChoices(expected, actual, embeddings.Shape[0], error);
        }
    }

    [SkippableFact]
    public void Float16_that_overflows_is_refused()
    {
        using var folder = Random(ElementType.BFloat16);
        using var model = TestEngine.Engine.LoadModel(folder.FullName, new ModelOptions { Device = "cpu", Precision = "float16" }, null);
        PromptGroup group = new(null, [], [new PromptRequest("What is done?", ["A", "B"], 0)]);
        Assert.Single(model.Answer([group], CancellationToken.None));
        foreach ((var name, var parameter) in model.Model.Model.named_parameters())
        {
            if (name.EndsWith("down_proj.weight", StringComparison.Ordinal))
            {
                parameter.fill_(60_000);
            }
        }

        var message = Assert.Throws<InputException>(() => model.Answer([group], CancellationToken.None)).Message;

        Assert.Contains("float16", message, StringComparison.Ordinal);
        Assert.Contains("--precision bfloat16", message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Weights_beyond_float16_are_refused()
    {
        using var folder = Random(ElementType.BFloat16);
        var file = Path.Combine(folder.FullName, "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 2), (ushort)0x7E00); // 4.3e37 in bfloat16
        File.WriteAllBytes(file, bytes);

        var message = Assert.Throws<InputException>(
            () => TestEngine.Engine.LoadModel(folder.FullName, new ModelOptions { Device = "cpu", Precision = "float16" })).Message;

        Assert.Contains("larger than float16 can hold", message, StringComparison.Ordinal);
        using var model = TestEngine.Engine.LoadModel(folder.FullName, new ModelOptions { Device = "cpu", Precision = "bfloat16" });
        Assert.Equal("bfloat16", model.Description.Precision);
    }

    [SkippableFact]
    public void Unknown_devices_and_precisions_are_refused()
    {
        TestEngine.Require();
        Assert.Throws<InputException>(() => ComputeDevice.Of(new ModelOptions { Device = "tpu" }));
        Assert.Throws<InputException>(() => ComputeDevice.Of(new ModelOptions { Device = "cpu", Precision = "int8" }));
        Assert.Throws<InputException>(() => ComputeDevice.Of(new ModelOptions { Device = "cpu", Threads = 0 }));
        Assert.Throws<InputException>(() => ComputeDevice.Of(new ModelOptions { Device = "cuda:99" }));
    }

    private static bool HasEmbeddings(string file)
    {
        using var golden = GoldenTensors.Open(file);
        return golden.Has("inputs_embeds");
    }

    /// <summary>Equal choices among a few tokens at every position whose float32 margin exceeds twice the error.</summary>
    private static void AssertSameChoices(float[] expected, float[] actual, int rows, double error)
    {
        var vocabulary = expected.Length / rows;
        var decided = 0;
        for (var row = 0; row < rows; row++)
        {
            var letters = expected[((row * vocabulary) + 32)..((row * vocabulary) + 37)];
            float[] best = [.. letters.OrderDescending()];
            if (best[0] - best[1] > 2 * error)
            {
                decided++;
                var rounded = actual[((row * vocabulary) + 32)..((row * vocabulary) + 37)];
                Assert.Equal(Array.IndexOf(letters, best[0]), Array.IndexOf(rounded, rounded.Max()));
            }
        }

        Assert.NotEqual(0, decided);
    }

    [Fact]
    public void A_tokenizer_of_another_checkpoint_is_told()
    {
        using var folder = Random(ElementType.BFloat16, vocabularyRows: 100);
        using var model = TestEngine.Load(folder.FullName, new ModelOptions());

        var message = Assert.Throws<InputException>(
            () => model.Answer([new PromptGroup(null, [], [new PromptRequest("What is done?", [], 0)])], CancellationToken.None)).Message;

        Assert.Contains("100 rows", message, StringComparison.Ordinal);
    }

    private static TemporaryFolder Random(ElementType type, int vocabularyRows = 4096)
    {
        var folder = new TemporaryFolder();
        var tiny = KnownConfigurations.Tiny;
        RandomCheckpoint.Write(folder.FullName, tiny with { Language = tiny.Language! with { VocabularyRows = vocabularyRows } }, new RandomCheckpointOptions { ElementType = type });
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json" })
        {
            File.Copy(GoldenFolder.PathOf($"tokenizer/tiny/{file}"), folder[file]);
        }

        return folder;
    }
}
