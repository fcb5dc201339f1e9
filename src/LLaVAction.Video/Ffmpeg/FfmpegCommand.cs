using System.Globalization;
using System.Text;
using CliWrap;
using FFMpegCore;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Composes commands with FFMpegCore, for <see cref="ToolProcess"/> to run: FFMpegCore's own runner closes its pipe when the
/// process ends, read to its end or not, ends no children, and waits for a silent process without limit.
/// </summary>
internal static class FfmpegCommand
{
    private const string StandardInput = "pipe:0";
    private const string StandardOutput = "pipe:1";

    // Decoding starts this much before the first frame wanted, against rounding of times.
    private const double SeekMarginSeconds = 0.1;

    // Containers of single videos only, no play lists and no scripts, and nothing but files and pipes: a file from outside can
    // name neither other files nor addresses.
    private static readonly string[] SafeInput =
        ["-protocol_whitelist", "file,pipe", "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg"];

    private static readonly string[] Global = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-xerror"];

    /// <summary>
    /// The frames of videos that lie in windows: sought, let through, timed, and ended after the last window; those of one
    /// request after those of the one before, every frame in its own size, as a PPM image of 8-bit RGB.
    /// </summary>
    /// <param name="tools">The programs.</param>
    /// <param name="settings">How ffmpeg is run.</param>
    /// <param name="requests">What is wanted; pictures of one kind.</param>
    public static async Task<Command> OfVideosAsync(FfmpegTools tools, FfmpegSettings settings, IReadOnlyList<FrameRequest> requests)
    {
        var passthrough = await tools.PassthroughOptionAsync();
        var inputs = FFMpegArguments.FromFileInput(NameOf(0), verifyExists: false, options => Add(options.WithThreads(settings.Threads).WithCustomArgument, Input(0)));
        for (var i = 1; i < requests.Count; i++)
        {
            var place = i;
            inputs.AddFileInput(NameOf(place), verifyExists: false, options => Add(options.WithThreads(settings.Threads).WithCustomArgument, Input(place)));
        }

        string[] filters = requests.Count == 1 ? ["-map", "0:V:0", "-vf", ChainOf(0) + (settings.Squares is { } squares ? "," + squares.Filters : "")] : ["-filter_complex", Joined(), "-map", "[out]"];
        return Compose(tools.Ffmpeg, inputs.OutputToUrl(StandardOutput, options => Add(
            options.WithCustomArgument, [.. filters, "-frames:v", Text(requests.Sum(static request => request.Windows.Count)), .. Ppm(passthrough)])));

        string NameOf(int place) => Escape(Name(requests[place].Path));

        string ChainOf(int place) => FilterChain(requests[place].Windows, requests[place].Video.StartSeconds, place);

        // A graph of several inputs takes another filter for its own conversions than a simple one; this is the simple one's.
        string Joined() => string.Concat(requests.Select((_, i) => FormattableString.Invariant($"[{i}:V:0]{ChainOf(i)}[clip{i}];")))
            + string.Concat(requests.Select((_, i) => FormattableString.Invariant($"[clip{i}]")))
            + FormattableString.Invariant($"concat=n={requests.Count}:v=1,{settings.Squares?.Filters ?? "scale=flags=bicubic"}[out]");

        string[] Input(int place)
        {
            var (video, windows) = (requests[place].Video, requests[place].Windows);
            var seek = video.StartSeconds + windows[0].From - SeekMarginSeconds - video.ContainerStartSeconds - requests[place].LeadSeconds;
            return
            [
                .. place == 0 ? [.. Global, "-copyts"] : Array.Empty<string>(),
                .. settings.HardwareAcceleration is "none" ? Array.Empty<string>() : ["-hwaccel", settings.HardwareAcceleration],
                .. SafeInput,
                .. seek > 0 ? ["-ss", Text(seek)] : Array.Empty<string>(),
            ];
        }
    }

    /// <summary>Images of one codec one after the other, from the standard input, each as a PPM image of 8-bit RGB.</summary>
    /// <param name="tools">The programs.</param>
    /// <param name="settings">How ffmpeg is run.</param>
    /// <param name="codec"><c>mjpeg</c> or <c>png</c>.</param>
    /// <param name="images">Writes the images.</param>
    public static async Task<Command> OfImagesAsync(
        FfmpegTools tools, FfmpegSettings settings, string codec, Func<Stream, CancellationToken, Task> images)
    {
        var passthrough = await tools.PassthroughOptionAsync();
        return Compose(
            tools.Ffmpeg,
            FFMpegArguments
                .FromFileInput(StandardInput, verifyExists: false, options => Add(
                    options.WithThreads(settings.Threads).WithCustomArgument,
                    [.. Global, "-protocol_whitelist", "pipe", "-f", "image2pipe", "-err_detect", "explode", "-c:v", codec]))
                .OutputToUrl(StandardOutput, options => Add(
                    options.WithCustomArgument, [.. settings.Squares is { } squares ? ["-vf", squares.Filters] : Array.Empty<string>(), .. Ppm(passthrough)]))).WithStandardInputPipe(PipeSource.Create(images));
    }

    /// <summary>Asks <c>ffprobe</c> about a file's first stream of moving pictures.</summary>
    /// <param name="tools">The programs.</param>
    /// <param name="path">The file.</param>
    /// <param name="entries">What is shown, as <c>-show_entries</c> takes it.</param>
    /// <param name="format">How, as <c>-of</c> takes it.</param>
    public static Command OfProbe(FfmpegTools tools, string path, string entries, string format) => Cli.Wrap(tools.Ffprobe).WithArguments(
        ["-hide_banner", "-loglevel", "error", .. SafeInput, "-select_streams", "V:0", "-show_entries", entries, "-of", format, Name(path)]);

    private static string Name(string path) => "file:" + path;

    private static string[] Ppm(string passthroughOption) =>
        [passthroughOption, "passthrough", "-pix_fmt", "rgb24", "-c:v", "ppm", "-f", "image2pipe"];

    private static Command Compose(string executable, FFMpegArgumentProcessor composed) => Cli.Wrap(executable).WithArguments(composed.Arguments);

    private static void Add<T>(Func<string, T> addTo, IReadOnlyList<string> arguments)
    {
        foreach (var argument in arguments)
        {
            addTo($"\"{Escape(argument)}\"");
        }
    }

    // A text as the inside of a quoted argument: FFMpegCore writes all arguments into one line, which is cut again, without any
    // shell, at unquoted spaces.
    private static string Escape(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        var backslashes = 0;
        foreach (var character in text)
        {
            result.Append('\\', character == '"' ? backslashes + 1 : 0).Append(character);
            backslashes = character == '\\' ? backslashes + 1 : 0;
        }

        return result.Append('\\', backslashes).ToString();
    }

    // Lets pass what lies in the windows, writes the times of that, and ends after the last window.
    private static string FilterChain(IReadOnlyList<TimeWindow> windows, double start, int place)
    {
        var passing = windows.Select(window => $"gte(t,{Text(start + window.From)})*lt(t,{Text(start + window.To)})");
        return $"trim=end={Text(start + windows[^1].To + SeekMarginSeconds)},select='{string.Join('+', passing)}',{FrameTimeLog.FilterName(place)}=checksum=0";
    }

    private static string Text(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}
