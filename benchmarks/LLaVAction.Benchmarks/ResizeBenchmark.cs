using System.Diagnostics;
using LLaVAction.Models.Imaging;
using LLaVAction.Randomness;

namespace LLaVAction.Benchmarks;

/// <summary>
/// Preprocesses frames of the usual sizes to 384 × 384 on one thread. Given the name of a Python that has Pillow and NumPy, runs
/// <c>pillow_peer.py</c> beside it.
/// </summary>
internal static class ResizeBenchmark
{
    private const int Size = 384;
    private const int Rounds = 60;

    public static int Run(string[] arguments)
    {
        var preprocessor = new ImagePreprocessor(Size);
        var values = new float[preprocessor.ValuesPerFrame];
        foreach (var (width, height) in new[] { (1920, 1080), (456, 256) })
        {
            var random = new KeyedRandom(1, FormattableString.Invariant($"{width}x{height}"), "frame");
            var frame = new byte[width * height * 3];
            for (var i = 0; i < frame.Length; i++)
            {
                frame[i] = (byte)random.NextInt32(256);
            }

            var median = MedianMilliseconds(() => preprocessor.ToPixelValues(frame, width, height, values));
            Console.WriteLine(FormattableString.Invariant($"LLaVAction {width}x{height} to {Size}x{Size}, resize and normalise: {median:0.00} ms"));
        }

        return arguments.Length == 0 ? 0 : RunPeer(arguments[0]);
    }

    private static double MedianMilliseconds(Action action)
    {
        for (var warmUp = Stopwatch.StartNew(); warmUp.ElapsedMilliseconds < 1500;)
        {
            action();
        }

        var times = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            action();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        return times.Order().ElementAt(Rounds / 2);
    }

    private static int RunPeer(string python)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "pillow_peer.py");
        using var process = Process.Start(new ProcessStartInfo(python, [script]) { UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
