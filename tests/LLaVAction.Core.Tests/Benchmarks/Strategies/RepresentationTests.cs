using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Core.Tests.Benchmarks.Support;
using LLaVAction.Epic;

namespace LLaVAction.Core.Tests.Benchmarks.Strategies;

public sealed class RepresentationTests
{
    private static readonly ActionClass Cup = new(0, 1);

    [Fact]
    public void Narrations_are_drawn_by_frequency()
    {
        var pool = new DistractorPool([.. Enumerable.Range(0, 9).Select(i => Clips.Make($"P01_01_{i}", "0:1", "take cup")), Clips.Make("P01_01_9", "0:1", "grab cup")]);
        var texts = new DrawnNarrations(pool, seed: 3);

        var draws = Enumerable.Range(0, 2000)
            .Select(i => texts.For(Clips.Make($"P02_01_{i}", "0:0", "x")).Find(Cup, [])!.Value.Text.Text)
            .CountBy(text => text)
            .ToDictionary();

        Assert.Equal(2, draws.Count);
        Assert.InRange(draws["grab cup"], 140, 265);
    }

    [Fact]
    public void A_taken_narration_is_drawn_again_among_the_others()
    {
        var pool = new DistractorPool(
        [
            Clips.Make("P01_01_0", "0:1", "take cup"),
            Clips.Make("P01_01_1", "0:1", "Take cup."),
            Clips.Make("P01_01_2", "0:1", "grab cup"),
        ]);

        for (var seed = 0; seed < 50; seed++)
        {
            var found = new DrawnNarrations(pool, seed).For(Clips.Make("P02_01_0", "0:0", "x")).Find(Cup, [new ComparedText("TAKE CUP")]);

            Assert.Equal("grab cup", found!.Value.Text.Text);
        }

        Assert.Null(new DrawnNarrations(pool, 1).For(Clips.Make("P02_01_0", "0:0", "x"))
            .Find(Cup, [new ComparedText("take cup"), new ComparedText("grab cup.")]));
    }

    [Fact]
    public void A_class_shows_the_same_narration_to_every_strategy_of_a_clip_but_not_to_every_clip()
    {
        var pool = new DistractorPool([.. Enumerable.Range(0, 5).Select(i => Clips.Make($"P01_01_{i}", "0:1", $"take cup {i}"))]);
        var texts = new DrawnNarrations(pool, seed: 3);

        string Draw(int clip) => texts.For(Clips.Make($"P02_01_{clip}", "0:0", "x")).Find(Cup, [])!.Value.Text.Text;

        Assert.All(Enumerable.Range(0, 20), clip => Assert.Equal(Draw(clip), Draw(clip)));
        Assert.Equal(5, Enumerable.Range(0, 100).Select(Draw).Distinct().Count());
    }

    [Fact]
    public void Most_frequent_narration_breaks_ties_by_ordinal_text()
    {
        var pool = new DistractorPool(
        [
            Clips.Make("P01_01_0", "0:1", "take cup"),
            Clips.Make("P01_01_1", "0:1", "grab cup"),
            Clips.Make("P01_01_2", "0:1", "grab cup"),
            Clips.Make("P01_01_3", "0:1", "take cup"),
            Clips.Make("P01_01_4", "0:1", "fetch cup"),
        ]);

        Assert.Equal("grab cup", FixedTexts.MostFrequentNarrations(pool).Find(Cup, [])!.Value.Text.Text);
    }

    [Fact]
    public void First_sample_is_the_first_clip_by_ordinal_id_and_keeps_the_colon()
    {
        var pool = new DistractorPool(
        [
            Clips.Make("P01_01_9", "0:5", "x") with { Verb = "late" },
            Clips.Make("P01_01_10", "0:6", "x") with { Verb = "take" },
            Clips.Make("P01_01_2", "3:1", "x") with { Noun = "board:chopping" },
        ]);

        Assert.Equal("take board:chopping", FixedTexts.FirstSamples(pool).Find(Cup, [])!.Value.Text.Text);
    }

    [Theory]
    [InlineData("tap", "tap")]
    [InlineData("board:chopping", "chopping board")]
    [InlineData("machine:sous:vide", "sous vide machine")]
    public void Spoken_nouns_have_the_head_last(string key, string spoken) => Assert.Equal(spoken, OfficialKey.SpokenNoun(key));

    [Fact]
    public void A_class_outside_the_pool_has_no_narration_and_the_error_says_what_to_do()
    {
        var texts = new DrawnNarrations(new DistractorPool([Clips.Make("P01_01_0", "0:1", "take cup")]), seed: 1);

        var error = Assert.Throws<InputException>(() => texts.For(Clips.Make("P01_01_0", "0:1", "x")).Find(new ActionClass(5, 5), []));

        Assert.Contains("class 5:5 has no clip", error.Message, StringComparison.Ordinal);
        Assert.Contains("--narrations", error.Message, StringComparison.Ordinal);
    }
}
