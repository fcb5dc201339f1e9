using System.Diagnostics;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Performance;

/// <summary>
/// Reads clips of the median length for 8 and 16 frames from rendered videos of the usual kinds, one and two clips at a time.
/// </summary>
internal static class VideoBenchmark
{
    private const double ClipSeconds = 1.96;
    private static readonly FramePolicy Midpoint = new(FramePolicyKind.Midpoint);

    private static readonly (string Name, string File, string Source, string[] Encoding, double Seconds, int Clips)[] Videos =
    [
        ("1920x1080, 59.94 fps, 20 Mbit/s, a key frame a second", "P01_11.MP4", "size=1920x1080:rate=60000/1001", ["-preset", "ultrafast", "-b:v", "20M", "-g", "60", "-bf", "2"], 30, 20),
        ("1920x1080, 59.94 fps, a key frame every 4.2 s", "P01_11.MP4", "size=1920x1080:rate=60000/1001", ["-preset", "veryfast", "-crf", "24", "-g", "250", "-bf", "2"], 20, 16),
        ("456x256, 30 fps, chunk of 15 s", "P01_11.MP4/0.MP4", "size=456x256:rate=30", [], 15, 40),
    ];

    public static int Run(string[] arguments)
    {
        _ = arguments;
        foreach (var (name, file, source, encoding, seconds, clips) in Videos)
        {
            var folder = Directory.CreateTempSubdirectory("llavaction-benchmark-").FullName;
            try
            {
                var path = Path.Combine(folder, "P01", file);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                Render(path, source, encoding, seconds);
                foreach (var atOnce in new[] { 1, 2 })
                {
                    Measure(name, VideoLayouts.Open(folder), seconds, clips, atOnce).GetAwaiter().GetResult();
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return 0;
    }

    private static async Task Measure(string name, IFrameReader reader, double seconds, int clips, int atOnce)
    {
        await ReadAsync(reader, 1);
        var times = new double[clips];
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, clips, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, _) =>
        {
            var clipStart = Stopwatch.GetTimestamp();

            // Starts are spread over the video by the golden ratio.
            await ReadAsync(reader, (seconds - ClipSeconds) * (i * 0.6180339887 % 1));
            times[i] = Stopwatch.GetElapsedTime(clipStart).TotalMilliseconds;
        });
        var rate = clips / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(FormattableString.Invariant($"{name}; {atOnce} at a time: {rate:0.0} clips/s, median {times.Order().ElementAt(clips / 2):0} ms"));
    }

    private static Task<ClipFrames> ReadAsync(IFrameReader reader, double start) => reader.ReadAsync(
        new ClipReference("P01_11_0", "P01", "P01_11", start, start + ClipSeconds, 1, 2), Midpoint, [8, 16], CancellationToken.None);

    private static void Render(string path, string source, string[] encoding, double seconds)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg",
        [
            "-loglevel", "error", "-f", "lavfi", "-i", FormattableString.Invariant($"testsrc2={source}:duration={seconds},noise=alls=10:allf=t"),
            "-c:v", "libx264", "-pix_fmt", "yuv420p", .. encoding, path,
        ])
        { UseShellExecute = false })!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException("ffmpeg could not render the video.");
        }
    }
}
