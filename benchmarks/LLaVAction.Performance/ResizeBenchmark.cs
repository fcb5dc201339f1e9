using System.Diagnostics;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Performance.Compute;

namespace LLaVAction.Performance;

/// <summary>
/// Preprocesses frames of the usual sizes to 384 × 384 on one thread, in turn with Pillow's resize alone and with Pillow and
/// NumPy doing all of it.
/// </summary>
internal static class ResizeBenchmark
{
    private const int Size = 384;
    private const int Rounds = 31;

    public static int Run(string[] arguments)
    {
        var python = new Options(arguments, "--python").Text("--python", null);
        var preprocessor = new ImagePreprocessor(Size);
        foreach ((var width, var height) in new[] { (1920, 1080), (456, 256) })
        {
            using var resize = PeerProcess.StartScript("pillow_peer.py", python, width, height, Size, "resize");
            using var preprocess = PeerProcess.StartScript("pillow_peer.py", python, width, height, Size, "preprocess");
            var frame = RandomFrame(width, height);
            var values = new float[preprocessor.ValuesPerFrame];
            void Preprocess() => preprocessor.ToPixelValues(frame, width, height, values);
            for (var warmUp = Stopwatch.StartNew(); warmUp.ElapsedMilliseconds < 1500;)
            {
                Preprocess();
            }

            var ours = new double[Rounds];
            var resizes = new double[Rounds];
            var preprocesses = new double[Rounds];
            for (var round = 0; round < Rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                Preprocess();
                ours[round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                resizes[round] = resize?.Run() ?? 0;
                preprocesses[round] = preprocess?.Run() ?? 0;
            }

            Console.WriteLine(FormattableString.Invariant($"{width}x{height} to {Size}x{Size}, resize and normalise: {Median(ours):0.00} ms"));
            if (resize is not null)
            {
                Console.WriteLine(FormattableString.Invariant(
                    $"  {resize.Description}: resize alone {Median(resizes):0.00} ms, resize and normalise {Median(preprocesses):0.00} ms"));
            }
        }

        return 0;
    }

    private static double Median(double[] seconds) => seconds.Order().ElementAt(seconds.Length / 2) * 1000;

    private static byte[] RandomFrame(int width, int height)
    {
        var random = new KeyedRandom(1, FormattableString.Invariant($"{width}x{height}"), "frame");
        var frame = new byte[width * height * 3];
        for (var i = 0; i < frame.Length; i++)
        {
            frame[i] = (byte)random.NextInt32(256);
        }

        return frame;
    }
}
