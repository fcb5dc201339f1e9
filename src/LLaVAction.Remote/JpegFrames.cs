using LLaVAction.Video.Frames;
using LLaVAction.Video.Resizing;
using StbImageWriteSharp;

namespace LLaVAction.Remote;

/// <summary>Frames as JPEG files: equal pixels and settings give equal bytes on every machine.</summary>
public static class JpegFrames
{
    private const int Channels = 3;

    /// <summary>Encodes the frames of a clip, in order.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Encode(ClipFrames clip, RemoteSettings settings)
    {
        var files = new ReadOnlyMemory<byte>[clip.Frames.Count];
        for (var i = 0; i < files.Length; i++)
        {
            files[i] = Encode(clip.Frames[i].Span, clip.Width, clip.Height, settings);
        }

        return files;
    }

    private static byte[] Encode(ReadOnlySpan<byte> rgb, int width, int height, RemoteSettings settings)
    {
        var (shownWidth, shownHeight) = Fit(width, height, settings.LongestSide);
        var pixels = new byte[shownWidth * shownHeight * Channels];
        if ((shownWidth, shownHeight) == (width, height))
        {
            rgb.CopyTo(pixels);
        }
        else
        {
            BicubicResize.Resize(rgb, width, height, pixels, shownWidth, shownHeight);
        }

        if (settings.SwapsRedAndBlue)
        {
            for (var i = 0; i < pixels.Length; i += Channels)
            {
                (pixels[i], pixels[i + 2]) = (pixels[i + 2], pixels[i]);
            }
        }

        using var file = new MemoryStream();
        new ImageWriter().WriteJpg(pixels, shownWidth, shownHeight, ColorComponents.RedGreenBlue, file, settings.JpegQuality);
        return file.ToArray();
    }

    // The longest side becomes the limit, the other keeps the proportion, rounded and at least one pixel.
    private static (int Width, int Height) Fit(int width, int height, int? longest)
    {
        if (longest is not { } limit || Math.Max(width, height) <= limit)
        {
            return (width, height);
        }

        var scale = (double)limit / Math.Max(width, height);
        int Scaled(int side) => Math.Max(1, (int)Math.Round(side * scale, MidpointRounding.AwayFromZero));
        return (Scaled(width), Scaled(height));
    }
}
