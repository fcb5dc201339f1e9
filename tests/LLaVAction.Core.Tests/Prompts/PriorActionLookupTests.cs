using LLaVAction.Prompts;

namespace LLaVAction.Tests.Prompts;

public sealed class PriorActionLookupTests
{
    [Fact]
    public void Third_of_three_close_clips_has_prior_actions()
    {
        var found = PriorActionLookup.Build(
        [
            new("P01_11_2", "P01_11", 2.97, 4.0),
            new("P01_11_0", "P01_11", 0, 1.89),
            new("P01_11_1", "P01_11", 1.56, 2.45),
        ]);

        Assert.Equal(new PriorClips("P01_11_0", 2.97, "P01_11_1", 1.41), Assert.Single(found).Value);
    }

    [Theory]
    [InlineData(3.0, true)]
    [InlineData(3.01, false)]
    public void Pause_of_three_seconds_is_the_longest(double pause, bool hasPrior)
    {
        var found = PriorActionLookup.Build(
            [new("a", "v", 0, 1), new("b", "v", 1, 2), new("c", "v", 2 + pause, 10)]);

        Assert.Equal(hasPrior, found.ContainsKey("c"));
    }

    [Fact]
    public void Later_start_gives_a_negative_offset()
    {
        var found = PriorActionLookup.Build([new("a", "v", 5, 6), new("b", "v", 5.5, 7), new("c", "v", 4.25, 8)]);

        Assert.Equal(new PriorClips("a", -0.75, "b", -1.25), found["c"]);
    }

    [Fact]
    public void Videos_are_kept_apart()
    {
        Assert.Empty(PriorActionLookup.Build([new("a", "v", 0, 1), new("b", "w", 1, 2), new("c", "v", 2, 3)]));
    }

    [SkippableFact]
    [Trait("Category", "RealData")]
    public void Validation_set_has_the_coverage_of_the_original()
    {
        // Columns by position, without quotes: the seven that matter here come before the first free text.
        var clips = File.ReadLines(RealData.Epic("EPIC_100_validation.csv")).Skip(1)
            .Select(line => line.Split(','))
            .Select(cells => new ClipInterval(cells[0], cells[2], Seconds(cells[4]), Seconds(cells[5])))
            .ToArray();
        var found = PriorActionLookup.Build(clips);

        Assert.Equal(9_668, clips.Length);
        Assert.Equal(7_399, found.Count);
        Assert.Equal(229, found.Values.Count(prior => prior.EarlierSecondsAgo < 0 || prior.LaterSecondsAgo < 0));
        Assert.Equal(new PriorClips("P01_11_0", 2.97, "P01_11_1", 1.41), found["P01_11_2"]);
    }

    private static double Seconds(string timestamp)
    {
        var parts = timestamp.Split(':');
        return (int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture) * 3600)
            + (int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) * 60)
            + double.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture);
    }
}
