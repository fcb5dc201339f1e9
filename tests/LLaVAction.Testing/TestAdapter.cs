using System.Runtime.InteropServices;
using System.Text.Json;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Testing;

/// <summary>A low-rank adapter of a checkpoint as PEFT saves it, and the checkpoint with it merged by the plain formula.</summary>
public sealed class TestAdapter(string model)
{
    /// <summary>Columns of B and rows of A.</summary>
    public const int Rank = 3;

    private const double Alpha = 6;
    private static readonly string[] Targets = ["self_attn.q_proj.weight", "mlp.down_proj.weight"];

    /// <summary>Writes <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
    public void Write(string folder, string prefix = "base_model.model.")
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), JsonSerializer.Serialize(new { peft_type = "LORA", r = Rank, lora_alpha = Alpha, base_model_name_or_path = model, target_modules = new[] { "q_proj", "down_proj" } }));
        using var checkpoint = Checkpoint.Open(model);
        SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), [.. Adapted(checkpoint).SelectMany(weight =>
        {
            var (a, b) = Factors(weight);
            var module = prefix + weight.Name[..^".weight".Length];
            return new[] { TensorToWrite.Of(module + ".lora_A.weight", [Rank, weight.Shape[1]], a), TensorToWrite.Of(module + ".lora_B.weight", [weight.Shape[0], Rank], b) };
        })]);
    }

    /// <summary>Writes the whole merged model: every sum in float64, then rounded to the type of the weight.</summary>
    public void WriteMerged(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(model).Where(static file => Path.GetExtension(file) != ".safetensors"))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        using var checkpoint = Checkpoint.Open(model);
        var adapted = Adapted(checkpoint).ToHashSet();
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. checkpoint.Tensors.Values.Select(tensor =>
            TensorToWrite.Of(tensor.Name, tensor.ElementType, [.. tensor.Shape], adapted.Contains(tensor) ? Round(Merge(tensor), tensor.ElementType) : tensor.Bytes.ToArray()))]);
    }

    /// <summary>A weight with its update, by the plain formula.</summary>
    public static float[] Merge(TensorView weight, double scale = Alpha / Rank)
    {
        var (a, b) = Factors(weight);
        var (rows, columns) = ((int)weight.Shape[0], (int)weight.Shape[1]);
        var merged = weight.ToFloat32();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var update = Enumerable.Range(0, Rank).Sum(k => (double)b[(row * Rank) + k] * a[(k * columns) + column]);
                merged[(row * columns) + column] = (float)(merged[(row * columns) + column] + (scale * update));
            }
        }

        return merged;
    }

    // The tensors of the language model that the adapter changes.
    public static IEnumerable<TensorView> Adapted(Checkpoint checkpoint) =>
        checkpoint.Tensors.Where(static item => item.Key.StartsWith("language_model.", StringComparison.Ordinal) && Targets.Any(target => item.Key.EndsWith(target, StringComparison.Ordinal)))
            .Select(static item => item.Value);

    // Eighths, so that no sum of the formula needs rounding before the last.
    private static (float[] A, float[] B) Factors(TensorView weight)
    {
        var random = new KeyedRandom(5, weight.Name, "adapter");
        float[] Draw(long count) => [.. Enumerable.Range(0, (int)count).Select(_ => (random.NextInt32(17) - 8) / 8f)];
        return (Draw(Rank * weight.Shape[1]), Draw(weight.Shape[0] * Rank));
    }

    private static byte[] Round(float[] values, ElementType type)
    {
        if (type == ElementType.Float32)
        {
            return MemoryMarshal.AsBytes<float>(values).ToArray();
        }

        ushort[] halves = [.. values.Select(value => type == ElementType.Float16 ? BitConverter.HalfToUInt16Bits((Half)value) : Nearest(value))];
        return MemoryMarshal.AsBytes<ushort>(halves).ToArray();

        static ushort Nearest(float value)
        {
            var bits = new ushort[1];
            ElementConversion.Float32ToBFloat16([value], bits);
            return bits[0];
        }
    }
}
