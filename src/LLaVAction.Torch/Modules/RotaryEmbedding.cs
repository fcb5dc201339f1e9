using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>Cosines and signed sines of a pass's positions, each [positions, head dimension].</summary>
internal sealed record RotaryRows(Tensor Cosine, Tensor SignedSine);

/// <summary>
/// Rotary positions. The two halves of a head are rotated against each other: x · cos + roll(x, half) · sin, where the
/// first half of the sines is negated.
/// </summary>
internal sealed class RotaryEmbedding(LanguageConfiguration language, ComputeDevice at) : IDisposable
{
    private const int Granularity = 1024;
    private Tensor? _cosine;
    private Tensor? _sine;

    // Rotates [.., positions, head dimension].
    public static Tensor Rotate(Tensor x, RotaryRows rows)
    {
        using var scope = NewDisposeScope();
        return ((x * rows.Cosine) + (x.roll(x.shape[^1] / 2, -1) * rows.SignedSine)).MoveToOuterDisposeScope();
    }

    // Consecutive positions from 0.
    public RotaryRows First(long count)
    {
        Reserve(count);
        return new RotaryRows(_cosine!.narrow(0, 0, count), _sine!.narrow(0, 0, count));
    }

    /// <summary>Any positions below <paramref name="limit"/>.</summary>
    /// <param name="positions">Positions [rows], 64-bit, on the device.</param>
    /// <param name="limit">One more than the largest of them.</param>
    public RotaryRows At(Tensor positions, int limit)
    {
        Reserve(limit);
        return new RotaryRows(_cosine!.index_select(0, positions), _sine!.index_select(0, positions));
    }

    public void Dispose()
    {
        _cosine?.Dispose();
        _sine?.Dispose();
    }

    // Tables of float32 angles, as transformers computes them: the inverse frequency is rounded first.
    private void Reserve(long count)
    {
        if (_cosine is not null && _cosine.shape[0] >= count)
        {
            return;
        }

        // No inference tensors: training may read the tables too.
        using var scope = NewDisposeScope();
        using var ordinary = inference_mode(false);
        var width = language.HeadDimension;
        var rows = (count + Granularity - 1) / Granularity * Granularity;
        var half = width / 2;
        var cosine = new float[rows * width];
        var sine = new float[rows * width];
        for (var i = 0; i < half; i++)
        {
            var inverseFrequency = 1f / MathF.Pow((float)language.RopeTheta, 2f * i / width);
            for (var position = 0; position < rows; position++)
            {
                var angle = position * inverseFrequency;
                var first = (position * width) + i;
                cosine[first] = cosine[first + half] = MathF.Cos(angle);
                sine[first + half] = MathF.Sin(angle);
                sine[first] = -sine[first + half];
            }
        }

        Dispose();
        _cosine = Table(cosine);
        _sine = Table(sine);

        Tensor Table(float[] values) => tensor(values, [rows, width], at.Type, at.Device).DetachFromDisposeScope();
    }
}
