namespace LLaVAction.Torch.Training;

/// <summary>
/// The order of rows in an epoch: a random permutation, cut into groups of one optimizer step, each sorted from the longest
/// row to the shortest. Rows of a step are thus padded little. An epoch's order follows from the seed alone.
/// </summary>
internal static class LengthGroupedSampler
{
    /// <summary>Row numbers in training order.</summary>
    /// <param name="lengths">Length of each row, in words of its turns.</param>
    /// <param name="groupSize">Rows of one optimizer step.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public static int[] Order(IReadOnlyList<int> lengths, int groupSize, long seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, lengths.Count)];
        new KeyedRandom(seed, FormattableString.Invariant($"epoch-{epoch}"), "row-order").Shuffle(order.AsSpan());
        return [.. order.Chunk(groupSize).SelectMany(group => group.OrderByDescending(row => lengths[row]))];
    }

    public static int LengthOf(IEnumerable<string> turns)
        => turns.Sum(turn => turn.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
}
