using System.Diagnostics;
using System.Globalization;
using LLaVAction.Performance.Compute;
using LLaVAction.Runs;
using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Performance;

/// <summary>
/// Processor time of clips of the median length out of rendered videos of the usual kinds, in turn with plain ffmpeg commands,
/// one a clip, and with PyAV. Processor time, since that is what limits a run that decodes on all its cores.
/// </summary>
internal static class VideoBenchmark
{
    private const double ClipSeconds = 1.96;
    private static readonly FramePolicy Midpoint = new(FramePolicyKind.Midpoint);

    private static readonly Kind[] Kinds =
    [
        new("1920x1080, 59.94 fps, 20 Mbit/s, a key frame a second", "hd1/P01/P01_11.MP4", "size=1920x1080:rate=60000/1001", ["-preset", "ultrafast", "-b:v", "20M", "-g", "60", "-bf", "2"], 20, 8),
        new("1920x1080, 59.94 fps, a key frame every 4.2 s", "hd4/P01/P01_11.MP4", "size=1920x1080:rate=60000/1001", ["-preset", "veryfast", "-crf", "24", "-g", "250", "-bf", "2"], 20, 8),
        new("456x256, 30 fps, chunk of 15 s", "chunks/P01/P01_11.MP4/0.MP4", "size=456x256:rate=30", [], 15, 32),
        new("456x256, 60 fps, folder of JPEG frames", "frames/P01_11/frame_%010d.jpg", "size=456x256:rate=60", ["-q:v", "2"], 15, 32),
    ];

    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--python", "--folder", "--peer-folder", "--frames", "--rounds", "--kind");
        var temporary = options.Text("--folder", null) is null ? Directory.CreateTempSubdirectory("llavaction-benchmark-").FullName : null;
        var folder = options.Text("--folder", temporary)!;
        try
        {
            Console.WriteLine(FormattableString.Invariant($"start of ffmpeg: {Median(9, static () => { RunFfmpeg(["-version"]); return 1; }):0} ms of processor time"));
            foreach (var kind in Kinds.Where(kind => kind.Name.Contains(options.Text("--kind", null) ?? "", StringComparison.Ordinal)))
            {
                kind.Render(folder);
                foreach (var frames in (options.Text("--frames", null) ?? "8,16,32").Split(',').Select(static text => int.Parse(text, CultureInfo.InvariantCulture)))
                {
                    Measure(kind, folder, frames, options.Number("--rounds", 5), options.Text("--python", null), options.Text("--peer-folder", folder)!);
                }
            }
        }
        finally
        {
            if (temporary is not null)
            {
                Directory.Delete(temporary, recursive: true);
            }
        }

        return 0;
    }

    private static void Measure(Kind kind, string folder, int frames, int rounds, string? python, string peerFolder)
    {
        // Starts are spread over the video by the golden ratio.
        double[] starts = [.. Enumerable.Range(0, kind.Clips).Select(i => (kind.Seconds - ClipSeconds) * (i * 0.6180339887 % 1))];
        var processes = Environment.ProcessorCount;
        var reader = VideoLayouts.Open(Path.Combine(folder, kind.File.Split('/')[0]), settings: FfmpegSettings.Of(processes));
        using var peer = PeerProcess.StartScript(
            "pyav_peer.py", python, Path.Combine(peerFolder, kind.PeerPath), ClipSeconds, frames, string.Join(',', starts.Select(static start => start.ToString("R", CultureInfo.InvariantCulture))));
        var (ours, plain, theirs) = (new double[rounds], new double[rounds], new double[rounds]);
        Read(reader, starts[..1], frames, 1);
        for (var round = 0; round < rounds; round++)
        {
            ours[round] = ProcessorMilliseconds(() => Read(reader, starts, frames, processes)) / starts.Length;
            plain[round] = ProcessorMilliseconds(() => Array.ForEach(starts, start => RunFfmpeg(kind.PlainCommand(folder, start, frames)))) / starts.Length;
            theirs[round] = (peer?.Run() ?? 0) * 1000 / starts.Length;
        }

        Console.WriteLine(FormattableString.Invariant(
            $"{kind.Name}; {frames} frames: {Median(ours):0} ms of processor time a clip, {1000 / Median(ours):0.0} clips/s and core; plain ffmpeg {Median(plain):0} ms")
            + (peer is null ? "" : FormattableString.Invariant($", {peer.Description} {Median(theirs):0} ms: {Median(theirs) / Median(ours):0.00} times")));
    }

    private static void Read(IFrameReader reader, double[] starts, int frames, int processes) => Parallel.ForEachAsync(
        starts,
        new ParallelOptions { MaxDegreeOfParallelism = processes * reader.ClipsPerProcess },
        async (start, token) => await reader.ReadAsync(
            new ClipReference("P01_11_0", "P01", "P01_11", start, start + ClipSeconds, 1 + (int)(start * 60), 1 + (int)((start + ClipSeconds) * 60)), Midpoint, [frames], token)).GetAwaiter().GetResult();

    private static double Median(int rounds, Func<int> run) => Median([.. Enumerable.Range(0, rounds).Select(_ => ProcessorMilliseconds(() => run()))]);

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    // Of this process and of the children that it has waited for: fields 14 to 17 of Linux's process status, in ticks of 10 ms.
    private static double ProcessorMilliseconds(Action work)
    {
        var before = Ticks();
        work();
        return (Ticks() - before) * 10;

        static double Ticks()
        {
            var status = File.ReadAllText("/proc/self/stat");
            return status[(status.LastIndexOf(')') + 2)..].Split(' ')[11..15].Sum(static field => double.Parse(field, CultureInfo.InvariantCulture));
        }
    }

    private static void RunFfmpeg(IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        process.StandardOutput.BaseStream.CopyTo(Stream.Null);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException("ffmpeg failed; its message stands above.");
        }
    }

    private sealed record Kind(string Name, string File, string Source, string[] Encoding, double Seconds, int Clips)
    {
        private bool IsImages => File.EndsWith(".jpg", StringComparison.Ordinal);

        public string PeerPath => IsImages ? Path.GetDirectoryName(File)! : File;

        public void Render(string folder)
        {
            var path = Path.Combine(folder, File);
            if (Directory.Exists(Path.GetDirectoryName(path)))
            {
                return;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string[] codec = IsImages ? [] : ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
            RunFfmpeg(["-loglevel", "error", "-f", "lavfi", "-i", FormattableString.Invariant($"testsrc2={Source}:duration={Seconds},noise=alls=10:allf=t"), .. codec, .. Encoding, path]);
        }

        // What one would type: as many frames a second as make the frames of the clip.
        public IEnumerable<string> PlainCommand(string folder, double start, int frames) =>
        [
            "-loglevel", "error", "-threads", "1",
            .. IsImages ? ["-framerate", "60", "-start_number", FormattableString.Invariant($"{1 + (int)(start * 60)}")] : new[] { "-ss", FormattableString.Invariant($"{start}") },
            "-t", FormattableString.Invariant($"{ClipSeconds}"), "-i", Path.Combine(folder, File),
            "-vf", FormattableString.Invariant($"fps={frames / ClipSeconds}"), "-frames:v", FormattableString.Invariant($"{frames}"), "-pix_fmt", "rgb24", "-f", "rawvideo", "-",
        ];
    }
}
