
namespace LLaVAction.Torch.Inference;

/// <summary>Prompts that go over their shared prefix in one pass.</summary>
/// <param name="Members">Which prompts, at most <paramref name="Rows"/>; the other rows are padding.</param>
/// <param name="Rows">Rows of the pass.</param>
/// <param name="Length">Tokens of each row, padding included.</param>
internal sealed record SuffixChunk(IReadOnlyList<int> Members, int Rows, int Length)
{
    /// <summary>
    /// Sorts prompts into passes. A pass's shape follows from the padded length of its own prompts alone; prompts of
    /// another length go into other passes.
    /// </summary>
    /// <param name="lengths">How many tokens of its own each prompt has, at least 1.</param>
    /// <param name="shape">The shapes in force.</param>
    public static IReadOnlyList<SuffixChunk> Plan(IReadOnlyList<int> lengths, BatchShape shape)
        => Enumerable.Range(0, lengths.Count)
            .GroupBy(i => shape.PaddedLength(lengths[i]))
            .SelectMany(group => group.Chunk(shape.RowsAt(group.Key)).Select(members => new SuffixChunk(members, shape.RowsAt(group.Key), group.Key)))
            .ToArray();
}
