namespace LLaVAction.Models.Sequences;

/// <summary>
/// Prompts of one group that share a prefill: the text before the video, the video, and as much of the text after it as
/// they have in common.
/// </summary>
/// <param name="BeforeVideo">The shared ids before the video.</param>
/// <param name="HasVideo">Whether a video follows them.</param>
/// <param name="SharedAfterVideo">
/// How many ids after the video all members share; each keeps at least one of its own. 0 for a prompt that is alone.
/// </param>
/// <param name="Members">Indices of the prompts in their group, ascending.</param>
public sealed record PrefixBatch(IReadOnlyList<int> BeforeVideo, bool HasVideo, int SharedAfterVideo, IReadOnlyList<int> Members)
{
    /// <summary>Sorts prompts into batches, in the order of their first members.</summary>
    public static IReadOnlyList<PrefixBatch> Plan(IReadOnlyList<PromptTokens> prompts)
    {
        var batches = new List<List<int>>();
        for (var i = 0; i < prompts.Count; i++)
        {
            var prompt = prompts[i];
            var batch = batches.Find(members => HaveSameStart(prompts[members[0]], prompt));
            if (batch is null)
            {
                batches.Add([i]);
            }
            else
            {
                batch.Add(i);
            }
        }

        return batches.ConvertAll(members =>
        {
            var first = prompts[members[0]];
            return new PrefixBatch(first.BeforeVideo, first.HasVideo, CommonLength(members.ConvertAll(i => prompts[i].AfterVideo)), members);
        });
    }

    private static bool HaveSameStart(PromptTokens a, PromptTokens b)
        => a.HasVideo == b.HasVideo && a.BeforeVideo.SequenceEqual(b.BeforeVideo);

    private static int CommonLength(List<IReadOnlyList<int>> texts)
    {
        if (texts.Count == 1)
        {
            return 0;
        }

        var limit = texts.Min(text => text.Count) - 1;
        var length = 0;
        while (length < limit && texts.TrueForAll(text => text[length] == texts[0][length]))
        {
            length++;
        }

        return length;
    }
}
