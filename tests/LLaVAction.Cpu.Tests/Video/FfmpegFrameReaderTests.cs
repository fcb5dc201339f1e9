using LLaVAction.Cpu.Video;
using LLaVAction.Testing.Videos;
using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Cpu.Tests.Video;

public sealed class FfmpegFrameReaderTests(RenderedVideos videos) : FrameReaderConformance(videos)
{
    protected override IFrameReader Open(string folder, string layout = "auto") => Readers.Open(folder, layout);
}

public sealed class FfmpegUnusualVideoTests(RenderedVideos videos) : UnusualVideoConformance(videos)
{
    protected override IFrameReader Open(string folder, string layout = "auto") => Readers.Open(folder, layout);
}

public sealed class FfmpegDecoderTests : VideoDecoderConformance
{
    protected override IVideoDecoder Open(string searchPath, TimeSpan patience) =>
        new FfmpegDecoder(FfmpegTools.Find(searchPath), new FfmpegSettings(patience, Threads: 1), FfmpegCommand.Compose);
}

internal static class Readers
{
    public static IFrameReader Open(string folder, string layout) =>
        FfmpegDecoder.Open(folder, layout, FfmpegCommand.Compose);
}
