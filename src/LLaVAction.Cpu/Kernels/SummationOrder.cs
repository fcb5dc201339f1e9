namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// The one order in which every kernel sums, on every machine with fused multiply-add: functions of a sum's own length
/// alone, never of how many rows, threads or tiles there are. So a result has the same bits in every batch.
/// </summary>
internal static class SummationOrder
{
    // Products of a projection are summed in blocks of at most this many (a block's slice of a weight panel then stays in the
    // nearest caches). Within a block: one fused multiply-add after the other, from zero. Block sums are then added in order.
    public const int BlockLimit = 288;

    // Lanes of a plain sum (norms, softmax): value i goes to lane i mod 16, lanes are then added in halves.
    public const int Lanes = 16;

    // Keys per step of the online softmax, counted from absolute position 0.
    public const int KeyBlock = 128;

    // Input features per block, a multiple of 32 where there is more than one block; the last block may be shorter.
    public static int BlockSize(int columns)
    {
        var blocks = (columns + BlockLimit - 1) / BlockLimit;
        return blocks <= 1 ? Math.Max(1, columns) : (((columns + blocks - 1) / blocks) + 31) / 32 * 32;
    }

    public static int BlockCount(int columns) => (columns + BlockSize(columns) - 1) / BlockSize(columns);

    // Adds up lanes in halves: 16 to 8 to 4 to 2 to 1.
    public static float Reduce(Span<float> lanes)
    {
        for (var half = lanes.Length / 2; half > 0; half /= 2)
        {
            for (var lane = 0; lane < half; lane++)
            {
                lanes[lane] += lanes[lane + half];
            }
        }

        return lanes[0];
    }
}
