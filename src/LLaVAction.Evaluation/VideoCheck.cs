using LLaVAction.Epic;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>Holds the videos against the clips asked about before a run starts, so that it does not fail clip by clip or show other moments.</summary>
public static class VideoCheck
{
    private const string PublishedFile = "EPIC_100_video_info.csv";
    private const int MostNamed = 3;

    /// <summary>Looks at the videos.</summary>
    /// <param name="reader">The videos.</param>
    /// <param name="clips">The clips asked about.</param>
    /// <param name="videosFolder">Their folder; <c>EPIC_100_video_info.csv</c> is taken from there, from beside it or from an <c>annotations</c> folder beside it.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    /// <returns>What a user should know, one sentence each.</returns>
    /// <exception cref="InputException">No clip has its video, or frames were extracted at another rate than the annotations count at.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(
        IFrameReader reader, IReadOnlyList<ClipReference> clips, string videosFolder, CancellationToken cancellationToken)
    {
        var survey = await reader.SurveyAsync(clips, Published(videosFolder), cancellationToken);
        if (survey.Errors.Count > 0)
        {
            throw new InputException(Some(survey.Errors));
        }

        if (survey.Clips > 0 && survey.MissingClips == survey.Clips)
        {
            throw new InputException(
                $"{videosFolder}, read as layout '{reader.Layout}', has none of the {survey.Clips} clips' videos ({string.Join(", ", survey.Missing.Take(MostNamed))}, …). Check --videos and --video-layout.");
        }

        return [.. survey.MissingSentence is { } missing ? new[] { missing } : [], .. survey.Warnings];
    }

    private static IReadOnlyDictionary<string, VideoInfo> Published(string videosFolder)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(videosFolder));
        var beside = Path.GetDirectoryName(folder) ?? folder;
        string[] places = [folder, beside, Path.Combine(beside, "annotations")];
        return places.Select(place => Path.Combine(place, PublishedFile)).FirstOrDefault(File.Exists) is { } file
            ? VideoInfo.Read(file)
            : new Dictionary<string, VideoInfo>(StringComparer.Ordinal);
    }

    private static string Some(IReadOnlyList<string> errors) =>
        string.Join(" ", errors.Take(MostNamed)) + (errors.Count > MostNamed ? $" The same holds for {errors.Count - MostNamed} more videos." : "");
}
