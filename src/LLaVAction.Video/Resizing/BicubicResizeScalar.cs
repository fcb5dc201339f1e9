namespace LLaVAction.Video.Resizing;

/// <summary>
/// <see cref="BicubicResize"/> written plainly, one sample at a time: for machines without vector instructions, and the
/// twin that the fast version is tested against.
/// </summary>
internal static class BicubicResizeScalar
{
    public static void Resize(
        ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, Span<byte> destination, int width, int height)
    {
        BicubicResize.CheckSizes(source, sourceWidth, sourceHeight, destination, width, height);
        var rows = sourceWidth == width ? source : ResizeRows(source, sourceHeight, ResampleWeights.For(sourceWidth, width));
        if (sourceHeight == height)
        {
            rows.CopyTo(destination);
        }
        else
        {
            ResizeColumns(rows, width * 3, destination, ResampleWeights.For(sourceHeight, height));
        }
    }

    private static byte[] ResizeRows(ReadOnlySpan<byte> source, int rowCount, ResampleWeights weights)
    {
        var rows = new byte[rowCount * weights.OutputSize * 3];
        for (var row = 0; row < rowCount; row++)
        {
            var input = source.Slice(row * weights.InputSize * 3, weights.InputSize * 3);
            for (var x = 0; x < weights.OutputSize; x++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var sum = 0;
                    for (var tap = 0; tap < weights.Counts[x]; tap++)
                    {
                        sum += input[((weights.Starts[x] + tap) * 3) + channel] * weights.Weights[(x * weights.Stride) + tap];
                    }

                    rows[(((row * weights.OutputSize) + x) * 3) + channel] = BicubicResize.ToSample(sum);
                }
            }
        }

        return rows;
    }

    private static void ResizeColumns(ReadOnlySpan<byte> rows, int rowLength, Span<byte> destination, ResampleWeights weights)
    {
        for (var y = 0; y < weights.OutputSize; y++)
        {
            for (var column = 0; column < rowLength; column++)
            {
                var sum = 0;
                for (var tap = 0; tap < weights.Counts[y]; tap++)
                {
                    sum += rows[((weights.Starts[y] + tap) * rowLength) + column] * weights.Weights[(y * weights.Stride) + tap];
                }

                destination[(y * rowLength) + column] = BicubicResize.ToSample(sum);
            }
        }
    }
}
