using LLaVAction.Models.Recognizers;
using LLaVAction.Video.Frames;

namespace LLaVAction.Models.Preprocessing;

/// <summary>
/// Pixel values of a recogniser's clips. Frames that the decoder has cut and resized already (<c>fused</c>) are normalised;
/// whole frames are resized as torchvision's transforms do: the short side by plain bilinear, then a square cut out.
/// </summary>
/// <param name="configuration">Size, means and deviations.</param>
public sealed class ClipPixels(RecognizerConfiguration configuration)
{
    private readonly float[] _mean = [.. configuration.Mean.Select(static value => (float)value)];
    private readonly float[] _deviation = [.. configuration.StandardDeviation.Select(static value => (float)value)];

    /// <summary>The pixel values [frames, 3, size, size] of one view of a clip.</summary>
    /// <param name="clip">Its frames: whole, or squares of the model's size, several side by side where there are several views.</param>
    /// <param name="selection">Which of them, in order.</param>
    /// <param name="view">0-based: which square along the long side.</param>
    /// <param name="views">Squares along the long side: 1 (the centre) or 3.</param>
    public float[] Of(ClipFrames clip, IReadOnlyList<int> selection, int view = 0, int views = 1)
    {
        ArgumentNullException.ThrowIfNull(clip);
        ArgumentNullException.ThrowIfNull(selection);
        var size = configuration.ImageSize;
        var values = new float[selection.Count * 3 * size * size];
        var isCut = clip.Height == size && clip.Width == size * views;
        for (var i = 0; i < selection.Count; i++)
        {
            var target = values.AsSpan(i * 3 * size * size, 3 * size * size);
            if (isCut)
            {
                Copy(clip.Frames[selection[i]].Span, clip.Width, view * size, target);
            }
            else
            {
                Resize(clip.Frames[selection[i]].Span, clip.Width, clip.Height, views == 1 ? 0.5 : view / (views - 1.0), target);
            }
        }

        return values;
    }

    private void Copy(ReadOnlySpan<byte> rgb, int width, int left, Span<float> target)
    {
        var size = configuration.ImageSize;
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                Set(target, (y * size) + x, rgb.Slice(((y * width) + left + x) * 3, 3));
            }
        }
    }

    private void Set(Span<float> target, int place, ReadOnlySpan<byte> pixel)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            target[(channel * configuration.ImageSize * configuration.ImageSize) + place] = (pixel[channel] - _mean[channel]) / _deviation[channel];
        }
    }

    // PyTorch's bilinear without antialiasing (half-pixel centres) of the short side to the model's size, of which only the
    // square that is kept is computed.
    private void Resize(ReadOnlySpan<byte> rgb, int width, int height, double alongLongSide, Span<float> target)
    {
        var size = configuration.ImageSize;
        var (newWidth, newHeight) = width <= height ? (size, (int)((long)size * height / width)) : ((int)((long)size * width / height), size);
        var columns = Places(width, newWidth, Offset(newWidth));
        var rows = Places(height, newHeight, Offset(newHeight));
        for (var y = 0; y < size; y++)
        {
            var (top, bottom, down) = rows[y];
            for (var x = 0; x < size; x++)
            {
                var (left, right, across) = columns[x];
                for (var channel = 0; channel < 3; channel++)
                {
                    var upper = ((1 - across) * rgb[(((top * width) + left) * 3) + channel]) + (across * rgb[(((top * width) + right) * 3) + channel]);
                    var lower = ((1 - across) * rgb[(((bottom * width) + left) * 3) + channel]) + (across * rgb[(((bottom * width) + right) * 3) + channel]);
                    target[(channel * size * size) + (y * size) + x] = (((1 - down) * upper) + (down * lower) - _mean[channel]) / _deviation[channel];
                }
            }
        }

        int Offset(int length) => (int)Math.Round((length - size) * alongLongSide, MidpointRounding.ToEven);
    }

    private (int Low, int High, float Share)[] Places(int length, int newLength, int offset)
    {
        var scale = (float)length / newLength;
        return [.. Enumerable.Range(offset, configuration.ImageSize).Select(place =>
        {
            var source = Math.Max(0, ((place + 0.5f) * scale) - 0.5f);
            var low = Math.Min((int)source, length - 1);
            return (low, Math.Min(low + 1, length - 1), source - low);
        })];
    }
}
