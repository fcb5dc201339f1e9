using LLaVAction.Models.Preprocessing;
using LLaVAction.Models.Recognizers;
using LLaVAction.Testing;
using LLaVAction.Video.Frames;

namespace LLaVAction.Models.Tests.Preprocessing;

/// <summary>Pixels of a recogniser as AVION's transforms make them.</summary>
public sealed class ClipPixelsGoldenTests
{
    private static readonly RecognizerConfiguration Tiny = new()
    {
        ImageSize = 32,
        PatchSize = 8,
        HiddenSize = 48,
        Layers = 2,
        Heads = 3,
        IntermediateSize = 192,
        Frames = 4,
        Classes = 12,
        Mean = [108.3272985, 116.7460125, 104.09373615000001],
        StandardDeviation = [68.5005327, 66.6321579, 70.32316305],
    };

    [SkippableFact]
    public void Whole_frames_are_resized_by_plain_bilinear_and_cut()
    {
        Skip.IfNot(File.Exists(GoldenFolder.PathOf("avion-tiny/golden.safetensors")), "no avion-tiny in the golden folder");
        using var golden = GoldenTensors.Open("avion-tiny/golden.safetensors");

        var pixels = new ClipPixels(Tiny).Of(Clip(85, 48, golden.UInt8("preprocess.frame")), [0]);

        Assert.All(golden.Float32("preprocess.unfused.plain").Zip(pixels), static pair => Assert.Equal(pair.First, pair.Second, 3e-6));
    }

    [Fact]
    public void Three_views_are_the_ends_and_the_centre_of_the_long_side()
    {
        var rgb = Enumerable.Range(0, 32 * 64 * 3).Select(static i => (byte)(i / 3 % 64)).ToArray();
        var whole = new ClipPixels(Tiny with { Mean = [0, 0, 0], StandardDeviation = [1, 1, 1] });

        Assert.Equal([0f, 16, 32], Enumerable.Range(0, 3).Select(view => whole.Of(Clip(64, 32, rgb), [0], view, 3)[0]));
        Assert.Equal(16, whole.Of(Clip(64, 32, rgb), [0])[0]);
    }

    [Fact]
    public void Frames_that_the_decoder_cut_are_only_normalised()
    {
        // Three squares side by side, each of one colour.
        var rgb = Enumerable.Range(0, 32 * 96).SelectMany(static i => new[] { (byte)(i % 96 / 32 * 10), (byte)1, (byte)2 }).ToArray();
        var pixels = new ClipPixels(Tiny with { Mean = [1, 1, 1], StandardDeviation = [2, 2, 2] });

        Assert.Equal([-0.5f, 4.5f, 9.5f], Enumerable.Range(0, 3).Select(view => pixels.Of(Clip(96, 32, rgb), [0], view, 3)[0]));
        Assert.Equal([0f, 0.5f], new[] { 1024, 2048 }.Select(plane => pixels.Of(Clip(96, 32, rgb), [0], 1, 3)[plane]));
    }

    private static ClipFrames Clip(int width, int height, byte[] rgb) => new()
    {
        Width = width,
        Height = height,
        Frames = [rgb],
        Seconds = [0],
        Selections = new Dictionary<int, IReadOnlyList<int>> { [1] = [0] },
    };
}
