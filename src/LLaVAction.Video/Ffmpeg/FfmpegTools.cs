using CliWrap;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>Where <c>ffmpeg</c> and <c>ffprobe</c> are, and what they understand. Tried with ffmpeg 4.1, 5.1 and 9.0.</summary>
internal sealed class FfmpegTools
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(30);
    private readonly Lazy<Task<string>> _passthroughOption;

    private FfmpegTools(string ffmpeg, string ffprobe)
    {
        Ffmpeg = ffmpeg;
        Ffprobe = ffprobe;
        _passthroughOption = new Lazy<Task<string>>(ReadPassthroughOptionAsync);
    }

    public string Ffmpeg { get; }

    public string Ffprobe { get; }

    /// <summary>Finds both programs.</summary>
    /// <param name="searchPath">Folders as in the environment variable <c>PATH</c>.</param>
    /// <exception cref="InputException">One is missing; the message says how to install it.</exception>
    public static FfmpegTools Find(string? searchPath) =>
        new(FindProgram("ffmpeg", searchPath), FindProgram("ffprobe", searchPath));

    // The option that keeps ffmpeg from dropping and repeating frames: '-vsync' became '-fps_mode' in 5.1 and went later. The
    // program is asked, since builds from the repository state no comparable version.
    public Task<string> PassthroughOptionAsync() => _passthroughOption.Value;

    private static string FindProgram(string name, string? searchPath)
    {
        var fileName = OperatingSystem.IsWindows() ? name + ".exe" : name;
        foreach (var folder in (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var candidate = Path.Combine(folder, fileName);
            if (File.Exists(candidate))
            {
                return Path.GetFullPath(candidate);
            }
        }

        var how = OperatingSystem.IsWindows() ? "winget install ffmpeg"
            : OperatingSystem.IsMacOS() ? "brew install ffmpeg"
            : "apt-get install ffmpeg (or: conda install -c conda-forge ffmpeg)";
        throw new InputException($"{name} is not on the PATH; it is needed to read videos. Install it: {how}.");
    }

    private async Task<string> ReadPassthroughOptionAsync() =>
        (await AskAsync("-h", "long")).Contains("-fps_mode", StringComparison.Ordinal) ? "-fps_mode" : "-vsync";

    /// <exception cref="InputException">The program does not answer.</exception>
    private async Task<string> AskAsync(params string[] arguments)
    {
        try
        {
            var (output, _) = await ToolProcess.RunAsync(
                Cli.Wrap(Ffmpeg).WithArguments(["-hide_banner", .. arguments]), AnswerPatience, ToolProcess.ReadTextAsync, new ErrorLines(), CancellationToken.None);
            return output;
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidDataException or IOException)
        {
            throw new InputException($"{Ffmpeg} does not answer: {failure.Message}", failure);
        }
    }
}
