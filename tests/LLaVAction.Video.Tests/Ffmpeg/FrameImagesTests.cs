using LLaVAction.Testing.Videos;
using LLaVAction.Video.Ffmpeg;

namespace LLaVAction.Video.Tests.Ffmpeg;

public sealed class FrameImagesTests
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Frames_become_image_files_that_show_them(bool isPng)
    {
        VideoRenderer.SkipWhereAbsent();
        const int Width = 65;
        const int Height = 47;
        byte[] rgb = [.. FrameCode.Render(0x5A3C, Width, Height).SelectMany(static grey => new[] { grey, grey, grey })];
        var images = new FrameImages();

        var file = isPng
            ? await images.ToPngAsync(rgb, Width, Height, CancellationToken.None)
            : await images.ToJpegAsync(rgb, Width, Height, CancellationToken.None);

        using var folder = new Testing.TemporaryFolder();
        await File.WriteAllBytesAsync(folder["image"], file);
        var decoder = new FfmpegDecoder(FfmpegTools.Find(Environment.GetEnvironmentVariable("PATH")), FfmpegSettings.Default);
        var shown = (await decoder.DecodeImagesAsync([folder["image"]], CancellationToken.None))[0];
        Assert.Equal((Width, Height), (shown.Width, shown.Height));
        Assert.Equal(0x5A3C, FrameCode.Read(shown.Rgb, Width, Height));
        Assert.True(!isPng || shown.Rgb.AsSpan().SequenceEqual(rgb));
    }
}
