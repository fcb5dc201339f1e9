using LLaVAction.Benchmarks;

namespace LLaVAction.Core.Tests.Benchmarks;

public sealed class DumpPlausibilityTests
{
    // 200 clips, 5 of 2,550 classes: chance gives 0.39; P(X >= 4) = 0.00070 and P(X >= 3) = 0.0074 by SciPy's binom.sf.
    [Theory]
    [InlineData(200, 0, 5, 2550, true)]
    [InlineData(200, 3, 5, 2550, true)]
    [InlineData(200, 4, 5, 2550, false)]
    [InlineData(200, 170, 5, 2550, false)]
    [InlineData(19, 0, 5, 2550, false)] // too few to tell
    [InlineData(96, 13, 5, 35, true)] // chance gives 13.7
    [InlineData(96, 26, 5, 35, false)] // P(X >= 26) = 0.00077
    [InlineData(96, 25, 5, 35, true)] // P(X >= 25) = 0.0018
    [InlineData(96, 60, 5, 6, false)] // chance is nearly everything
    public void A_dump_is_doubted_where_its_truths_are_no_better_than_by_chance(int clips, int inFirstK, int options, int classes, bool isDoubted) =>
        Assert.Equal(isDoubted, DumpPlausibility.Doubt(clips, inFirstK, options, classes) is not null);
}
