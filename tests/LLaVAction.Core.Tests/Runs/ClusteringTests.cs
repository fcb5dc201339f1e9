using LLaVAction.Runs;

namespace LLaVAction.Tests.Runs;

public sealed class ClusteringTests
{
    [Fact]
    public void Questions_are_clustered_by_participant_where_there_are_two_and_else_by_video()
    {
        var rows = new SyntheticRun(20).Sets[0].Questions.Select(static question => new AskedQuestion(question, null)).ToArray();
        var two = rows.Select(static (row, place) => row with { Question = row.Question with { ParticipantId = place < 5 ? "P01" : "P02" } }).ToArray();

        Assert.Equal((ClusterUnit.Video, ClusterUnit.Participant), (Clustering.UnitOf(rows), Clustering.UnitOf(two)));
        Assert.Equal(["P01_00", "P01_01"], Clustering.Sample(two, ClusterUnit.Video, static _ => 1).Clusters);
        Assert.Equal(["P01", "P02"], Clustering.Sample(two, ClusterUnit.Participant, static _ => 1).Clusters);
    }

    [Theory]
    [InlineData(ClusterUnit.Participant, 1, "1 participant")]
    [InlineData(ClusterUnit.Participant, 17, "17 participants")]
    [InlineData(ClusterUnit.Video, 1, "1 video")]
    [InlineData(ClusterUnit.Video, 138, "138 videos")]
    public void Clusters_are_told_in_words(ClusterUnit unit, int clusters, string expected) => Assert.Equal(expected, Clustering.Describe(unit, clusters));
}
