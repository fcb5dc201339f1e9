using System.Runtime.InteropServices;
using System.Text.Json;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Testing;

/// <summary>How a random checkpoint is written.</summary>
public sealed record RandomCheckpointOptions
{
    /// <summary>Names of the tensors; the layout of <c>config.json</c> follows from them.</summary>
    public TensorNaming Naming { get; init; } = TensorNaming.Original;

    /// <summary><see cref="Models.Checkpoints.ElementType.Float32"/>, Float16 or BFloat16.</summary>
    public ElementType ElementType { get; init; } = ElementType.BFloat16;

    /// <summary>Bytes of a shard at most; null for one file.</summary>
    public long? ShardBytes { get; init; }

    /// <summary>The same seed gives the same weights under every naming and sharding, up to rounding to the element type.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>What the spread of a tensor is multiplied by, by its canonical name.</summary>
    public Func<string, float> Factor { get; init; } = static _ => 1;
}

/// <summary>
/// Writes checkpoints of any configuration with random weights, streamed to disk: a 7B takes no more memory than a tiny
/// one. Linear weights are uniform with variance 1/(3·inputs), norms are 1, biases small: hidden states stay of order one.
/// </summary>
public static class RandomCheckpoint
{
    /// <summary>Writes weights, <c>config.json</c> and <c>generation_config.json</c>; tokenizer files are the caller's.</summary>
    public static void Write(string folder, ModelConfiguration configuration, RandomCheckpointOptions? options = null)
    {
        options ??= new RandomCheckpointOptions();
        Directory.CreateDirectory(folder);
        var tensors = CheckpointLayout.Expected(configuration)
            .Select(item => Tensor(item.Key, item.Value, options))
            .ToArray();
        if (options.ShardBytes is long bytes)
        {
            SafetensorsWriter.WriteShards(folder, tensors, bytes);
        }
        else
        {
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors);
        }

        WriteConfiguration(folder, configuration, options);
    }

    /// <summary>Writes <c>config.json</c> and <c>generation_config.json</c> alone.</summary>
    public static void WriteConfiguration(string folder, ModelConfiguration configuration, RandomCheckpointOptions options)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), ConfigurationJson.Of(configuration, options));
        if (configuration.Generation.EndOfSequenceIds.Count > 0)
        {
            var generation = new { eos_token_id = configuration.Generation.EndOfSequenceIds, repetition_penalty = configuration.Generation.RepetitionPenalty };
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), JsonSerializer.Serialize(generation));
        }
    }

    private static TensorToWrite Tensor(string canonical, long[] shape, RandomCheckpointOptions options)
    {
        (var centre, var amplitude) = Distribution(canonical, shape);
        amplitude *= options.Factor(canonical);
        var random = new KeyedRandom(options.Seed, canonical, "weights");
        return new TensorToWrite(TensorNames.Of(canonical, options.Naming), options.ElementType, shape, (_, bytes) => Fill(random, centre, amplitude, options.ElementType, bytes));
    }

    private static (float Centre, float Amplitude) Distribution(string canonical, long[] shape)
    {
        var isNorm = shape.Length == 1 && canonical.Contains("norm", StringComparison.Ordinal) && canonical.EndsWith(".weight", StringComparison.Ordinal);
        if (isNorm)
        {
            return (1, 0);
        }

        var isMatrix = shape.Length > 1 && canonical is not (CanonicalNames.TokenEmbedding or CanonicalNames.PositionEmbedding or CanonicalNames.ActionSupervision);
        return (0, isMatrix ? 1 / MathF.Sqrt(shape.Skip(1).Aggregate(1L, (product, size) => product * size)) : 0.02f);
    }

    /// <summary>Four values from each 64 random bits.</summary>
    private static void Fill(KeyedRandom random, float centre, float amplitude, ElementType type, Span<byte> bytes)
    {
        var step = amplitude / 32768;
        if (type == ElementType.Float32)
        {
            var values = MemoryMarshal.Cast<byte, float>(bytes);
            for (var i = 0; i < values.Length;)
            {
                var bits = random.NextUInt64();
                for (var last = Math.Min(i + 4, values.Length); i < last; i++, bits >>= 16)
                {
                    values[i] = centre + ((short)bits * step);
                }
            }

            return;
        }

        var halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        for (var i = 0; i < halves.Length;)
        {
            var bits = random.NextUInt64();
            for (var last = Math.Min(i + 4, halves.Length); i < last; i++, bits >>= 16)
            {
                var value = centre + ((short)bits * step);
                halves[i] = type == ElementType.BFloat16 ? BFloat16Of(value) : BitConverter.HalfToUInt16Bits((Half)value);
            }
        }
    }

    /// <summary>Nearest, ties to even.</summary>
    private static ushort BFloat16Of(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
