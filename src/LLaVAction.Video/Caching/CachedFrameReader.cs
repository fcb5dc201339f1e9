using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Resizing;

namespace LLaVAction.Video.Caching;

/// <summary>
/// Reads frames through a cache. Each frame count of a clip is an entry of its own, keyed by the content of the files that it
/// comes from, the clip's times, the frame policy, and the size and filter of the frames, so that models, strategies, controls
/// and runs that ask for the same frames share it.
/// </summary>
/// <param name="inner">Decodes what the cache lacks.</param>
/// <param name="cache">The cache.</param>
/// <param name="size">
/// Width and height that frames are resized to, in pixels: the model's input size, at which the model's own resize changes
/// nothing. Null for frames in their own size.
/// </param>
public sealed class CachedFrameReader(IFrameReader inner, FrameCache cache, int? size) : IFrameReader
{
    private const string Filter = "pillow-bicubic 1";

    /// <inheritdoc/>
    public string Layout => inner.Layout;

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks => inner.Remarks;

    /// <inheritdoc/>
    public string Decoding => inner.Decoding;

    /// <inheritdoc/>
    public int ClipsPerProcess => inner.ClipsPerProcess;

    /// <inheritdoc/>
    public bool HasVideo(ClipReference clip) => inner.HasVideo(clip);

    /// <inheritdoc/>
    public Task<VideoSurvey> SurveyAsync(
        IReadOnlyList<ClipReference> clips, IReadOnlyDictionary<string, Epic.VideoInfo> published, CancellationToken cancellationToken) =>
        inner.SurveyAsync(clips, published, cancellationToken);

    /// <inheritdoc/>
    public Task<string> IdentifyAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken) =>
        inner.IdentifyAsync(clip, policy, frameCounts, cancellationToken);

    /// <inheritdoc/>
    public async Task<ClipFrames> ReadAsync(
        ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        var parts = new Dictionary<int, ClipFrames>();
        var keys = new Dictionary<int, string>();
        foreach (var count in frameCounts.Distinct())
        {
            keys[count] = KeyOf(await inner.IdentifyAsync(clip, policy, [count], cancellationToken), clip, policy, count);
            if (cache.TryRead(keys[count], count) is { } found)
            {
                parts[count] = found;
            }
        }

        int[] missing = [.. keys.Keys.Where(count => !parts.ContainsKey(count))];
        if (missing.Length > 0)
        {
            var decoded = Resize(await inner.ReadAsync(clip, policy, missing, cancellationToken));
            foreach (var count in missing)
            {
                parts[count] = PartOf(decoded, count);
                cache.Write(keys[count], count, parts[count]);
            }
        }

        return parts.Count == 1 ? parts.Values.First() : Join(parts);
    }

    private string KeyOf(string content, ClipReference clip, FramePolicy policy, int count) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{inner.Decoding}|{content}|{clip.StartSeconds:R}|{clip.StopSeconds:R}|{clip.StartFrame}|{clip.StopFrame}|{policy.Kind}|{policy.ClipLength}|{count}|{size}|{Filter}"))));

    private ClipFrames Resize(ClipFrames frames)
    {
        if (size is not { } side || (frames.Width == side && frames.Height == side))
        {
            return frames;
        }

        return frames with
        {
            Width = side,
            Height = side,
            Frames = [.. frames.Frames.Select(frame =>
            {
                var resized = GC.AllocateUninitializedArray<byte>(side * side * 3);
                BicubicResize.Resize(frame.Span, frames.Width, frames.Height, resized, side, side);
                return new ReadOnlyMemory<byte>(resized);
            })],
        };
    }

    private static ClipFrames PartOf(ClipFrames frames, int count)
    {
        int[] used = [.. frames.Selections[count].Distinct().Order()];
        return frames with
        {
            Frames = [.. used.Select(index => frames.Frames[index])],
            Seconds = [.. used.Select(index => frames.Seconds[index])],
            Selections = new Dictionary<int, IReadOnlyList<int>> { [count] = [.. frames.Selections[count].Select(index => Array.IndexOf(used, index))] },
        };
    }

    // The frames of all counts in time order, each once, as they come from one decoding.
    private static ClipFrames Join(Dictionary<int, ClipFrames> parts)
    {
        var bySeconds = new SortedDictionary<double, ReadOnlyMemory<byte>>();
        foreach (var part in parts.Values)
        {
            for (var i = 0; i < part.Frames.Count; i++)
            {
                bySeconds[part.Seconds[i]] = part.Frames[i];
            }
        }

        double[] seconds = [.. bySeconds.Keys];
        return parts.Values.First() with
        {
            Seconds = seconds,
            Frames = [.. bySeconds.Values],
            Selections = parts.ToDictionary(
                static part => part.Key,
                IReadOnlyList<int> (part) => [.. part.Value.Selections[part.Key].Select(index => Array.BinarySearch(seconds, part.Value.Seconds[index]))]),
        };
    }
}
