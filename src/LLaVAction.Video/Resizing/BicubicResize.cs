using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Video.Resizing;

/// <summary>
/// Resizes 8-bit RGB images to what Pillow's <c>Image.resize(…, BICUBIC)</c> gives, to the bit: antialiased, first along
/// rows and then along columns, rounded to 8 bits after each pass, a pass left out where its size does not change.
/// </summary>
public static class BicubicResize
{
    private const int Half = 1 << (ResampleWeights.FractionBits - 1);
    private const int RowsAtOnce = 4;

    /// <summary>Resizes an image; uses vector instructions where the machine has them, with the same result.</summary>
    /// <param name="source">RGB, interleaved, row major: <c>sourceWidth × sourceHeight × 3</c> bytes.</param>
    /// <param name="sourceWidth">Width before, in pixels.</param>
    /// <param name="sourceHeight">Height before, in pixels.</param>
    /// <param name="destination">Receives <c>width × height × 3</c> bytes in the same order.</param>
    /// <param name="width">Width after, in pixels.</param>
    /// <param name="height">Height after, in pixels.</param>
    public static void Resize(
        ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, Span<byte> destination, int width, int height)
    {
        CheckSizes(source, sourceWidth, sourceHeight, destination, width, height);
        var pixels = ArrayPool<byte>.Shared.Rent(width * height * 4);
        try
        {
            var resized = pixels.AsSpan(0, width * height * 4);
            ResizeToFourChannels(source, sourceWidth, sourceHeight, resized, width, height);
            for (int from = 0, to = 0; from < resized.Length; from += 4, to += 3)
            {
                resized.Slice(from, 3).CopyTo(destination.Slice(to, 3));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    // As Resize, with four bytes per pixel in the result (R, G, B and one without meaning).
    internal static void ResizeToFourChannels(
        ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, Span<byte> destination, int width, int height)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            var plain = new byte[width * height * 3];
            BicubicResizeScalar.Resize(source, sourceWidth, sourceHeight, plain, width, height);
            ExpandRow(plain, destination);
            return;
        }

        var rowsBuffer = ArrayPool<byte>.Shared.Rent(sourceHeight * width * 4);
        try
        {
            var rows = sourceHeight == height ? destination : rowsBuffer.AsSpan(0, sourceHeight * width * 4);
            ResizeRows(source, sourceWidth, rows, width, sourceHeight);
            if (sourceHeight != height)
            {
                ResizeColumns(rows, width * 4, destination, ResampleWeights.For(sourceHeight, height));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rowsBuffer);
        }
    }

    internal static void CheckSizes(
        ReadOnlySpan<byte> source, int sourceWidth, int sourceHeight, ReadOnlySpan<byte> destination, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (source.Length != (long)sourceWidth * sourceHeight * 3 || destination.Length != (long)width * height * 3)
        {
            throw new ArgumentException("The buffers do not have the sizes of the images.", nameof(source));
        }
    }

    // The value of a weighted sum as a sample: rounded, shifted down and clipped to 0..255.
    internal static byte ToSample(int sum) => (byte)Math.Clamp((sum + Half) >> ResampleWeights.FractionBits, 0, 255);

    // First pass. Pixels are widened to four bytes so that a vector of eight 32-bit lanes holds two of them; a few rows go
    // together so that each weight is fetched once for all.
    private static void ResizeRows(ReadOnlySpan<byte> source, int sourceWidth, Span<byte> rows, int width, int rowCount)
    {
        if (sourceWidth == width)
        {
            ExpandRow(source, rows);
            return;
        }

        var weights = ResampleWeights.For(sourceWidth, width);

        // Windows are read in whole vectors, so a row is followed by as many zero pixels as a window is wide.
        var expandedLength = (sourceWidth + weights.Stride) * 4;
        var expanded = ArrayPool<byte>.Shared.Rent(RowsAtOnce * expandedLength);
        try
        {
            expanded.AsSpan(0, RowsAtOnce * expandedLength).Clear();
            for (var row = 0; row < rowCount; row += RowsAtOnce)
            {
                var present = Math.Min(RowsAtOnce, rowCount - row);
                for (var i = 0; i < present; i++)
                {
                    ExpandRow(source.Slice((row + i) * sourceWidth * 3, sourceWidth * 3), expanded.AsSpan(i * expandedLength, sourceWidth * 4));
                }

                // Rows beyond the last repeat work on what the buffer held; their result is not kept.
                ResizeRowGroup(expanded.AsSpan(0, RowsAtOnce * expandedLength), rows[(row * width * 4)..], present, weights);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(expanded);
        }
    }

    private static void ResizeRowGroup(ReadOnlySpan<byte> expanded, Span<byte> rows, int present, ResampleWeights weights)
    {
        var length = expanded.Length / RowsAtOnce;
        var row0 = expanded[..length];
        var row1 = expanded.Slice(length, length);
        var row2 = expanded.Slice(2 * length, length);
        var row3 = expanded.Slice(3 * length, length);
        var width = weights.OutputSize;

        for (var x = 0; x < width; x++)
        {
            var window = weights.Weights.AsSpan(x * weights.Stride, (weights.Counts[x] + 3) & ~3);
            var first = weights.Starts[x] * 4;
            Vector256<int> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (var tap = 0; tap < window.Length; tap += 4)
            {
                var weight = window.Slice(tap, 4);
                var firstPair = Vector256.Create(Vector128.Create(weight[0]), Vector128.Create(weight[1]));
                var secondPair = Vector256.Create(Vector128.Create(weight[2]), Vector128.Create(weight[3]));
                var at = first + (tap * 4);
                sum0 += WeighFourPixels(row0.Slice(at, 16), firstPair, secondPair);
                sum1 += WeighFourPixels(row1.Slice(at, 16), firstPair, secondPair);
                sum2 += WeighFourPixels(row2.Slice(at, 16), firstPair, secondPair);
                sum3 += WeighFourPixels(row3.Slice(at, 16), firstPair, secondPair);
            }

            var to = x * 4;
            var step = width * 4;
            StorePixel(sum0, rows.Slice(to, 4));
            if (present == RowsAtOnce)
            {
                StorePixel(sum1, rows.Slice(to + step, 4));
                StorePixel(sum2, rows.Slice(to + (2 * step), 4));
                StorePixel(sum3, rows.Slice(to + (3 * step), 4));
            }
            else if (present > 1)
            {
                StorePixel(sum1, rows.Slice(to + step, 4));
                if (present > 2)
                {
                    StorePixel(sum2, rows.Slice(to + (2 * step), 4));
                }
            }
        }
    }

    private static Vector256<int> WeighFourPixels(ReadOnlySpan<byte> pixels, Vector256<int> firstPair, Vector256<int> secondPair)
    {
        var samples = Vector256.WidenLower(Vector128.Create(pixels).ToVector256Unsafe());
        return (Vector256.WidenLower(samples).AsInt32() * firstPair) + (Vector256.WidenUpper(samples).AsInt32() * secondPair);
    }

    private static void StorePixel(Vector256<int> sum, Span<byte> pixel)
    {
        var value = (sum.GetLower() + sum.GetUpper() + Vector128.Create(Half)) >> ResampleWeights.FractionBits;
        var clipped = Vector128.Min(Vector128.Max(value, Vector128<int>.Zero), Vector128.Create(255));
        var packed = Vector128.Shuffle(clipped.AsByte(), Vector128.Create((byte)0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        MemoryMarshal.Write(pixel, packed.AsUInt32().ToScalar());
    }

    private static void ResizeColumns(ReadOnlySpan<byte> rows, int rowLength, Span<byte> destination, ResampleWeights weights)
    {
        for (var y = 0; y < weights.OutputSize; y++)
        {
            var window = weights.Weights.AsSpan(y * weights.Stride, weights.Counts[y]);
            var input = rows.Slice(weights.Starts[y] * rowLength, window.Length * rowLength);
            var output = destination.Slice(y * rowLength, rowLength);
            var column = 0;
            for (; column <= rowLength - 32; column += 32)
            {
                SumThirtyTwoColumns(input[column..], rowLength, window, output.Slice(column, 32));
            }

            for (; column < rowLength; column++)
            {
                var sum = 0;
                for (var tap = 0; tap < window.Length; tap++)
                {
                    sum += input[(tap * rowLength) + column] * window[tap];
                }

                output[column] = ToSample(sum);
            }
        }
    }

    private static void SumThirtyTwoColumns(ReadOnlySpan<byte> input, int rowLength, ReadOnlySpan<int> window, Span<byte> output)
    {
        var half = Vector256.Create(Half);
        Vector256<int> sum0 = half, sum1 = half, sum2 = half, sum3 = half;
        for (var tap = 0; tap < window.Length; tap++)
        {
            var weight = Vector256.Create(window[tap]);
            var samples = Vector256.Create(input.Slice(tap * rowLength, 32));
            var lower = Vector256.WidenLower(samples);
            var upper = Vector256.WidenUpper(samples);
            sum0 += Vector256.WidenLower(lower).AsInt32() * weight;
            sum1 += Vector256.WidenUpper(lower).AsInt32() * weight;
            sum2 += Vector256.WidenLower(upper).AsInt32() * weight;
            sum3 += Vector256.WidenUpper(upper).AsInt32() * weight;
        }

        var low = Vector256.Narrow(Clip(sum0), Clip(sum1));
        var high = Vector256.Narrow(Clip(sum2), Clip(sum3));
        Vector256.Narrow(low, high).CopyTo(output);
    }

    private static Vector256<uint> Clip(Vector256<int> sum) =>
        Vector256.Min(Vector256.Max(sum >> ResampleWeights.FractionBits, Vector256<int>.Zero), Vector256.Create(255)).AsUInt32();

    private static void ExpandRow(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int from = 0, to = 0;
        var spread = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255);
        for (; from <= source.Length - 16; from += 12, to += 16)
        {
            Vector128.Shuffle(Vector128.Create(source.Slice(from, 16)), spread).CopyTo(destination.Slice(to, 16));
        }

        for (; from < source.Length; from += 3, to += 4)
        {
            source.Slice(from, 3).CopyTo(destination.Slice(to, 3));
            destination[to + 3] = 0;
        }
    }
}
