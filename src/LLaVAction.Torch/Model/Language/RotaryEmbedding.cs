using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Language;

/// <summary>Cosines and signed sines of a pass's positions [rows, 1, head dimension].</summary>
internal sealed record RotaryRows(Tensor Cosine, Tensor SignedSine);

/// <summary>
/// Rotary positions. The two halves of a head are rotated against each other: x · cos + roll(x, half) · sin, where the
/// first half of the sines is negated.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private const int Granularity = 1024;
    private readonly ComputeDevice _device;
    private readonly int _headDimension;
    private readonly double _theta;
    private Tensor? _cosine;
    private Tensor? _sine;

    public RotaryEmbedding(ComputeDevice device, LanguageConfiguration language)
    {
        _device = device;
        _headDimension = language.HeadDimension;
        _theta = language.RopeTheta;
    }

    /// <summary>Rotates the heads of [rows, heads, head dimension]; a new tensor.</summary>
    public static Tensor Rotate(Tensor x, RotaryRows rows, Scalar one)
    {
        using var scope = NewDisposeScope();
        var half = x.shape[2] / 2;
        return x.mul(rows.Cosine).addcmul_(x.roll(half, 2), rows.SignedSine, one).MoveToOuterDisposeScope();
    }

    /// <summary>Consecutive positions from 0.</summary>
    public RotaryRows First(int count)
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _cosine?.Dispose();
        _sine?.Dispose();
    }

    /// <summary>Tables of float32 angles, as transformers computes them: the inverse frequency is rounded first.</summary>
    private void Reserve(int count)
    {
        if (_cosine is not null && _cosine.shape[0] >= count)
        {
            return;
        }

        var rows = (count + Granularity - 1) / Granularity * Granularity;
        var half = _headDimension / 2;
        var cosine = new float[rows * _headDimension];
        var sine = new float[rows * _headDimension];
        for (var i = 0; i < half; i++)
        {
            var inverseFrequency = 1f / MathF.Pow((float)_theta, 2f * i / _headDimension);
            for (var position = 0; position < rows; position++)
            {
                var angle = position * inverseFrequency;
                var first = (position * _headDimension) + i;
                cosine[first] = cosine[first + half] = MathF.Cos(angle);
                sine[first + half] = MathF.Sin(angle);
                sine[first] = -sine[first + half];
            }
        }

        Dispose();
        _cosine = Table(cosine);
        _sine = Table(sine);

        Tensor Table(float[] values)
            => tensor(values, [rows, 1, _headDimension], _device.Type, _device.Device).DetachFromDisposeScope();
    }
}
