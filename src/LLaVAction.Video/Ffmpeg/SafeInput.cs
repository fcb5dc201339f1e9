namespace LLaVAction.Video.Ffmpeg;

/// <summary>How files from outside are given to ffmpeg, so that they can name neither other files nor addresses.</summary>
internal static class SafeInput
{
    /// <summary>Containers of single videos only: no play lists, no scripts; nothing but files and pipes is opened.</summary>
    public static IReadOnlyList<string> Options { get; } =
    [
        "-protocol_whitelist", "file,pipe",
        "-format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg",
    ];

    /// <summary>A path as the name of an input, whatever letters it has.</summary>
    public static string Name(string path) => "file:" + path;
}
