using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Tests.Kernels;

/// <summary>Pooling of token grids against values worked out by hand.</summary>
public sealed class PoolingTests
{
    /// <summary>A grid of 3 × 3 with values 0 … 8: bilinear samples stand at 0.25 and 1.75.</summary>
    [Fact]
    public void Bilinear_rounds_the_side_up()
    {
        using var context = new ComputeContext(2);
        using var x = Grid(3, 9, 2);
        using Matrix y = new(4, 2);
        Pooling.Bilinear(context, x.View, 3, y.View);
        Assert.Equal([1f, 2.5f, 5.5f, 7f], Column(y, 0));
        Assert.Equal([101f, 102.5f, 105.5f, 107f], Column(y, 1));
    }

    [Fact]
    public void Average_and_max_drop_the_odd_row_and_column()
    {
        using var context = new ComputeContext(2);
        using var x = Grid(3, 18, 1);
        using Matrix average = new(2, 1);
        using Matrix max = new(2, 1);
        Pooling.Average(context, x.View, 3, average.View);
        Pooling.Max(context, x.View, 3, max.View);
        Assert.Equal([2f, 11f], Column(average, 0));
        Assert.Equal([4f, 13f], Column(max, 0));
    }

    [Fact]
    public void On_even_grids_bilinear_is_the_average()
    {
        using var context = new ComputeContext(2);
        using var x = TestValues.Matrix(2 * 36, 19, "grid");
        using Matrix average = new(2 * 9, 19);
        using Matrix bilinear = new(2 * 9, 19);
        Pooling.Average(context, x.View, 6, average.View);
        Pooling.Bilinear(context, x.View, 6, bilinear.View);
        for (var index = 0; index < average.Span.Length; index++)
        {
            Assert.Equal(average.Span[index], bilinear.Span[index], 1e-5f);
        }
    }

    private static Matrix Grid(int side, int tokens, int columns)
    {
        Assert.Equal(0, tokens % (side * side));
        var grid = new Matrix(tokens, columns);
        for (var token = 0; token < tokens; token++)
        {
            for (var column = 0; column < columns; column++)
            {
                grid.Row(token)[column] = token + (100 * column);
            }
        }

        return grid;
    }

    private static float[] Column(Matrix matrix, int column)
        => [.. Enumerable.Range(0, matrix.Rows).Select(row => matrix.Row(row)[column])];
}
