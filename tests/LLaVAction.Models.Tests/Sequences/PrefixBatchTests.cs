using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Models.Sequences;

namespace LLaVAction.Models.Tests.Sequences;

public sealed class PrefixBatchTests
{
    [Fact]
    public void Prompts_about_one_video_share_what_they_have_in_common_and_keep_a_token_each()
    {
        var batch = Assert.Single(PrefixBatch.Plan([Video([1, 2], [5, 6, 7]), Video([1, 2], [5, 6, 8, 9]), Video([1, 2], [5, 6])]));

        Assert.Equal([0, 1, 2], batch.Members);
        Assert.Equal([1, 2], batch.BeforeVideo);
        Assert.Equal(1, batch.SharedAfterVideo);
    }

    [Fact]
    public void Other_text_before_the_video_is_another_batch()
    {
        var batches = PrefixBatch.Plan([Video([1], [5]), Video([2], [5]), Video([1], [6])]);

        Assert.Equal([[0, 2], [1]], batches.Select(batch => batch.Members));
    }

    [Fact]
    public void Prompts_with_and_without_video_never_share()
        => Assert.Equal(2, PrefixBatch.Plan([Video([], [5, 6]), new PromptTokens([], [5, 6], HasVideo: false)]).Count);

    [Fact]
    public void A_prompt_that_is_alone_shares_nothing()
        => Assert.Equal(0, Assert.Single(PrefixBatch.Plan([Video([1], [5, 6, 7])])).SharedAfterVideo);

    [Fact]
    public void Every_prompt_is_in_one_batch_whose_shared_part_is_its_own_beginning()
    {
        var text = Gen.Choose(0, 2).ArrayOf(4).Select(ids => new[] { 9 }.Concat(ids).ToArray());
        var prompt = from before in Gen.Choose(0, 1).ArrayOf(1)
                     from after in text
                     from hasVideo in Gen.Elements(true, false)
                     select new PromptTokens(hasVideo ? before : [], after, hasVideo);
        Prop.ForAll(prompt.NonEmptyListOf().ToArbitrary(), prompts =>
        {
            PromptTokens[] all = [.. prompts];
            var batches = PrefixBatch.Plan(all);
            var isPartition = batches.SelectMany(batch => batch.Members).Order().SequenceEqual(Enumerable.Range(0, all.Length));
            var areShared = batches.All(batch => batch.Members.All(i =>
                all[i].HasVideo == batch.HasVideo
                && all[i].BeforeVideo.SequenceEqual(batch.BeforeVideo)
                && all[i].AfterVideo.Count > batch.SharedAfterVideo
                && all[i].AfterVideo.Take(batch.SharedAfterVideo).SequenceEqual(all[batch.Members[0]].AfterVideo.Take(batch.SharedAfterVideo))));
            return isPartition && areShared;
        }).QuickCheckThrowOnFailure();
    }

    private static PromptTokens Video(int[] before, int[] after) => new(before, after, HasVideo: true);
}
