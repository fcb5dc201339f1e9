using LLaVAction.Training;

namespace LLaVAction.Torch.Training;

/// <summary>
/// The order of rows in an epoch: a random permutation, cut into groups of one optimizer step, each sorted from the longest
/// row to the shortest. Rows of a step are thus padded little. Texts alone, whose lengths are negative, are grouped apart;
/// what fills no group of one kind makes the last groups. An epoch's order follows from the seed alone.
/// </summary>
internal static class LengthGroupedSampler
{
    /// <summary>Row numbers in training order.</summary>
    /// <param name="lengths">Length of each row (<see cref="LengthOf"/>).</param>
    /// <param name="groupSize">Rows of one optimizer step.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public static int[] Order(IReadOnlyList<int> lengths, int groupSize, long seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, lengths.Count)];
        var random = new KeyedRandom(seed, FormattableString.Invariant($"epoch-{epoch}"), "row-order");
        random.Shuffle(order.AsSpan());
        if (lengths.Any(static length => length < 0))
        {
            var kinds = order.GroupBy(row => lengths[row] < 0).Select(kind => kind.Chunk(groupSize).ToLookup(group => group.Length == groupSize)).ToArray();
            int[][] whole = [.. kinds.SelectMany(static groups => groups[true])];
            random.Shuffle(whole.AsSpan());
            order = [.. whole.SelectMany(static group => group), .. kinds.SelectMany(static groups => groups[false]).SelectMany(static group => group)];
        }

        return [.. order.Chunk(groupSize).SelectMany(group => group.OrderByDescending(row => Math.Abs(lengths[row])))];
    }

    // Words of the turns, as the file has them; negative for text alone.
    public static int LengthOf(TrainingRow row)
    {
        var words = row.Conversations.Sum(turn => turn.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
        return row.Video is null && row.Image is null ? -words : words;
    }
}
