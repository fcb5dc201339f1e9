using System.Collections.Concurrent;

namespace LLaVAction.Video.Resizing;

/// <summary>
/// The weights with which one axis of an image is resampled: Pillow's antialiased bicubic (a = −0.5), as fixed-point
/// integers of 22 fractional bits. Row <c>o</c> of <see cref="Weights"/> weighs the input samples from
/// <c>Starts[o]</c> on.
/// </summary>
internal sealed class ResampleWeights
{
    // Fractional bits of a weight: 32 less 8 of the samples less 2 for overshoot, as Pillow has it.
    public const int FractionBits = 22;

    private const int CachedTables = 64;
    private static readonly ConcurrentDictionary<(int Input, int Output), ResampleWeights> Cache = new();

    private ResampleWeights(int inputSize, int outputSize)
    {
        InputSize = inputSize;
        OutputSize = outputSize;
        Starts = new int[outputSize];
        Counts = new int[outputSize];

        var scale = (double)inputSize / outputSize;
        var filterScale = Math.Max(scale, 1);
        var support = 2 * filterScale;
        Stride = (((int)Math.Ceiling(support) * 2) + 1 + 3) & ~3;
        Weights = new int[checked(outputSize * Stride)];

        var unnormalised = new double[Stride];
        for (var output = 0; output < outputSize; output++)
        {
            var centre = (output + 0.5) * scale;
            var start = Math.Max(0, (int)(centre - support + 0.5));
            var count = Math.Min(inputSize, (int)(centre + support + 0.5)) - start;
            var sum = 0.0;
            for (var i = 0; i < count; i++)
            {
                unnormalised[i] = Cubic((i + start - centre + 0.5) * (1 / filterScale));
                sum += unnormalised[i];
            }

            Starts[output] = start;
            Counts[output] = count;
            var weights = Weights.AsSpan(output * Stride, count);
            for (var i = 0; i < count; i++)
            {
                var weight = unnormalised[i] / sum;
                weights[i] = (int)((weight * (1 << FractionBits)) + (weight < 0 ? -0.5 : 0.5));
            }
        }
    }

    public int InputSize { get; }

    public int OutputSize { get; }

    // Weights per output sample: the widest window, rounded up to a multiple of 4; unused ones are 0.
    public int Stride { get; }

    public int[] Starts { get; }

    public int[] Counts { get; }

    // [OutputSize, Stride].
    public int[] Weights { get; }

    public static ResampleWeights For(int inputSize, int outputSize)
    {
        if (Cache.TryGetValue((inputSize, outputSize), out var known))
        {
            return known;
        }

        if (Cache.Count >= CachedTables)
        {
            Cache.Clear();
        }

        return Cache.GetOrAdd((inputSize, outputSize), static sizes => new ResampleWeights(sizes.Input, sizes.Output));
    }

    private static double Cubic(double x)
    {
        const double A = -0.5;
        x = Math.Abs(x);
        return x switch
        {
            < 1 => ((((A + 2) * x) - (A + 3)) * x * x) + 1,
            < 2 => ((((x - 5) * x) + 8) * x - 4) * A,
            _ => 0,
        };
    }
}
