using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// A weight W [outputs, inputs] with a low-rank update merged, W + s·B·A: summed in float32 in the order of the ranks, and
/// rounded once to the type that W is stored in, as PEFT's <c>merge_and_unload</c> leaves it.
/// </summary>
internal sealed record MergedWeight(TensorView Weight, TensorView A, TensorView B, float Scale)
{
    /// <summary>The bytes of the merged weight.</summary>
    public byte[] Compute()
    {
        var (rank, outputs, inputs) = ((int)A.Shape[0], (int)Weight.Shape[0], (int)Weight.Shape[1]);
        var (down, up) = (A.ToFloat32(), B.ToFloat32());
        var bytes = ComputedBytes.Allocate(Weight.ByteLength);
        var rowBytes = bytes.Length / Math.Max(outputs, 1);
        Parallel.For(0, outputs, () => new float[2 * inputs], (row, _, buffer) =>
        {
            var update = buffer.AsSpan(0, inputs);
            var weight = buffer.AsSpan(inputs);
            update.Clear();
            for (var k = 0; k < rank; k++)
            {
                TensorPrimitives.MultiplyAdd<float>(down.AsSpan(k * inputs, inputs), up[(row * rank) + k], update, update);
            }

            Weight.CopyTo(weight, (long)row * inputs);
            TensorPrimitives.MultiplyAdd<float>(update, Scale, weight, weight);
            Round(weight, Weight.ElementType, bytes.AsSpan(row * rowBytes, rowBytes));
            return buffer;
        }, static _ => { });
        return bytes;
    }

    private static void Round(ReadOnlySpan<float> values, ElementType type, Span<byte> bytes)
    {
        switch (type)
        {
            case ElementType.Float16:
                TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(bytes));
                break;
            case ElementType.BFloat16:
                ElementConversion.Float32ToBFloat16(values, MemoryMarshal.Cast<byte, ushort>(bytes));
                break;
            default:
                MemoryMarshal.AsBytes(values).CopyTo(bytes);
                break;
        }
    }
}
