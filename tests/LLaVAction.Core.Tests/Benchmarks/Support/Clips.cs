using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Core.Tests.Benchmarks.Support;

/// <summary>Clips and dumps for tests that spell out what is in them.</summary>
internal static class Clips
{
    public static ClipAnnotation Make(
        string id, string actionClass, string narration, double start = 0, double stop = 1, int[]? furtherNouns = null)
    {
        Assert.True(ActionClass.TryParse(actionClass, out var parsed));
        var cut = id.LastIndexOf('_');
        return new ClipAnnotation
        {
            NarrationId = id,
            ParticipantId = id[..3],
            VideoId = id[..cut],
            NarrationSeconds = null,
            StartSeconds = start,
            StopSeconds = stop,
            StartFrame = 1,
            StopFrame = 60,
            Narration = narration,
            Verb = "verb" + parsed.Verb,
            Noun = "noun" + parsed.Noun,
            Class = parsed,
            AllNouns = ["noun" + parsed.Noun, .. (furtherNouns ?? []).Select(static noun => "noun" + noun)],
            AllNounClasses = [parsed.Noun, .. furtherNouns ?? []],
        };
    }

    public static PredictionDump Dump(params (string Id, string Ranking)[] rows) => new(
        "dump.json",
        "llavaction-json",
        rows.ToDictionary(
            static row => row.Id,
            static row => ActionRanking.FromList([.. row.Ranking.Split(' ').Select(static text =>
                ActionClass.TryParse(text, out var parsed) ? new RankedAction(parsed, null) : throw new FormatException(text))])));
}
