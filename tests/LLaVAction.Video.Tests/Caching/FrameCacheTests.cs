using LLaVAction.Runs;
using LLaVAction.Testing;
using LLaVAction.Video.Caching;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Resizing;

namespace LLaVAction.Video.Tests.Caching;

public sealed class FrameCacheTests : IDisposable
{
    private const int Side = 12;
    private static readonly FramePolicy Midpoint = new(FramePolicyKind.Midpoint);
    private static readonly ClipReference Clip = new("P01_11_0", "P01", "P01_11", 1, 3, 60, 180);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_reading_decodes_nothing_and_gives_the_same_frames()
    {
        var source = new CountingReader();
        var direct = await source.ReadAsync(Clip, Midpoint, [4, 6], CancellationToken.None);

        var first = await Open(source).ReadAsync(Clip, Midpoint, [4, 6], CancellationToken.None);
        var second = await Open(source).ReadAsync(Clip, Midpoint, [4, 6], CancellationToken.None);

        Assert.Equal(2, source.Readings);
        foreach (var frames in new[] { first, second })
        {
            Assert.Equal(direct.Seconds, frames.Seconds);
            Assert.Equal(direct.Selections[4], frames.Selections[4]);
            Assert.Equal(direct.Selections[6], frames.Selections[6]);
            Assert.Equal((Side, Side), (frames.Width, frames.Height));
            for (var i = 0; i < direct.Frames.Count; i++)
            {
                Assert.Equal(ModelPixels(direct, i), ModelPixels(frames, i));
            }
        }
    }

    [Fact]
    public async Task Frame_counts_are_shared_by_runs_that_ask_for_others_as_well()
    {
        var source = new CountingReader();
        await Open(source).ReadAsync(Clip, Midpoint, [4], CancellationToken.None);

        await Open(source).ReadAsync(Clip, Midpoint, [4, 6], CancellationToken.None);

        Assert.Equal([4, 6], source.Counts);
    }

    [Fact]
    public async Task Whatever_changes_the_frames_changes_the_entry()
    {
        var source = new CountingReader();
        var reader = Open(source);
        await reader.ReadAsync(Clip, Midpoint, [4], CancellationToken.None);

        await reader.ReadAsync(Clip with { StopSeconds = 3.01 }, Midpoint, [4], CancellationToken.None);
        await reader.ReadAsync(Clip, new FramePolicy(FramePolicyKind.Stride, 8), [4], CancellationToken.None);
        await Open(source, size: Side + 1).ReadAsync(Clip, Midpoint, [4], CancellationToken.None);
        await Open(source, size: null).ReadAsync(Clip, Midpoint, [4], CancellationToken.None);
        source.Content = "another video of the same name";
        await reader.ReadAsync(Clip, Midpoint, [4], CancellationToken.None);

        Assert.Equal(6, source.Readings);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(-1)]
    public async Task A_damaged_entry_is_made_again(int place)
    {
        var source = new CountingReader();
        await Open(source).ReadAsync(Clip, Midpoint, [4], CancellationToken.None);
        var entry = Entries().Single();
        var bytes = File.ReadAllBytes(entry);
        bytes[place < 0 ? bytes.Length + place : place] ^= 1;
        File.WriteAllBytes(entry, bytes);
        var cache = new FrameCache(_folder.FullName, null);

        await new CachedFrameReader(source, cache, Side).ReadAsync(Clip, Midpoint, [4], CancellationToken.None);
        File.WriteAllBytes(entry, bytes[..(bytes.Length / 2)]);
        await new CachedFrameReader(source, cache, Side).ReadAsync(Clip, Midpoint, [4], CancellationToken.None);
        await new CachedFrameReader(source, cache, Side).ReadAsync(Clip, Midpoint, [4], CancellationToken.None);

        Assert.Equal((3, 2, 1), (source.Readings, cache.Damaged, cache.Hits));
    }

    [Fact]
    public async Task A_full_cache_says_so_and_costs_no_frames()
    {
        var source = new CountingReader();
        var cache = new FrameCache(_folder.FullName, 4000);
        var reader = new CachedFrameReader(source, cache, Side);

        await reader.ReadAsync(Clip, Midpoint, [4], CancellationToken.None);
        var frames = await reader.ReadAsync(Clip, Midpoint, [6], CancellationToken.None);

        Assert.Equal(6, frames.Selections[6].Count);
        Assert.Single(Entries());
        Assert.Contains("is full", cache.Trouble, StringComparison.Ordinal);
        Assert.InRange(cache.Bytes, 1, 4000);
    }

    [Fact]
    public async Task Many_writers_leave_every_entry_once_and_whole()
    {
        var clips = Enumerable.Range(0, 20).Select(static i => Clip with { NarrationId = "P01_11_" + i, StartSeconds = 1 + (i / 100.0) }).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var reader = Open(new CountingReader());
            foreach (var clip in clips)
            {
                await reader.ReadAsync(clip, Midpoint, [4], CancellationToken.None);
            }
        })));

        Assert.Equal(20, Entries().Length);
        var source = new CountingReader();
        var last = Open(source);
        foreach (var clip in clips)
        {
            await last.ReadAsync(clip, Midpoint, [4], CancellationToken.None);
        }

        Assert.Equal(0, source.Readings);
        Assert.Empty(Directory.EnumerateFiles(_folder.FullName, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_killed_processes_left_is_removed_when_it_is_old()
    {
        var old = _folder.Write("ab/old.frames.1-2.tmp", "x");
        var young = _folder.Write("ab/young.frames.1-2.tmp", "x");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));

        _ = new FrameCache(_folder.FullName, null);

        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void A_folder_that_cannot_be_one_is_an_input_error()
    {
        var file = _folder.Write("file", "x");

        Assert.Contains("--frame-cache", Assert.Throws<InputException>(() => new FrameCache(file, null)).Message, StringComparison.Ordinal);
    }

    private CachedFrameReader Open(CountingReader source, int? size = Side) => new(source, new FrameCache(_folder.FullName, null), size);

    private string[] Entries() => Directory.GetFiles(_folder.FullName, "*.frames", SearchOption.AllDirectories);

    /// <summary>What a model's own resize makes of a frame.</summary>
    private static byte[] ModelPixels(ClipFrames frames, int index)
    {
        var pixels = new byte[Side * Side * 4];
        BicubicResize.ResizeToFourChannels(frames.Frames[index].Span, frames.Width, frames.Height, pixels, Side, Side);
        return [.. pixels.Where(static (_, i) => i % 4 != 3)];
    }

    /// <summary>Frames of noise that depend on their times alone; counts what was read.</summary>
    private sealed class CountingReader : IFrameReader
    {
        private const int Width = 31;
        private const int Height = 17;

        public string Layout => "epic";

        public string Content { get; set; } = "content";

        public int Readings { get; private set; }

        public List<int> Counts { get; } = [];

        public Task<string> IdentifyAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken) =>
            Task.FromResult(Content);

        public Task<ClipFrames> ReadAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
        {
            Readings++;
            Counts.AddRange(frameCounts);
            var plan = FramePlan.ForFrames((int)(clip.StartSeconds * 10), (int)(clip.StopSeconds * 10), policy, frameCounts);
            return Task.FromResult(new ClipFrames
            {
                Width = Width,
                Height = Height,
                Frames = [.. plan.Moments.Select(static moment =>
                {
                    var random = new KeyedRandom(7, moment.ToString(System.Globalization.CultureInfo.InvariantCulture), "noise");
                    return new ReadOnlyMemory<byte>([.. Enumerable.Range(0, Width * Height * 3).Select(_ => (byte)random.NextInt32(256))]);
                })],
                Seconds = [.. plan.Moments.Select(static moment => moment / 10.0)],
                Selections = plan.Selections,
            });
        }
    }
}
