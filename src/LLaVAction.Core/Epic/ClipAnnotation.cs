namespace LLaVAction.Epic;

/// <summary>One row of an EPIC-KITCHENS-100 action CSV: a narrated clip of a video with its verb and noun class.</summary>
public sealed record ClipAnnotation
{
    // Half the size of a number that may be null; there are millions of rows.
    private readonly double _narrationSeconds = double.NaN;

    /// <summary>Unique id of the row, <c>{video_id}_{n}</c>, for example <c>P01_11_0</c>.</summary>
    public required string NarrationId { get; init; }

    /// <summary>Participant, for example <c>P01</c>.</summary>
    public required string ParticipantId { get; init; }

    /// <summary>Video, for example <c>P01_11</c> (three digits, <c>P01_101</c>, in the extension).</summary>
    public required string VideoId { get; init; }

    /// <summary>When the narrator spoke, in seconds; null where the CSV has none (70 validation rows).</summary>
    public double? NarrationSeconds
    {
        get => double.IsNaN(_narrationSeconds) ? null : _narrationSeconds;
        init => _narrationSeconds = value ?? double.NaN;
    }

    /// <summary>Start of the clip in the video, in seconds.</summary>
    public required double StartSeconds { get; init; }

    /// <summary>End of the clip in the video, in seconds.</summary>
    public required double StopSeconds { get; init; }

    /// <summary>First frame as the CSV gives it (a nominal 60 fps for EPIC-55 videos, 50 fps for the extension).</summary>
    public required int StartFrame { get; init; }

    /// <summary>Last frame as the CSV gives it.</summary>
    public required int StopFrame { get; init; }

    /// <summary>The narrator's words, unchanged.</summary>
    public required string Narration { get; init; }

    /// <summary>The parsed verb, hyphenated (<c>put-down</c>).</summary>
    public required string Verb { get; init; }

    /// <summary>The parsed first noun, head first (<c>board:chopping</c>).</summary>
    public required string Noun { get; init; }

    /// <summary>The verb class and the class of the first noun.</summary>
    public required ActionClass Class { get; init; }

    /// <summary>All parsed nouns, head first; the first equals <see cref="Noun"/>.</summary>
    public required IReadOnlyList<string> AllNouns { get; init; }

    /// <summary>Classes of <see cref="AllNouns"/>, in the same order.</summary>
    public required IReadOnlyList<int> AllNounClasses { get; init; }

    /// <summary>Whether every column of the two rows is equal, the lists by their items.</summary>
    public bool Equals(ClipAnnotation? other) => other is not null && FirstDifference(other) is null;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(NarrationId);

    // The first column in which the rows differ, by its name in the CSV, or null.
    internal string? FirstDifference(ClipAnnotation other)
    {
        return !Same(NarrationId, other.NarrationId) ? "narration_id"
            : !Same(ParticipantId, other.ParticipantId) ? "participant_id"
            : !Same(VideoId, other.VideoId) ? "video_id"
            : NarrationSeconds != other.NarrationSeconds ? "narration_timestamp"
            : StartSeconds != other.StartSeconds ? "start_timestamp"
            : StopSeconds != other.StopSeconds ? "stop_timestamp"
            : StartFrame != other.StartFrame ? "start_frame"
            : StopFrame != other.StopFrame ? "stop_frame"
            : !Same(Narration, other.Narration) ? "narration"
            : !Same(Verb, other.Verb) ? "verb"
            : Class.Verb != other.Class.Verb ? "verb_class"
            : !Same(Noun, other.Noun) ? "noun"
            : Class.Noun != other.Class.Noun ? "noun_class"
            : !AllNouns.SequenceEqual(other.AllNouns, StringComparer.Ordinal) ? "all_nouns"
            : !AllNounClasses.SequenceEqual(other.AllNounClasses) ? "all_noun_classes"
            : null;

        static bool Same(string left, string right) => string.Equals(left, right, StringComparison.Ordinal);
    }
}
