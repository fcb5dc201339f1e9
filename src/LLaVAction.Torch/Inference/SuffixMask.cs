using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// What the rows of prompts over a shared prefix see: the prefix, and of what follows it their own tokens up to themselves.
/// The tokens of all rows lie one after the other behind the prefix, so that none of it is copied.
/// </summary>
/// <remarks>
/// <c>is_causal</c> would align its triangle with the first key. Padding follows a row's own tokens, which therefore never
/// see it. Rows are as wide as a multiple of 16 positions, which fused kernels want.
/// </remarks>
internal static class SuffixMask
{
    private const int Alignment = 16;

    /// <summary>The mask [rows · length, width], 0 where a token is seen and −∞ where not.</summary>
    /// <param name="device">Device and type.</param>
    /// <param name="prefix">Length of the prefix.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="length">Tokens of each row.</param>
    public static Tensor Create(ComputeDevice device, int prefix, int rows, int length)
    {
        using var scope = NewDisposeScope();
        var tokens = rows * length;
        var mask = Hidden(device, tokens, prefix + tokens);
        mask.narrow(1, 0, prefix).zero_();
        var triangle = full([length, length], float.NegativeInfinity, device.Type, device.Device).triu_(1);
        for (var row = 0; row < rows; row++)
        {
            mask.narrow(0, row * length, length).narrow(1, prefix + (row * length), length).copy_(triangle);
        }

        return mask.MoveToOuterDisposeScope();
    }

    // The mask [rows, width] of the first token generated after prompts of given lengths; the next ones are opened by Open.
    public static Tensor ForGeneration(ComputeDevice device, int prefix, IReadOnlyList<int> lengths, int length, int newTokens)
    {
        using var scope = NewDisposeScope();
        var mask = Hidden(device, lengths.Count, prefix + (lengths.Count * (length + newTokens)));
        mask.narrow(1, 0, prefix).zero_();
        for (var row = 0; row < lengths.Count; row++)
        {
            mask.narrow(0, row, 1).narrow(1, prefix + (row * length), lengths[row]).zero_();
        }

        return mask.MoveToOuterDisposeScope();
    }

    public static void Open(Tensor mask, int position, int rows)
    {
        using var scope = NewDisposeScope();
        mask.narrow(1, position, rows).diagonal(0, 0, 1).zero_();
    }

    private static Tensor Hidden(ComputeDevice device, int rows, int positions)
    {
        var width = (positions + Alignment - 1) / Alignment * Alignment;
        return full([rows, width], float.NegativeInfinity, device.Type, device.Device);
    }
}
