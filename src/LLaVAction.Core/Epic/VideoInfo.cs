using System.Globalization;
using LLaVAction.Files;

namespace LLaVAction.Epic;

/// <summary>One row of <c>EPIC_100_video_info.csv</c>.</summary>
/// <param name="VideoId">The video, for example <c>P01_01</c>.</param>
/// <param name="DurationSeconds">Its duration, in seconds.</param>
/// <param name="FramesPerSecond">Its own frame rate, which is not the nominal rate of the annotations' frame numbers.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public sealed record VideoInfo(string VideoId, double DurationSeconds, double FramesPerSecond, int Width, int Height)
{
    private const int Duration = 1;
    private const int Rate = 2;
    private const int Resolution = 3;

    /// <summary>Reads the videos, by id.</summary>
    /// <exception cref="InputException">The file cannot be read, or a row is not what the format says.</exception>
    public static IReadOnlyDictionary<string, VideoInfo> Read(string path)
    {
        using var table = CsvTable.Open(path, "EPIC_100_video_info.csv", "video_id", "duration", "fps", "resolution");
        var videos = new Dictionary<string, VideoInfo>(StringComparer.Ordinal);
        while (table.Read())
        {
            var video = ReadVideo(table);
            if (!videos.TryAdd(video.VideoId, video))
            {
                throw table.FieldError(0, "each video once");
            }
        }

        return videos;
    }

    private static VideoInfo ReadVideo(CsvTable table)
    {
        var duration = table.Number(Duration);
        var rate = table.Number(Rate);
        var resolution = table.Text(Resolution).Split('x');
        if (duration <= 0)
        {
            throw table.FieldError(Duration, "seconds above 0");
        }

        if (rate <= 0)
        {
            throw table.FieldError(Rate, "frames per second above 0");
        }

        return resolution.Length == 2
            && int.TryParse(resolution[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(resolution[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            ? new VideoInfo(table.RequiredText(0), duration, rate, width, height)
            : throw table.FieldError(Resolution, "width x height, such as 1920x1080");
    }
}
