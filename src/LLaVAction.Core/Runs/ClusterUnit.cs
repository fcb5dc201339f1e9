using LLaVAction.Statistics;

namespace LLaVAction.Runs;

/// <summary>What questions are grouped by where their answers are not independent.</summary>
public enum ClusterUnit
{
    /// <summary>The person who cooks: one kitchen, many videos.</summary>
    Participant,

    /// <summary>One video.</summary>
    Video,
}

/// <summary>Groups answers for inference.</summary>
public static class Clustering
{
    /// <summary>
    /// Participants wherever there are two or more, for effects that the videos of one participant share would otherwise be
    /// taken for evidence; videos where all questions are of one participant.
    /// </summary>
    public static ClusterUnit UnitOf(IEnumerable<AskedQuestion> rows)
    {
        return rows.DistinctBy(static row => row.Question.ParticipantId, StringComparer.Ordinal).Skip(1).Any()
            ? ClusterUnit.Participant
            : ClusterUnit.Video;
    }

    /// <summary>Values of questions by cluster.</summary>
    public static ClusteredSample Sample(IReadOnlyCollection<AskedQuestion> rows, ClusterUnit unit, Func<AskedQuestion, int> valueOf)
    {
        return ClusteredSample.From(
            [.. rows.Select(valueOf)],
            [.. rows.Select(row => unit == ClusterUnit.Participant ? row.Question.ParticipantId : row.Question.VideoId)]);
    }

    /// <summary>The unit's clusters in words, for example <c>17 participants</c> or <c>1 video</c>.</summary>
    public static string Describe(ClusterUnit unit, int clusters) =>
        FormattableString.Invariant($"{clusters} {(unit == ClusterUnit.Participant ? "participant" : "video")}{(clusters == 1 ? "" : "s")}");
}
