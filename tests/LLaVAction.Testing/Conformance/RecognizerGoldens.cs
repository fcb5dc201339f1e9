using LLaVAction.Models.Engines;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Models.Recognizers;
using LLaVAction.Video.Frames;

namespace LLaVAction.Testing.Conformance;

/// <summary>
/// An engine's recogniser against what AVION's own code computed (<c>avion-tiny</c>): every stage, logits, averages of
/// views, and frame counts that the time embedding is stretched to.
/// </summary>
public abstract class RecognizerGoldens : IDisposable
{
    private const string Folder = "avion-tiny";
    private readonly TemporaryFolder _folder = new();
    private readonly GoldenTensors _golden;
    private readonly IActionRecognizer _recognizer;

    /// <summary>Converts the golden's torch checkpoint and loads it.</summary>
    protected RecognizerGoldens(Func<string, IActionRecognizer> load)
    {
        Skip.IfNot(File.Exists(GoldenFolder.PathOf($"{Folder}/checkpoint.pt")), "no avion-tiny in the golden folder");
        _golden = GoldenTensors.Open($"{Folder}/golden.safetensors");
        _recognizer = load(Convert(_folder));
    }

    /// <summary>A recogniser's folder made from the golden's checkpoint.</summary>
    public static string Convert(TemporaryFolder folder, bool isBFloat16 = false)
    {
        var output = folder["recogniser"];
        RecognizerConversion.Run(Request(output) with { IsBFloat16 = isBFloat16 });
        return output;
    }

    /// <summary>The conversion of the golden's checkpoint.</summary>
    public static RecognizerConversionRequest Request(string output) => new()
    {
        File = GoldenFolder.PathOf($"{Folder}/checkpoint.pt"),
        Annotations = [GoldenFolder.PathOf($"{Folder}/EPIC_100_train.csv"), GoldenFolder.PathOf($"{Folder}/EPIC_100_validation.csv")],
        Output = output,
        Heads = 3,
    };

    [SkippableFact]
    public void Every_stage_is_AVIONs()
    {
        var frames = _golden.UInt8("frames");
        for (var clip = 0; clip < 2; clip++)
        {
            var pixels = Pixels(frames, clip, 4);
            AssertClose(InFrameOrder(_golden.Float32("pixels"), clip, 4), pixels, 0, "pixels");
            var stages = _recognizer.Trace(pixels, 4);
            foreach (var name in new[] { "embeddings", "ln_pre", "block_0", "block_1", "ln_post" })
            {
                AssertClose(Part(name, clip), stages[name].Values, 2e-5, name);
            }

            for (var block = 0; block < 2; block++)
            {
                var before = stages[block == 0 ? "ln_pre" : $"block_{block - 1}"].Values;
                var attended = stages[$"block_{block}.attended"].Values;
                AssertClose(Part($"block_{block}.attention", clip), Difference(attended, before), 2e-5, $"block_{block}.attention");
                AssertClose(Part($"block_{block}.mlp", clip), Difference(stages[$"block_{block}"].Values, attended), 2e-5, $"block_{block}.mlp");
            }

            AssertClose(Part("logits", clip), stages["logits"].Values, 1e-5, "logits");
        }
    }

    [SkippableFact]
    public void Logits_do_not_depend_on_the_call()
    {
        var frames = _golden.UInt8("frames");
        var clips = new[] { Pixels(frames, 0, 4), Pixels(frames, 1, 4), Pixels(frames, 0, 4) };
        var together = _recognizer.Score(clips, 4, CancellationToken.None);
        for (var clip = 0; clip < clips.Length; clip++)
        {
            AssertClose(Part("logits", clip % 2), together[clip].Logits, 1e-5, "logits");
            AssertClose(Part("ln_post", clip % 2), together[clip].Features, 2e-5, "features");
        }
    }

    [SkippableFact]
    public void Other_frame_counts_stretch_the_time_embedding()
    {
        var scores = _recognizer.Score([Pixels(_golden.UInt8("six.frames"), 0, 6)], 6, CancellationToken.None);

        AssertClose(Part("six.logits", 0), scores[0].Logits, 1e-5, "six.logits");
    }

    [SkippableFact]
    public void Averages_over_views_are_those_of_the_evaluation()
    {
        var frames = _golden.UInt8("views.frames");
        for (var clip = 0; clip < 12; clip++)
        {
            var views = _recognizer.Score([Pixels(frames, 2 * clip, 4), Pixels(frames, (2 * clip) + 1, 4)], 4, CancellationToken.None);
            var average = ViewAverage.Of([.. views.Select(static view => view.Logits)]);

            AssertClose(Part("views.logits", clip), average.Logits, 1e-5, "views.logits");
            AssertClose(Part("views.probs", clip), average.Probabilities, 1e-6, "views.probs");
        }
    }

    [SkippableFact]
    public void What_it_asks_of_memory_is_never_a_square_of_the_sequence()
    {
        // 200 frames are 3,201 tokens: a square of them in float32 for three heads would be 123 MB.
        const int frames = 200;
        var before = Environment.WorkingSet;
        _recognizer.Score([new float[frames * 3 * 32 * 32]], frames, CancellationToken.None);

        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 60L << 20);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _recognizer?.Dispose();
        _golden?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>How far values are from a golden tensor at most, and that they are as many.</summary>
    protected static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)expected[i] - actual[i]));
        }

        Assert.True(largest <= tolerance, FormattableString.Invariant($"{what}: {largest:G3} from the golden, at most {tolerance:G3} allowed"));
    }

    private float[] Part(string name, int clip)
    {
        var values = _golden.Float32(name);
        var length = values.Length / _golden.Shape(name)[0];
        return values[(clip * length)..((clip + 1) * length)];
    }

    private float[] Pixels(byte[] frames, int clip, int count)
    {
        const int bytes = 32 * 32 * 3;
        var shown = Enumerable.Range(clip * count, count).Select(frame => (ReadOnlyMemory<byte>)frames.AsMemory(frame * bytes, bytes)).ToArray();
        int[] all = [.. Enumerable.Range(0, count)];
        var read = new ClipFrames
        {
            Width = 32,
            Height = 32,
            Frames = shown,
            Seconds = [.. all.Select(static frame => (double)frame)],
            Selections = new Dictionary<int, IReadOnlyList<int>> { [count] = all },
        };
        return new ClipPixels(_recognizer.Configuration).Of(read, all);
    }

    /// <summary>[clips, 3, frames, 32, 32] of one clip as [frames, 3, 32, 32].</summary>
    private static float[] InFrameOrder(float[] pixels, int clip, int frames)
    {
        const int plane = 32 * 32;
        var ordered = new float[frames * 3 * plane];
        for (var frame = 0; frame < frames; frame++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                pixels.AsSpan(((((clip * 3) + channel) * frames) + frame) * plane, plane).CopyTo(ordered.AsSpan(((frame * 3) + channel) * plane));
            }
        }

        return ordered;
    }

    private static float[] Difference(float[] left, float[] right) => [.. left.Zip(right, static (a, b) => a - b)];
}
