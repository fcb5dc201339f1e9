using System.Globalization;

namespace LLaVAction.Video.Frames;

/// <summary>What a look at the videos of a run's clips found, before anything is decoded.</summary>
/// <param name="Clips">Clips looked for.</param>
public sealed record VideoSurvey(int Clips)
{
    private readonly List<string> _errors = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _missing = [];

    /// <summary>Clips that have no video.</summary>
    public int MissingClips { get; private set; }

    /// <summary>The videos (or, in the layout <c>trimmed</c>, the clips) that are not there.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>What makes frames of other moments than the clips' likely; a run must not start.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>What a reader should know: videos that end before they should.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>What is missing, in a sentence; null where nothing is.</summary>
    public string? MissingSentence => _missing.Count == 0 ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{MissingClips} of {Clips} clips have no video: {string.Join(", ", _missing.Take(5))}{(_missing.Count > 5 ? $" and {_missing.Count - 5} more" : "")}.");

    internal void AddMissing(string id, int clips)
    {
        _missing.Add(id);
        MissingClips += clips;
    }

    internal void AddError(string error) => _errors.Add(error);

    internal void AddWarning(string warning) => _warnings.Add(warning);
}
