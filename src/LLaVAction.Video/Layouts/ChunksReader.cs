using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>
/// Reads clips from videos cut into files of equal length, <c>P01/P01_01.MP4/0.MP4, 15.MP4, …</c>, with the frame indices of the
/// original evaluation: the rate is that of <c>0.MP4</c>, frame f lies in the chunk that begins at or before it.
/// </summary>
internal sealed class ChunksReader(VideoPaths paths, IVideoDecoder decoder) : IFrameReader
{
    private readonly ContentIdentity _identity = new();
    private readonly ConcurrentDictionary<string, ChunkFolder> _folders = new(StringComparer.Ordinal);

    public string Layout => VideoLayouts.Chunks;

    public string Decoding => decoder.Describe(Layout);

    public IReadOnlyList<string> Remarks => decoder.Remarks;

    public int ClipsPerProcess => FfmpegDecoder.ClipsPerProcess;

    public bool HasVideo(ClipReference clip) => paths.TryFind(clip.VideoId) is not null;

    public async Task<ClipFrames> ReadAsync(
        ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        FramePlan.Validate(policy, frameCounts);
        VideoPaths.CheckIds(clip);
        if (clip.IsWholeVideo)
        {
            throw new FrameReadException(FrameReadFailure.DecodeError, $"{clip.NarrationId}: a whole video is read from one file or a folder of frames, not from chunks.");
        }

        var times = ClipTimes.Of(clip, policy);
        var chunks = await OpenAsync(paths.Find(clip, clip.VideoId), cancellationToken);
        var info = await new VideoFile(decoder, chunks.Path(0)).ProbeAsync(cancellationToken);
        chunks.CheckLength(0, info);
        var rate = info.ConstantFrameRate ?? info.AverageFrameRate;

        // A video may end before the clip does: then its last chunk is the clip's.
        var lastChunk = Math.Min((int)times.Stop / chunks.Seconds * chunks.Seconds, chunks.Last);
        var framesInLastChunk = await CountFramesAsync(new VideoFile(decoder, chunks.Path(lastChunk)), rate, cancellationToken);
        var lastFrame = FrameSampler.NearestFrame(((framesInLastChunk - 1) / rate) + lastChunk, rate);
        var (begin, end) = times.FrameSpan(rate, lastFrame);
        var plan = FramePlan.ForFrames(begin, end, policy, frameCounts, rate);

        var frames = await Task.WhenAll(plan.Moments.GroupBy(index => ChunkOf(index, rate, chunks.Seconds)).Select(async group =>
        {
            var indices = group.Select(index => (int)(index - (group.Key * rate))).ToArray();
            var file = new VideoFile(decoder, chunks.Path(group.Key));
            chunks.CheckLength(group.Key, await file.ProbeAsync(cancellationToken));
            var decoded = await ReadChunkAsync(file, rate, indices, cancellationToken);
            return decoded.Select(frame => (group.Key + frame.Seconds, frame));
        }));

        return ClipFramesBuilder.Build(clip, plan, [.. frames.SelectMany(static chunk => chunk)]);
    }

    public async Task<string> IdentifyAsync(
        ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        VideoPaths.CheckIds(clip);
        var chunks = await OpenAsync(paths.Find(clip, clip.VideoId), cancellationToken);
        return _identity.Of(chunks.FilesUpTo(clip.StartSeconds, clip.StopSeconds));
    }

    public async Task<VideoSurvey> SurveyAsync(
        IReadOnlyList<ClipReference> clips, IReadOnlyDictionary<string, Epic.VideoInfo> published, CancellationToken cancellationToken)
    {
        var survey = new VideoSurvey(clips.Count);
        foreach (var video in clips.GroupBy(static clip => clip.VideoId, StringComparer.Ordinal))
        {
            if (paths.TryFind(video.Key) is not { } path)
            {
                survey.AddMissing(video.Key, video.Count());
            }
            else if (published.TryGetValue(video.Key, out var expected))
            {
                await CheckEndAsync(survey, path, expected.DurationSeconds, cancellationToken);
            }
        }

        return survey;
    }

    private async Task CheckEndAsync(VideoSurvey survey, string path, double expected, CancellationToken cancellationToken)
    {
        try
        {
            var chunks = await OpenAsync(path, cancellationToken);
            if (chunks.Last + chunks.Seconds < expected)
            {
                survey.AddWarning(FormattableString.Invariant(
                    $"{path} ends with the chunk at {chunks.Last} s, and EPIC_100_video_info.csv says {expected:0.#} s: clips after its end will be missing (short_video)."));
            }
        }
        catch (FrameReadException failure)
        {
            survey.AddWarning(failure.Message);
        }
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

    // The start of the chunk with 'trunc(chunk · rate) ≤ index < trunc((chunk + seconds) · rate)'.
    private static int ChunkOf(int index, double rate, int seconds)
    {
        var chunk = (int)(index / rate) / seconds * seconds;
        return index >= (int)((chunk + seconds) * rate) ? chunk + seconds : chunk;
    }

    private async Task<ChunkFolder> OpenAsync(string folder, CancellationToken cancellationToken)
    {
        if (!_folders.TryGetValue(folder, out var chunks))
        {
            var found = ChunkFolder.Find(folder);
            chunks = found.WithLengthOf(await decoder.ProbeAsync(found.Path(0), cancellationToken));
            _folders[folder] = chunks;
        }

        return chunks;
    }

    /// <summary>The chunks of one video.</summary>
    /// <param name="Folder">Their folder.</param>
    /// <param name="Files">Files by the second each starts at, or by its place where they are counted.</param>
    /// <param name="IsCounted">Whether they are counted.</param>
    /// <param name="Seconds">Length of every chunk but the last.</param>
    private sealed record ChunkFolder(string Folder, IReadOnlyDictionary<int, string> Files, bool IsCounted, int Seconds)
    {
        // Longer than any video: a single file that starts at 0 is the whole one.
        private const int Whole = 1_000_000;

        public int Last => Files.Keys.Max() * (IsCounted ? Seconds : 1);

        /// <summary>
        /// Finds the files of a folder, named by the second they start at, or counted from 0 or from 1 as ffmpeg's
        /// <c>segment</c> counts.
        /// </summary>
        /// <exception cref="FrameReadException">The names are neither.</exception>
        public static ChunkFolder Find(string folder)
        {
            var files = new SortedDictionary<int, string>();
            foreach (var file in Directory.EnumerateFiles(folder))
            {
                if (int.TryParse(System.IO.Path.GetFileNameWithoutExtension(file), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                    files[number] = file;
                }
            }

            var first = files.Keys.First();
            if (first == 1 || files.ContainsKey(1))
            {
                return new ChunkFolder(folder, files.ToDictionary(file => file.Key - first, static file => file.Value), IsCounted: true, Whole);
            }

            var common = (int)files.Keys.Aggregate(BigInteger.Zero, static (divisor, start) => BigInteger.GreatestCommonDivisor(divisor, start));
            return new ChunkFolder(folder, files, IsCounted: false, common == 0 ? Whole : common);
        }

        // The same chunks, whose length the first one tells where their names leave it open.
        public ChunkFolder WithLengthOf(StreamInfo first)
        {
            var seconds = (int)Math.Round(first.DurationSeconds ?? 0);
            return Files.Count > 1 && seconds > 0 && (IsCounted || Seconds % seconds == 0) ? this with { Seconds = seconds } : this;
        }

        /// <exception cref="FrameReadException">The chunk is not there.</exception>
        public string Path(int start) => Files.TryGetValue(IsCounted ? start / Seconds : start, out var file)
            ? file
            : throw new FrameReadException(
                FrameReadFailure.MissingVideo,
                string.Create(CultureInfo.InvariantCulture, $"{Folder} has no chunk that starts at {start} s ({start}.MP4), and it has others."));

        // The files that a clip's frames depend on: the first, for its rate, those it touches, and the last one of the video.
        public IEnumerable<string> FilesUpTo(double startSeconds, double stopSeconds) => Files
            .Select(file => (Start: file.Key * (IsCounted ? Seconds : 1), Path: file.Value))
            .Where(file => file.Start == 0 || file.Start == Last || (file.Start <= stopSeconds + 1 && file.Start + (long)Seconds >= startSeconds - 1))
            .OrderBy(static file => file.Start)
            .Select(static file => file.Path);

        /// <summary>Checks the length of a chunk that others follow: one of another length would shift all after it.</summary>
        /// <exception cref="FrameReadException">It does not last as long as the others.</exception>
        public void CheckLength(int start, StreamInfo info)
        {
            const double Tolerance = 0.5;
            if (start < Last && info.DurationSeconds is { } seconds && Math.Abs(seconds - Seconds) > Tolerance)
            {
                throw new FrameReadException(
                    FrameReadFailure.DecodeError,
                    FormattableString.Invariant($"{Path(start)}: lasts {seconds:0.##} s; every chunk but the last must last {Seconds} s. Cut the video again, or give the whole one."));
            }
        }
    }
}
