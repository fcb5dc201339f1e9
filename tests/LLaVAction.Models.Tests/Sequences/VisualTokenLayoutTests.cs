using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Sequences;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Sequences;

public sealed class VisualTokenLayoutTests
{
    /// <summary>SigLIP so400m at 384 pixels: a grid of 27. Published counts of LLaVA-OneVision, LLaVA-Video and LLaVAction.</summary>
    [Theory]
    [InlineData(PoolingMode.Bilinear, NewlineMode.OneToken, 1569, 3137, 6273, 12545)]
    [InlineData(PoolingMode.Bilinear, NewlineMode.Grid, 1680, 3360, 6720, 13440)]
    [InlineData(PoolingMode.Average, NewlineMode.Grid, 1456, 2912, 5824, 11648)]
    [InlineData(PoolingMode.Max, NewlineMode.Grid, 1456, 2912, 5824, 11648)]
    [InlineData(PoolingMode.Bilinear, NewlineMode.Frame, 1576, 3152, 6304, 12608)]
    [InlineData(PoolingMode.Bilinear, NewlineMode.NoToken, 1568, 3136, 6272, 12544)]
    public void Frames_of_the_real_tower_become_the_published_numbers_of_tokens(
        PoolingMode pooling, NewlineMode newline, int frames8, int frames16, int frames32, int frames64)
    {
        var layout = VisualTokenLayout.Of(KnownConfigurations.HalfBillion with { Pooling = pooling, Newline = newline });

        var counts = new[] { 8, 16, 32, 64 }.Select(layout.Count).ToArray();

        Assert.Equal(new[] { frames8, frames16, frames32, frames64 }, counts);
    }

    [Theory]
    [InlineData(ActionTokenMode.None, 0)]
    [InlineData(ActionTokenMode.OneToken, 1)]
    [InlineData(ActionTokenMode.ThreeTokens, 3)]
    [InlineData(ActionTokenMode.Newline, 0)]
    public void Action_tokens_come_on_top_and_last(ActionTokenMode mode, int added)
    {
        var layout = new VisualTokenLayout(3, NewlineMode.Grid, mode);

        var sequence = layout.Sequence(2);

        Assert.Equal((2 * 3 * 4) + added, sequence.Length);
        Assert.Equal(layout.Count(2), sequence.Length);
        Assert.Equal(Enumerable.Range((2 * 9) + 1, added), sequence[^added..]);
    }

    [Theory]
    [InlineData(NewlineMode.OneToken, new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(NewlineMode.Grid, new[] { 0, 1, 8, 2, 3, 8, 4, 5, 8, 6, 7, 8 })]
    [InlineData(NewlineMode.Frame, new[] { 0, 1, 2, 3, 8, 4, 5, 6, 7, 8 })]
    [InlineData(NewlineMode.NoToken, new[] { 0, 1, 2, 3, 4, 5, 6, 7 })]
    public void Newlines_stand_where_the_mode_says(NewlineMode newline, int[] expected)
        => Assert.Equal(expected, new VisualTokenLayout(2, newline, ActionTokenMode.None).Sequence(2));
}
