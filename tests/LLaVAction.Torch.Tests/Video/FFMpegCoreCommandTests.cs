using LLaVAction.Testing.Videos;
using LLaVAction.Torch.Video;
using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Torch.Tests.Video;

public sealed class FFMpegCoreFrameReaderTests(RenderedVideos videos) : FrameReaderConformance(videos)
{
    protected override IFrameReader Open(string folder, string layout = "auto") => FfmpegDecoder.Open(folder, layout, FFMpegCoreCommand.Compose);
}

public sealed class FFMpegCoreUnusualVideoTests(RenderedVideos videos) : UnusualVideoConformance(videos)
{
    protected override IFrameReader Open(string folder, string layout = "auto") => FfmpegDecoder.Open(folder, layout, FFMpegCoreCommand.Compose);
}

public sealed class FFMpegCoreCommandTests : VideoDecoderConformance
{
    protected override IVideoDecoder Open(string searchPath, TimeSpan patience) =>
        new FfmpegDecoder(FfmpegTools.Find(searchPath), new FfmpegSettings(patience, Threads: 1), FFMpegCoreCommand.Compose);
}
