using System.Buffers;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Resizing;

namespace LLaVAction.Models.Preprocessing;

/// <summary>
/// SigLIP's preprocessing: a frame becomes a square, its aspect ratio not kept, by Pillow's bicubic on 8-bit samples;
/// then samples are scaled by 1/255 and normalised per channel. Safe to use from several threads at once.
/// </summary>
public sealed class ImagePreprocessor
{
    private readonly float[][] _samples;

    /// <summary>Creates the preprocessor of a vision tower.</summary>
    /// <param name="size">Width and height of the tower's input, in pixels (384 for SigLIP so400m).</param>
    /// <param name="settings">Scale, means and deviations; null for SigLIP's own.</param>
    public ImagePreprocessor(int size, PixelSettings? settings = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Size = size;
        settings ??= new PixelSettings();

        // The scale is applied in double and rounded to single before the rest, as the reference image processor does.
        _samples = new float[3][];
        for (var channel = 0; channel < 3; channel++)
        {
            var values = new float[256];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = ((float)(i * settings.RescaleFactor) - settings.Mean[channel]) / settings.StandardDeviation[channel];
            }

            _samples[channel] = values;
        }
    }

    /// <summary>Width and height of the result, in pixels.</summary>
    public int Size { get; }

    /// <summary>How many values one frame becomes: <c>3 × Size × Size</c>.</summary>
    public int ValuesPerFrame => 3 * Size * Size;

    /// <summary>Pixel values [frames, 3, Size, Size] of all frames of a clip.</summary>
    public float[] ToPixelValues(ClipFrames clip)
    {
        var values = new float[checked(clip.Frames.Count * ValuesPerFrame)];
        for (var i = 0; i < clip.Frames.Count; i++)
        {
            ToPixelValues(clip.Frames[i].Span, clip.Width, clip.Height, values.AsSpan(i * ValuesPerFrame, ValuesPerFrame));
        }

        return values;
    }

    /// <summary>Pixel values [3, Size, Size] of one frame.</summary>
    /// <param name="rgb">8-bit RGB, interleaved, row major: <c>width × height × 3</c> bytes.</param>
    /// <param name="width">Width of the frame, in pixels.</param>
    /// <param name="height">Height of the frame, in pixels.</param>
    /// <param name="pixelValues">Receives <see cref="ValuesPerFrame"/> values: all of red, then green, then blue.</param>
    public void ToPixelValues(ReadOnlySpan<byte> rgb, int width, int height, Span<float> pixelValues)
    {
        if (pixelValues.Length != ValuesPerFrame)
        {
            throw new ArgumentException($"The result has {ValuesPerFrame} values, not {pixelValues.Length}.", nameof(pixelValues));
        }

        var pixelCount = Size * Size;
        var buffer = ArrayPool<byte>.Shared.Rent(pixelCount * 4);
        try
        {
            var pixels = buffer.AsSpan(0, pixelCount * 4);
            ToPixels(rgb, width, height, pixels);
            var red = pixelValues[..pixelCount];
            var green = pixelValues.Slice(pixelCount, pixelCount);
            var blue = pixelValues.Slice(2 * pixelCount, pixelCount);
            for (var i = 0; i < pixelCount; i++)
            {
                var pixel = pixels.Slice(i * 4, 4);
                red[i] = _samples[0][pixel[0]];
                green[i] = _samples[1][pixel[1]];
                blue[i] = _samples[2][pixel[2]];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The first half of <see cref="ToPixelValues(ReadOnlySpan{byte}, int, int, Span{float})"/>: a frame resized, as
    /// samples that <see cref="SampleValues"/> turns into pixel values.
    /// </summary>
    /// <param name="rgb">8-bit RGB, interleaved, row major: <c>width × height × 3</c> bytes.</param>
    /// <param name="width">Width of the frame, in pixels.</param>
    /// <param name="height">Height of the frame, in pixels.</param>
    /// <param name="pixels">Receives <c>Size × Size × 4</c> bytes: red, green, blue and one without meaning.</param>
    public void ToPixels(ReadOnlySpan<byte> rgb, int width, int height, Span<byte> pixels)
    {
        if (width < 1 || height < 1 || rgb.Length != (long)width * height * 3)
        {
            throw new ArgumentException($"A frame of {width}x{height} has {(long)width * height * 3} bytes, not {rgb.Length}.", nameof(rgb));
        }

        BicubicResize.ResizeToFourChannels(rgb, width, height, pixels, Size, Size);
    }

    /// <summary>The pixel value of each 8-bit sample: 256 of red, then of green, then of blue.</summary>
    public float[] SampleValues() => [.. _samples.SelectMany(static values => values)];
}
