using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Audit;

namespace LLaVAction.Tests.Benchmarks;

public sealed class DumpOverlapTests
{
    [Fact]
    public void Agreement_is_of_the_first_ranks_that_both_sets_show()
    {
        var avion = DumpOverlap.FirstClasses(
        [
            Asked("a", ("0:0", 1), ("0:1", 3), ("0:2", 2)),
            Asked("b", ("1:0", 2), ("1:1", 9), ("1:2", 1)),
            Asked("hidden", ("2:0", 1), ("2:1", 4), ("2:2", 5)),
        ]);
        var tim = DumpOverlap.FirstClasses(
        [
            Asked("a", ("0:0", 1), ("0:9", 2), ("0:1", 7)),
            Asked("b", ("1:0", 1), ("1:2", 2), ("1:3", 3)),
            Asked("hidden", ("2:0", 1), ("2:1", 2), ("2:2", 5)),
        ]);

        // "a": the same first, one of two shared. "b": the two in the other order. "hidden" lacks a rank in one set.
        Assert.Equal(new DumpOverlap(Clips: 2, Depth: 2, TopAgreement: 0.5, Overlap: 0.75), DumpOverlap.Of(avion, tim));
    }

    [Fact]
    public void Sets_without_ranks_have_nothing_to_compare()
    {
        var random = DumpOverlap.FirstClasses([Asked("a", ("0:0", null), ("0:1", null))]);

        Assert.Empty(random);
        Assert.Null(DumpOverlap.Of(random, random));
    }

    private static Question Asked(string id, params (string Class, int? Rank)[] options) => new()
    {
        Id = id,
        VideoId = "P01_01",
        ParticipantId = "P01",
        StartSeconds = 0,
        StopSeconds = 1,
        StartFrame = 0,
        StopFrame = 60,
        Narration = "take cup",
        VerbClass = 0,
        NounClass = 0,
        Strategy = "tim",
        Options = [.. options.Select(option => option.Class)],
        OptionClasses = [.. options.Select(option => option.Class)],
        OptionRanks = [.. options.Select(option => option.Rank)],
        AlsoTrue = new string?[options.Length],
        AnswerIndex = 0,
        GroundTruthRank = options[0].Rank,
    };
}
