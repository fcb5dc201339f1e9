using LLaVAction.Testing.Videos;
using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Tests.Ffmpeg;

/// <summary>What becomes of an ffmpeg that misbehaves.</summary>
public sealed class FfmpegDecoderTests
{
    /// <summary>Starts a child of its own, tells both process ids, and hangs.</summary>
    private const string Hang = "sleep 600 & echo $! > $FOLDER/child\necho $$ > $FOLDER/parent\nwait";

    private static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeWindow[] OneFrame = [new TimeWindow(1, 1.03)];

    [SkippableFact]
    public async Task A_silent_process_is_ended_with_its_children()
    {
        using var tools = new FakeTools(Hang);

        var failure = await Assert.ThrowsAsync<FrameReadException>(
            () => Open(tools.Folder, TimeSpan.FromSeconds(2)).DecodeAsync("/videos/P01_11.MP4", OneFrame, 0, CancellationToken.None));

        Assert.Equal(FrameReadFailure.DecodeError, failure.Failure);
        Assert.Contains("ffmpeg gave nothing for 2 s and was ended", failure.Message, StringComparison.Ordinal);
        Assert.True(await FakeTools.EndsAsync(await tools.ReadWrittenAsync("parent")));
        Assert.True(await FakeTools.EndsAsync(await tools.ReadWrittenAsync("child")));
    }

    [SkippableFact]
    public async Task Cancelling_ends_the_process_with_its_children()
    {
        using var tools = new FakeTools(Hang);
        using var cancel = new CancellationTokenSource();

        var reading = Open(tools.Folder, LongPatience).DecodeAsync("/videos/P01_11.MP4", OneFrame, 0, cancel.Token);
        var child = await tools.ReadWrittenAsync("child");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.True(await FakeTools.EndsAsync(await tools.ReadWrittenAsync("parent")));
        Assert.True(await FakeTools.EndsAsync(child));
    }

    [SkippableTheory]
    [InlineData("printf 'P6\\n2 2\\n255\\nabc'", "ends in the middle of a frame")]
    [InlineData("printf 'P6\\n99999 2\\n255\\n'", "'99999' where a number from 1 to 16384 was expected")]
    [InlineData("printf 'P6\\n2 2\\n65535\\n'", "samples up to 65535, not 255")]
    [InlineData("printf 'P6\\n0 2\\n255\\n'", "'0' where a number")]
    [InlineData("printf 'GIF89a and more'", "not a PPM image")]
    [InlineData("head -c 100000 /dev/zero", "not a PPM image")]
    [InlineData("printf 'P6\\n1 1\\n255\\nabc'", "gave 1 frames and the times of 0")]
    [InlineData("echo 'out of luck' >&2; exit 3", "out of luck")]
    public async Task Output_that_is_not_frames_is_a_decode_error(string script, string said)
    {
        using var tools = new FakeTools(script);

        var failure = await Assert.ThrowsAsync<FrameReadException>(
            () => Open(tools.Folder, LongPatience).DecodeAsync("/videos/P01_11.MP4", OneFrame, 0, CancellationToken.None));

        Assert.Equal(FrameReadFailure.DecodeError, failure.Failure);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Errors_without_end_are_cut()
    {
        using var tools = new FakeTools("yes 'never ending trouble' | head -c 20000000 >&2; echo last words >&2; exit 1");

        var failure = await Assert.ThrowsAsync<FrameReadException>(
            () => Open(tools.Folder, LongPatience).DecodeAsync("/videos/P01_11.MP4", OneFrame, 0, CancellationToken.None));

        Assert.EndsWith("last words", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 20, 15_000);
    }

    [SkippableFact]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        using var tools = new FakeTools("for a in \"$@\"; do echo \"$a\" >> $FOLDER/arguments; done; exit 1");
        const string Path = "/videos/with space; $(touch x) 'and' \"quotes\" \\\" \\.MP4\\";

        await Assert.ThrowsAsync<FrameReadException>(() => Open(tools.Folder, LongPatience).DecodeAsync(Path, OneFrame, 0, CancellationToken.None));

        Assert.Contains("file:" + Path, await tools.ReadWrittenAsync("arguments"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_file_that_hung_once_is_not_waited_for_again()
    {
        using var tools = new FakeTools("echo x >> $FOLDER/starts\n" + Hang);
        var decoder = Open(tools.Folder, TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<FrameReadException>(() => decoder.DecodeAsync("/videos/P01_11.MP4", OneFrame, 0, CancellationToken.None));
        await Assert.ThrowsAsync<FrameReadException>(() => decoder.DecodeAsync("/videos/P01_11.MP4", OneFrame, 0, CancellationToken.None));

        Assert.Equal("x", await tools.ReadWrittenAsync("starts"));
    }

    private static FfmpegDecoder Open(string searchPath, TimeSpan patience) =>
        new(FfmpegTools.Find(searchPath), new FfmpegSettings(patience, Threads: 1, Processes: 1));
}
