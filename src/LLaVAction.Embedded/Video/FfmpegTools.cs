using System.Globalization;
using System.Text;

namespace LLaVAction.Embedded.Video;

/// <summary>Where <c>ffmpeg</c> and <c>ffprobe</c> are, and what the version needs. Works with ffmpeg 4.4 and later.</summary>
internal sealed class FfmpegTools
{
    private static readonly TimeSpan VersionPatience = TimeSpan.FromSeconds(30);
    private readonly Lazy<Task<string>> version;

    private FfmpegTools(string ffmpeg, string ffprobe)
    {
        Ffmpeg = ffmpeg;
        Ffprobe = ffprobe;
        version = new Lazy<Task<string>>(ReadVersionAsync);
    }

    /// <summary>Full path of <c>ffmpeg</c>.</summary>
    public string Ffmpeg { get; }

    /// <summary>Full path of <c>ffprobe</c>.</summary>
    public string Ffprobe { get; }

    /// <summary>Finds both programs.</summary>
    /// <param name="searchPath">Folders as in the environment variable <c>PATH</c>.</param>
    /// <exception cref="InputException">One is missing; the message says how to install it.</exception>
    public static FfmpegTools Find(string? searchPath) =>
        new(FindProgram("ffmpeg", searchPath), FindProgram("ffprobe", searchPath));

    /// <summary>The version as the program states it, for example <c>5.1.9-0+deb12u1</c>.</summary>
    public Task<string> VersionAsync() => version.Value;

    /// <summary>The option that keeps ffmpeg from dropping and repeating frames: its name changed in 5.1.</summary>
    public async Task<string> PassthroughOptionAsync() => HasFramesModeOption(await VersionAsync()) ? "-fps_mode" : "-vsync";

    /// <summary>False for versions before 5.1; true for any other, also those whose version is not a number (built from the repository).</summary>
    internal static bool HasFramesModeOption(string version)
    {
        var parts = version.TrimStart('n').Split('.', '-', '+');
        return !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || major >= 6
            || (major == 5 && parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) && minor >= 1);
    }

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

    private async Task<string> ReadVersionAsync()
    {
        var errors = new ErrorLines();
        var (output, _) = await ChildProcess.RunAsync(
            Ffmpeg, ["-hide_banner", "-version"], VersionPatience, ReadTextAsync, errors, writeInput: null, CancellationToken.None);
        var words = output.Split(' ', 4);
        return words is ["ffmpeg", "version", _, _]
            ? words[2]
            : throw new InputException($"{Ffmpeg} does not state its version: {errors.Tail}.");
    }

    /// <summary>Reads a program's output as text, up to 64 MiB.</summary>
    internal static async Task<string> ReadTextAsync(Stream stream, CancellationToken cancellationToken)
    {
        const int Longest = 64 << 20;
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (text.Length > Longest)
            {
                throw new InvalidDataException("the output is too long");
            }

            text.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
