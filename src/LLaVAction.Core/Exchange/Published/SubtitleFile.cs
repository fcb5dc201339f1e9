using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LLaVAction.Files;

namespace LLaVAction.Exchange.Published;

/// <summary>One subtitle of a video.</summary>
/// <param name="StartSeconds">When it appears.</param>
/// <param name="StopSeconds">When it disappears.</param>
/// <param name="Text">Its text.</param>
public readonly record struct Subtitle(double StartSeconds, double StopSeconds, string Text);

/// <summary>Video-MME's SubRip files, and which of their lines a prompt shows.</summary>
public static partial class SubtitleFile
{
    /// <summary>What the prompt says of a video without a file.</summary>
    public const string None = "No subtitles available";

    /// <summary>
    /// Reads a file as the published reader does: of entries of equal times the last stays, at the place of the first, and those
    /// without the published font mark are passed over.
    /// </summary>
    /// <exception cref="InputException">The file cannot be read, or is no SubRip file.</exception>
    public static IReadOnlyList<Subtitle> Read(string path)
    {
        var text = Encoding.UTF8.GetString(Utf8File.Read(path, "SubRip subtitles").Span).Replace("\r\n", "\n", StringComparison.Ordinal);
        var places = new Dictionary<(double Start, double Stop), int>();
        var subtitles = new List<Subtitle>();
        foreach (var entry in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Times().Match(entry) is not { Success: true } times)
            {
                continue;
            }

            var subtitle = new Subtitle(Seconds(times.Groups["start"].Value), Seconds(times.Groups["stop"].Value), Marked().Match(entry).Groups["text"].Value);
            if (places.TryAdd((subtitle.StartSeconds, subtitle.StopSeconds), subtitles.Count))
            {
                subtitles.Add(subtitle);
            }
            else
            {
                subtitles[places[(subtitle.StartSeconds, subtitle.StopSeconds)]] = subtitle;
            }
        }

        return subtitles.Count > 0 || string.IsNullOrWhiteSpace(text)
            ? [.. subtitles.Where(static subtitle => subtitle.Text.Length > 0)]
            : throw new InputException($"{path}: no entry with times as in '00:00:01,000 --> 00:00:02,500'; expected SubRip subtitles.");
    }

    /// <summary>The text of all subtitles, in their order, one a line.</summary>
    public static string All(IReadOnlyList<Subtitle> subtitles) => string.Join('\n', subtitles.Select(static subtitle => subtitle.Text));

    /// <summary>
    /// The text of those that are on the screen at one of so many frames, spread over the video from its first to its last: an
    /// entry counts from frame <c>int(start · rate)</c> up to <c>int(stop · rate)</c>.
    /// </summary>
    /// <param name="subtitles">The subtitles.</param>
    /// <param name="totalFrames">Frames of the video, at least 1.</param>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="looks">At how many frames; published: 768 for LLaVA-Video, else 32.</param>
    public static string Shown(IReadOnlyList<Subtitle> subtitles, int totalFrames, double frameRate, int looks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(looks, 1);
        var step = looks == 1 ? 0 : (double)(totalFrames - 1) / (looks - 1);
        int[] frames = [.. Enumerable.Range(0, looks).Select(i => i > 0 && i == looks - 1 ? totalFrames - 1 : (int)(i * step))];
        return All([.. subtitles.Where(subtitle =>
            Array.Exists(frames, frame => (int)(subtitle.StartSeconds * frameRate) <= frame && frame < (int)(subtitle.StopSeconds * frameRate)))]);
    }

    private static double Seconds(string text) => TimeSpan.Parse(text.Replace(',', '.'), CultureInfo.InvariantCulture).TotalSeconds;

    [GeneratedRegex(@"(?<start>\d{1,2}:\d\d:\d\d[,.]\d{1,3})\s*-->\s*(?<stop>\d{1,2}:\d\d:\d\d[,.]\d{1,3})", RegexOptions.CultureInvariant)]
    private static partial Regex Times();

    [GeneratedRegex("<font color=\"white\" size=\".72c\">(?<text>.*?)</font>", RegexOptions.CultureInvariant)]
    private static partial Regex Marked();
}
