namespace LLaVAction.Epic;

/// <summary>
/// How the CSVs' frame numbers follow from their timestamps: hours, minutes and the decimal seconds are summed as
/// doubles, multiplied by the frame rate, and rounded down; the first frame is 1.
/// </summary>
/// <remarks>
/// The sum must be a sum: <c>1 * 60 + 38.48</c> is below the double nearest to 98.48, which gives another frame at
/// 50 fps. Exact decimals give other frames as well. In this form the rule holds for every published row.
/// </remarks>
public static class FrameRule
{
    /// <summary>The nominal rate of EPIC-KITCHENS-55 videos (<c>P01_11</c>), whatever the video's own rate is.</summary>
    public const double Epic55FramesPerSecond = 60;

    /// <summary>The nominal rate of the extension's videos (<c>P01_101</c>).</summary>
    public const double ExtensionFramesPerSecond = 50;

    /// <summary>The nominal rate of a video: 50 where its number has three digits, else 60.</summary>
    public static double NominalFramesPerSecond(string videoId)
    {
        ArgumentNullException.ThrowIfNull(videoId);
        return videoId.Length - videoId.LastIndexOf('_') - 1 >= 3 ? ExtensionFramesPerSecond : Epic55FramesPerSecond;
    }

    /// <summary>The frame number, 1 or more, in which a clip that starts at this time starts.</summary>
    /// <param name="seconds">A timestamp of at most millisecond resolution, in seconds.</param>
    /// <param name="framesPerSecond">The nominal frame rate.</param>
    public static int StartFrame(double seconds, double framesPerSecond) => Math.Max(1, StopFrame(seconds, framesPerSecond));

    /// <summary>The frame number in which a clip that ends at this time ends.</summary>
    /// <param name="seconds">A timestamp of at most millisecond resolution, in seconds.</param>
    /// <param name="framesPerSecond">The nominal frame rate.</param>
    public static int StopFrame(double seconds, double framesPerSecond)
    {
        var milliseconds = (long)Math.Round(seconds * 1000);
        var wholeMinutes = milliseconds / 60_000;
        var sum = (wholeMinutes * 60) + (milliseconds % 60_000 / 1000.0);
        return (int)Math.Floor(sum * framesPerSecond);
    }
}
