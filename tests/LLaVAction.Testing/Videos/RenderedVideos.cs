using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;

namespace LLaVAction.Testing.Videos;

/// <summary>
/// Folders of test videos, each rendered once when a test first asks for it: participant P01, numbered frames, in every
/// layout.
/// </summary>
public sealed class RenderedVideos : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly ConcurrentDictionary<string, Lazy<string>> _folders = new(StringComparer.Ordinal);

    /// <summary>P01_11: 40 s at 30 frames a second, with B-frames and a key frame every 4 s.</summary>
    public string Epic30 => Once("epic30", folder => VideoRenderer.Render(Mp4(folder), 1200, options: ["-g", "120"]));

    /// <summary>P01_11: 20 s at 59.94 frames a second, with a silent audio stream.</summary>
    public string Epic5994 => Once("epic5994", folder =>
    {
        var silent = Path.Combine(folder, "silent.mov");
        VideoRenderer.Render(silent, 1200, "60000/1001");
        AddSilence(silent, Mp4(folder), "20", "0");
    });

    /// <summary>P01_11: 24 s at 60 frames a second.</summary>
    public string Epic60 => Once("epic60", folder => VideoRenderer.Render(Mp4(folder), 1440, "60"));

    /// <summary>P01_11 of <see cref="Epic30"/> in 15-second chunks, cut as the published chunks were.</summary>
    public string Chunks30 => Once("chunks30", folder =>
    {
        foreach (var start in new[] { "0", "15", "30" })
        {
            VideoRenderer.Convert(Mp4(Epic30), Path.Combine(folder, "P01", "P01_11.MP4", start + ".MP4"), ["-t", "15", "-r", "30", "-crf", "18"], ["-ss", start]);
        }
    });

    /// <summary>P01_11 of <see cref="Epic60"/> as numbered images.</summary>
    public string Frames60 => Once("frames60", folder =>
        VideoRenderer.Convert(Mp4(Epic60), Path.Combine(folder, "P01_11", "frame_%010d.jpg"), ["-q:v", "2"]));

    /// <summary>Clips of <see cref="Epic30"/>, one file each: P01_11_0 is 14.20 to 16.40 s, P01_11_1 1.56 to 2.45 s.</summary>
    public string Trimmed30 => Once("trimmed30", folder =>
    {
        foreach (var (id, start, stop) in new[] { ("P01_11_0", 14.20, 16.40), ("P01_11_1", 1.56, 2.45) })
        {
            // From the frame nearest the start on.
            var first = TestClips.ReferenceFrames(start, start, 30, 1)[0];
            var last = TestClips.ReferenceFrames(stop, stop, 30, 1)[0];
            VideoRenderer.Convert(
                Mp4(Epic30),
                Path.Combine(folder, "P01", id + ".mp4"),
                ["-vf", string.Create(CultureInfo.InvariantCulture, $"trim=start_frame={first}:end_frame={last},setpts=PTS-STARTPTS"), "-crf", "18"]);
        }
    });

    /// <summary>Path of P01_11 in the layout <c>epic</c>.</summary>
    public static string Mp4(string folder) => Path.Combine(folder, "P01", "P01_11.MP4");

    /// <summary>A folder of its own for a test that renders something special.</summary>
    public string Once(string name, Action<string> render) => _folders.GetOrAdd(name, _ => new Lazy<string>(() =>
    {
        VideoRenderer.SkipWhereAbsent();
        var folder = _temporary[name];
        Directory.CreateDirectory(folder);
        render(folder);
        return folder;
    })).Value;

    /// <summary>Adds an audio stream to a video, against which the pictures are late, and removes the file it comes from.</summary>
    public static void AddSilence(string from, string to, string seconds, string delay)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        VideoRenderer.Run(
            ["-f", "lavfi", "-t", seconds, "-i", "anullsrc", "-itsoffset", delay, "-i", from, "-map", "1:v", "-map", "0:a", "-c:v", "copy", "-f", "mp4", to],
            input: null);
        File.Delete(from);
    }

    /// <summary>Writes into an MP4 file that its pictures are to be shown turned by a quarter.</summary>
    public static void TurnByAQuarter(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = bytes.AsSpan().IndexOf("tkhd"u8);
        var matrix = bytes.AsSpan(header + 4 + 40, 36);
        matrix.Clear();
        BinaryPrimitives.WriteInt32BigEndian(matrix[4..], 0x10000);
        BinaryPrimitives.WriteInt32BigEndian(matrix[12..], -0x10000);
        BinaryPrimitives.WriteInt32BigEndian(matrix[32..], 0x40000000);
        File.WriteAllBytes(path, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => _temporary.Dispose();
}
