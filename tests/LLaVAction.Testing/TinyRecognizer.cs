using System.Runtime.InteropServices;
using LLaVAction.Epic;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Recognizers;

namespace LLaVAction.Testing;

/// <summary>A torch checkpoint of a recogniser with random weights, for the classes of some annotations.</summary>
public static class TinyRecognizer
{
    /// <summary>Writes a checkpoint as AVION's training script does: tensors under <c>module.</c> in <c>state_dict</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="annotations">CSVs whose classes it scores.</param>
    public static void Write(string path, params IReadOnlyList<string> annotations)
    {
        var classes = AnnotationPool.Unite([.. annotations.Select(static file => EpicCsvReader.Read(file))]).Classes.Count;
        Write(path, new RecognizerConfiguration
        {
            ImageSize = 32,
            PatchSize = 8,
            HiddenSize = 64,
            Layers = 2,
            Heads = 1,
            IntermediateSize = 256,
            Frames = 4,
            Classes = classes,
            Mean = [0, 0, 0],
            StandardDeviation = [1, 1, 1],
        });
    }

    /// <summary>Writes a checkpoint of any size.</summary>
    public static void Write(string path, RecognizerConfiguration configuration)
    {
        var shapes = configuration.TensorShapes().ToArray();
        var storages = shapes.Select(static (item, i) => ($"{i}", Values(item.Key, item.Value))).ToArray();
        File.WriteAllBytes(path, TorchZip.Write(
            pickle => pickle.Dict(("state_dict", weights =>
            {
                weights.Raw("}(");
                for (var i = 0; i < shapes.Length; i++)
                {
                    var shape = shapes[i].Value;
                    weights.Text("module." + shapes[i].Key).Tensor($"{i}", storages[i].Item2.Length / 4, 0, shape, shape.Length == 1 ? [1] : [shape[1], 1]);
                }

                weights.Raw("u");
            }
            )),
            storages));
    }

    /// <summary>A published shape with random weights: B/16 is (768, 12, 16), L/14 is (1024, 24, 14).</summary>
    public static RecognizerConfiguration Vit(int width, int layers, int patch) => new()
    {
        ImageSize = 224,
        PatchSize = patch,
        HiddenSize = width,
        Layers = layers,
        Heads = width / 64,
        IntermediateSize = 4 * width,
        Frames = 16,
        Classes = 3806,
        Mean = [108, 117, 104],
        StandardDeviation = [68, 67, 70],
    };

    /// <summary>Writes the folder that a conversion would have made, and gives its path; weights are written as a stream.</summary>
    public static string WriteFolder(string folder, RecognizerConfiguration configuration)
    {
        Directory.CreateDirectory(folder);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. configuration.TensorShapes().Select(static item =>
        {
            byte[] values = [];
            return new TensorToWrite(item.Key, ElementType.Float32, item.Value, (offset, part) =>
            {
                values = offset == 0 ? Values(item.Key, item.Value) : values;
                values.AsSpan((int)offset, part.Length).CopyTo(part);
            });
        })]);
        File.WriteAllLines(Path.Combine(folder, "classes.csv"), Enumerable.Range(0, configuration.Classes).Select(static i => $"{i},{i % 97},{i / 97}").Prepend("action_class,verb_class,noun_class"));
        File.WriteAllText(Path.Combine(folder, "config.json"), RecognizerConversion.ToJson(configuration));
        return folder;
    }

    private static byte[] Values(string name, long[] shape)
    {
        var random = new KeyedRandom(7, name, "weights");
        var scale = shape.Length == 1 ? 0.1 : 1.5 / Math.Sqrt(shape[^1]);
        var values = new float[shape.Aggregate(1L, static (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(((name.Contains(".ln_", StringComparison.Ordinal) && name.EndsWith("weight", StringComparison.Ordinal)) ? 1 : 0) + (scale * ((2 * random.NextDouble()) - 1)));
        }

        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }
}
