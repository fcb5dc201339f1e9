using System.Diagnostics;
using LLaVAction.Testing;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Tests.Frames;

/// <summary>Squares as the fused decoder cuts and resizes them, by the ffmpeg at hand.</summary>
public sealed class SquareViewsGoldenTests
{
    private const int Width = 84;
    private const int Height = 48;

    /// <summary>swscale differs a little between versions.</summary>
    private const int LargestDifference = 3;

    [SkippableTheory]
    [InlineData("yuv420p")]
    [InlineData("rgb24")]
    public async Task The_centre_is_the_fused_decoders(string pixelFormat)
    {
        using var golden = Golden();
        var expected = golden.UInt8($"preprocess.fused.{pixelFormat}");

        var actual = await FilterAsync(Frame(golden), $"format={pixelFormat},{new SquareViews(32).Filters}");

        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), static pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, LargestDifference));
    }

    [SkippableFact]
    public async Task Three_squares_stand_side_by_side_with_the_centre_in_the_middle()
    {
        using var golden = Golden();

        var one = await FilterAsync(Frame(golden), "format=yuv420p," + new SquareViews(32).Filters);
        var three = await FilterAsync(Frame(golden), "format=yuv420p," + new SquareViews(32, 3).Filters);

        Assert.Equal(3 * one.Length, three.Length);
        Assert.Equal(one, Enumerable.Range(0, 32).SelectMany(row => three.Skip(((row * 96) + 32) * 3).Take(96)));
    }

    private static GoldenTensors Golden()
    {
        Skip.IfNot(File.Exists(GoldenFolder.PathOf("avion-tiny/golden.safetensors")), "no avion-tiny in the golden folder");
        Skip.IfNot((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static folder => File.Exists(Path.Combine(folder, "ffmpeg"))), "ffmpeg is not on the path");
        return GoldenTensors.Open("avion-tiny/golden.safetensors");
    }

    /// <summary>The left 84 of the golden frame's 85 columns.</summary>
    private static byte[] Frame(GoldenTensors golden) =>
        [.. golden.UInt8("preprocess.frame").Chunk(85 * 3).SelectMany(static row => row.Take(Width * 3))];

    private static async Task<byte[]> FilterAsync(byte[] frame, string filters)
    {
        var start = new ProcessStartInfo("ffmpeg") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{Width}x{Height}", "-i", "pipe:0", "-vf", filters, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"])
        {
            start.ArgumentList.Add(argument);
        }

        using (var process = Process.Start(start)!)
        {
            await process.StandardInput.BaseStream.WriteAsync(frame);
            process.StandardInput.Close();
            using var result = new MemoryStream();
            await process.StandardOutput.BaseStream.CopyToAsync(result);
            await process.WaitForExitAsync();
            return result.ToArray();
        }
    }
}
