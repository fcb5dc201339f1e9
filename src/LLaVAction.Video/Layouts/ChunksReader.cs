using System.Globalization;
using System.Numerics;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>
/// Reads clips from videos cut into files of equal length, <c>P01/P01_01.MP4/0.MP4, 15.MP4, …</c>, with the frame indices of the
/// original evaluation: the rate is that of <c>0.MP4</c>, frame f lies in the chunk that begins at or before it.
/// </summary>
internal sealed class ChunksReader(VideoPaths paths, IVideoDecoder decoder) : IFrameReader
{
    public string Layout => VideoLayouts.Chunks;

    public bool HasVideo(ClipReference clip) => VideoPaths.Exists(() => FindChunks(clip));

    public async Task<ClipFrames> ReadAsync(
        ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        FramePlan.Validate(policy, frameCounts);
        VideoPaths.CheckIds(clip);
        var times = ClipTimes.Of(clip);
        var chunks = FindChunks(clip);
        var info = await new VideoFile(decoder, chunks.Path(0)).ProbeAsync(cancellationToken);
        var rate = info.ConstantFrameRate ?? info.AverageFrameRate;

        // A video may end before the clip does: then its last chunk is the clip's.
        var lastChunk = Math.Min((int)times.Stop / chunks.Seconds * chunks.Seconds, chunks.Last);
        var framesInLastChunk = await CountFramesAsync(new VideoFile(decoder, chunks.Path(lastChunk)), rate, cancellationToken);
        var lastFrame = FrameSampler.NearestFrame(((framesInLastChunk - 1) / rate) + lastChunk, rate);
        var (begin, end) = times.FrameSpan(rate, lastFrame);
        var plan = FramePlan.ForFrames(begin, end, policy, frameCounts);

        var frames = new List<(double Seconds, DecodedFrame Frame)>();
        foreach (var group in plan.Moments.GroupBy(index => ChunkOf(index, rate, chunks.Seconds)))
        {
            var indices = group.Select(index => (int)(index - (group.Key * rate))).ToArray();
            var decoded = await ReadChunkAsync(new VideoFile(decoder, chunks.Path(group.Key)), rate, indices, cancellationToken);
            frames.AddRange(decoded.Select(frame => (group.Key + frame.Seconds, frame)));
        }

        return ClipFramesBuilder.Build(clip, plan, frames);
    }

    private static async Task<IEnumerable<DecodedFrame>> ReadChunkAsync(
        VideoFile file, double rate, int[] indices, CancellationToken cancellationToken)
    {
        var distinct = indices.Distinct().ToArray();
        var info = await file.ProbeAsync(cancellationToken);
        var frames = info.ConstantFrameRate is { } constantRate && Math.Abs(constantRate - rate) < 1e-6 * rate
            ? await file.TryReadByIndexAsync(rate, distinct, cancellationToken)
            : null;
        if (frames is null)
        {
            var frameTimes = await file.ListFrameTimesAsync(cancellationToken);
            if (distinct[^1] >= frameTimes.Count)
            {
                throw new FrameReadException(
                    FrameReadFailure.DecodeError, $"{file.Path}: has {frameTimes.Count} frames, and frame {distinct[^1]} is needed. The file is cut short.");
            }

            frames = await file.ReadByPositionAsync(frameTimes, distinct, cancellationToken);
        }

        return indices.Select(index => frames[Array.BinarySearch(distinct, index)]);
    }

    private static async Task<int> CountFramesAsync(VideoFile file, double rate, CancellationToken cancellationToken)
    {
        var info = await file.ProbeAsync(cancellationToken);
        return info is { ConstantFrameRate: not null, DurationSeconds: { } duration }
            ? (int)Math.Round(duration * rate)
            : (await file.ListFrameTimesAsync(cancellationToken)).Count;
    }

    /// <summary>The start of the chunk with <c>trunc(chunk · rate) ≤ index &lt; trunc((chunk + seconds) · rate)</c>.</summary>
    private static int ChunkOf(int index, double rate, int seconds)
    {
        var chunk = (int)(index / rate) / seconds * seconds;
        return index >= (int)((chunk + seconds) * rate) ? chunk + seconds : chunk;
    }

    /// <exception cref="FrameReadException">There is no folder of chunks.</exception>
    private ChunkFolder FindChunks(ClipReference clip)
    {
        var folder = paths.FindVideo(clip.ParticipantId, clip.VideoId) ?? paths.FindVideo(clip.VideoId);
        var files = new Dictionary<int, string>();
        if (Directory.Exists(folder))
        {
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                if (Path.GetExtension(file) is ".MP4" or ".mp4"
                    && int.TryParse(Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var start))
                {
                    files[start] = file;
                }
            }
        }

        return files.Count > 0
            ? new ChunkFolder(folder!, files)
            : throw paths.Missing(clip, $"{clip.ParticipantId}/{clip.VideoId}.MP4/0.MP4");
    }

    /// <summary>The chunks of one video, by the second they start at.</summary>
    private sealed record ChunkFolder(string Folder, IReadOnlyDictionary<int, string> Files)
    {
        public int Last { get; } = Files.Keys.Max();

        /// <summary>Length of a chunk: what all starts are multiples of (15 as published); a single file is the whole video.</summary>
        public int Seconds { get; } = Files.Keys.Aggregate(0, static (divisor, start) => (int)BigInteger.GreatestCommonDivisor(divisor, start)) is var common and > 0 ? common : 1_000_000;

        /// <exception cref="FrameReadException">The chunk is not there.</exception>
        public string Path(int start) => Files.TryGetValue(start, out var file)
            ? file
            : throw new FrameReadException(
                FrameReadFailure.MissingVideo, string.Create(CultureInfo.InvariantCulture, $"{Folder} has no {start}.MP4, and it has chunks after that."));
    }
}
