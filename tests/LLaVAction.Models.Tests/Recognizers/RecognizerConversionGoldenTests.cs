using System.Runtime.InteropServices;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Recognizers;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Models.Tests.Recognizers;

/// <summary>A torch checkpoint of AVION's becomes a recogniser's folder, bit for bit, or one clear error.</summary>
public sealed class RecognizerConversionGoldenTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RecognizerConversionGoldenTests() => Skip.IfNot(File.Exists(GoldenFolder.PathOf("avion-tiny/checkpoint.pt")), "no avion-tiny in the golden folder");

    [SkippableFact]
    public void Weights_and_classes_are_the_golden_ones()
    {
        using var recognizer = RecognizerCheckpoint.Open(RecognizerGoldens.Convert(_folder));
        using var golden = SafetensorsFile.Open(GoldenFolder.PathOf("avion-tiny/model.safetensors"));

        Assert.Equal(golden.Tensors.Keys.Order(StringComparer.Ordinal), recognizer.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, expected) in golden.Tensors)
        {
            Assert.Equal(expected.Shape, recognizer.Tensors[name].Shape);
            Assert.True(expected.Bytes.SequenceEqual(recognizer.Tensors[name].Bytes), name);
        }

        Assert.Equal(File.ReadAllText(GoldenFolder.PathOf("avion-tiny/classes.csv")), File.ReadAllText(_folder["recogniser/classes.csv"]));
        var configuration = recognizer.Configuration;
        Assert.Equal((32, 8, 48, 2, 3, 192, 4, 12), (configuration.ImageSize, configuration.PatchSize, configuration.HiddenSize, configuration.Layers, configuration.Heads, configuration.IntermediateSize, configuration.Frames, configuration.Classes));
        Assert.Equal(["P91_01"], configuration.Source.TrainingVideos);
        Assert.Equal("checkpoint.pt", configuration.Source.File);
        Assert.Null(configuration.Source.Published);
    }

    [SkippableFact]
    public void Time_embeddings_are_stretched_as_the_evaluation_does()
    {
        using var recognizer = RecognizerCheckpoint.Open(RecognizerGoldens.Convert(_folder));
        using var golden = GoldenTensors.Open("avion-tiny/golden.safetensors");
        foreach (var (frames, name) in new[] { (6, "six"), (3, "three") })
        {
            var expected = golden.Float32(name + ".temporal_embedding");
            var actual = recognizer.TimeEmbedding(frames);
            Assert.Equal(expected.Length, actual.Length);
            Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        }
    }

    [SkippableFact]
    public void Names_of_training_without_flash_attention_give_the_same_folder()
    {
        // Its own naming, patches as a convolution, an OrderedDict of tensors alone, and one tensor stored transposed.
        using var golden = SafetensorsFile.Open(GoldenFolder.PathOf("avion-tiny/model.safetensors"));
        var tensors = golden.Tensors.Values.ToArray();
        var storages = tensors.Select((tensor, i) => ($"{i}", tensor.Name == "fc_cls.weight" ? Transposed(tensor) : tensor.Bytes.ToArray())).ToArray();
        var file = _folder.Write("plain.pt", TorchZip.Write(
            pickle =>
            {
                pickle.Raw("}(");
                for (var i = 0; i < tensors.Length; i++)
                {
                    long[] shape = tensors[i].Name == "visual.conv1.weight" ? [48, 3, 8, 8] : [.. tensors[i].Shape];
                    long[] strides = [.. shape.Select((_, axis) => shape[(axis + 1)..].Aggregate(1L, static (product, size) => product * size))];
                    pickle.Text(Plain(tensors[i].Name)).Tensor($"{i}", tensors[i].ElementCount, 0, shape, tensors[i].Name == "fc_cls.weight" ? [1, 12] : strides);
                }

                pickle.Raw("u");
            },
            storages));

        RecognizerConversion.Run(RecognizerGoldens.Request(_folder["plain"]) with { File = file });

        RecognizerGoldens.Convert(_folder);
        Assert.Equal(File.ReadAllBytes(_folder["recogniser/model.safetensors"]), File.ReadAllBytes(_folder["plain/model.safetensors"]));
    }

    [SkippableFact]
    public void Matrices_can_be_kept_as_bfloat16()
    {
        using var recognizer = RecognizerCheckpoint.Open(RecognizerGoldens.Convert(_folder, isBFloat16: true));
        using var golden = SafetensorsFile.Open(GoldenFolder.PathOf("avion-tiny/model.safetensors"));
        foreach (var (name, expected) in golden.Tensors)
        {
            var isMatrix = expected.Shape.Count > 1 && name.EndsWith(".weight", StringComparison.Ordinal);
            Assert.Equal(isMatrix ? "BF16" : "F32", recognizer.Tensors[name].ElementTypeName);
            Assert.All(expected.ToFloat32().Zip(recognizer.Tensors[name].ToFloat32()), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, isMatrix ? Math.Abs(pair.First) / 256 : 0));
        }
    }

    [SkippableFact]
    public void What_is_no_classifier_of_these_classes_is_refused()
    {
        var request = RecognizerGoldens.Request(_folder["out"]);
        Refused("fc_cls has 12 classes, and --annotations give 8 (EPIC_100_train.csv 8)", request with { Annotations = [request.Annotations[0]] });
        Refused("Give the number of heads by --heads", request with { Heads = null });
        Refused("cannot be dealt out", request with { Heads = 7 });
        Refused("this is the pre-trained file", request with { File = _folder.Write("pretrained.pt", TorchZip.Write(static pickle => pickle.Dict(("state_dict", value => value.Dict(("module.visual.conv1.weight", tensor => tensor.Tensor("0", 1, 0, [1], [1]))))), ("0", new byte[4]))) });
        Refused("no fc_cls.weight (but a, …)", request with { File = _folder.Write("other.pt", TorchZip.Write(static pickle => pickle.Dict(("a", tensor => tensor.Tensor("0", 1, 0, [1], [1]))), ("0", new byte[4]))) });
        Refused("expected state_dict", request with { File = _folder.Write("none.pt", TorchZip.Write(static pickle => pickle.Dict(("epoch", value => value.Integer(3))))) });
        Refused("no such file", request with { File = _folder["absent.pt"] });
        Assert.False(Directory.Exists(_folder["out"]));
        _folder.Write("out/kept.txt", "mine");
        Refused("is not empty", request);
    }

    [SkippableFact]
    public void The_baseline_under_the_name_of_the_LaViLa_model_is_refused_by_its_hash()
    {
        // The zip's comment is such that the golden's MD5 begins as the published baseline's does.
        var bytes = File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "Goldens", "avion-tiny", "checkpoint.pt"));
        bytes[^2] = 8;
        byte[] baseline = [.. bytes, .. "0046cc61"u8];
        var request = RecognizerGoldens.Request(_folder["out"]);

        Refused("by its MD5 this is AVION ViT-B/16 (no LLM texts), under the name of the LaViLa model", request with { File = _folder.Write("avion_finetune_cls_lavila_vitb_best.pt", baseline) });
        var converted = RecognizerConversion.Run(request with { File = _folder.Write("avion_finetune_cls_vitb_best.pt", baseline) });

        Assert.Equal("AVION ViT-B/16 (no LLM texts)", converted.Source.Published);
    }

    [SkippableFact]
    public void A_folder_whose_making_was_cut_short_is_no_recogniser()
    {
        var folder = RecognizerGoldens.Convert(_folder);
        File.Delete(_folder["recogniser/config.json"]);

        Assert.Contains("no config.json", Assert.Throws<InputException>(() => RecognizerCheckpoint.Open(folder)).Message, StringComparison.Ordinal);
        Assert.False(RecognizerConfiguration.IsRecognizer(folder));
    }

    [SkippableFact]
    public void A_number_of_layers_that_no_model_has_is_refused_before_it_is_counted_to()
    {
        var folder = RecognizerGoldens.Convert(_folder);
        var config = File.ReadAllText(_folder["recogniser/config.json"]);
        File.WriteAllText(_folder["recogniser/config.json"], System.Text.RegularExpressions.Regex.Replace(config, "\"num_hidden_layers\": \\d+", "\"num_hidden_layers\": 16777216"));

        Assert.Contains("num_hidden_layers is 16777216; expected a whole number from 1 to 1000", Assert.Throws<InputException>(() => RecognizerCheckpoint.Open(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Operations_are_those_of_the_published_sizes()
    {
        Assert.Equal(899, TinyRecognizer.Vit(768, 12, 16).OperationsOf(16) / 1e9, 1.0);
        Assert.Equal(4130, TinyRecognizer.Vit(1024, 24, 14).OperationsOf(16) / 1e9, 4.0);
        Assert.Equal(157, TinyRecognizer.Vit(768, 12, 16).OperationsOf(4) / 1e9, 1.0);
    }

    public void Dispose() => _folder.Dispose();

    private static void Refused(string expected, RecognizerConversionRequest request) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() => RecognizerConversion.Run(request)).Message, StringComparison.Ordinal);

    private static string Plain(string name) => name
        .Replace("attn.Wqkv.weight", "attn.in_proj_weight", StringComparison.Ordinal)
        .Replace("attn.Wqkv.bias", "attn.in_proj_bias", StringComparison.Ordinal)
        .Replace("mlp.fc1", "mlp.c_fc", StringComparison.Ordinal)
        .Replace("mlp.fc2", "mlp.c_proj", StringComparison.Ordinal);

    private static byte[] Transposed(TensorView matrix)
    {
        var values = matrix.ToFloat32();
        var (rows, columns) = ((int)matrix.Shape[0], (int)matrix.Shape[1]);
        return MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])]).ToArray();
    }
}
