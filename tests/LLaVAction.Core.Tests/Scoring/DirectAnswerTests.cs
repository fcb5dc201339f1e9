using LLaVAction.Epic;
using LLaVAction.Scoring;
using LLaVAction.Testing;

namespace LLaVAction.Tests.Scoring;

public sealed class DirectAnswerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DirectAnswer _direct;

    public DirectAnswerTests()
    {
        var verbs = _folder.Write(
            "verbs.csv",
            "id,key,instances,category\n0,take,\"['take', 'pick-up']\",a\n1,put,\"['put', 'put-down']\",a\n2,turn-on,\"['turn-on']\",b\n3,turn,\"['turn']\",b\n");
        var nouns = _folder.Write(
            "nouns.csv",
            "id,key,instances,category\n0,plate,\"['plate']\",a\n1,board:chopping,\"['board:chopping', 'board']\",a\n2,knife,\"['knife', 'knives']\",a\n3,tap,\"['tap', 'faucet']\",b\n");
        _direct = new DirectAnswer(ActionTaxonomy.Read(verbs, nouns));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("take plate", 0, 0)]
    [InlineData("Take the plate.", 0, 0)]
    [InlineData("pick up a plate", 0, 0)]
    [InlineData("pick-up plate", 0, 0)]
    [InlineData("put down chopping board", 1, 1)]
    [InlineData("put the chopping board down", 1, 1)]
    [InlineData("You are taking nothing", 0, null)]
    [InlineData("I am putting the plate down", 1, 0)]
    [InlineData("The person takes a knife", 0, 2)]
    [InlineData("picked up the plate", 0, 0)]
    [InlineData("A kitchen", null, null)]
    [InlineData("turn on faucet", 2, 3)]
    [InlineData("turn the tap on", 2, 3)]
    [InlineData("turn plates", 3, 0)]
    [InlineData("take knives", 0, 2)]
    [InlineData("take plate. Then put knife.", 0, 0)]
    [InlineData("take", 0, null)]
    [InlineData("plate", null, 0)]
    [InlineData("my own kitchen", null, null)]
    [InlineData("take board chopping", 0, 1)]
    [InlineData("takeoff plate", null, 0)]
    [InlineData("take platex", 0, null)]
    [InlineData("ing ed es plate", null, 0)]
    [InlineData("take taps", 0, 3)]
    [InlineData("", null, null)]
    public void Words_are_mapped_to_classes(string answer, int? verb, int? noun)
    {
        var reading = _direct.Read(answer, "take plate");

        Assert.Equal((verb, noun), (reading.VerbClass, reading.NounClass));
    }

    [Theory]
    [InlineData("take plate", "take plate", true)]
    [InlineData("Take the plate.", "take plate", true)]
    [InlineData("\"take plate\"", "take plate.", true)]
    [InlineData("put-down plate", "put down plate", true)]
    [InlineData("take plates", "take plate", false)]
    [InlineData("take plate. And then a knife", "take plate", true)]
    [InlineData("", "take plate", false)]
    public void Exact_match_ignores_case_articles_and_punctuation(string answer, string narration, bool isExact) =>
        Assert.Equal(isExact, DirectAnswer.IsExact(answer, narration));

    [SkippableFact]
    [Trait("Category", "RealData")]
    public void Real_narrations_are_mapped_to_their_own_classes_mostly()
    {
        var validation = RealData.Epic("EPIC_100_validation.csv");
        var real = new DirectAnswer(ActionTaxonomy.Find(validation, null, null)!);
        var clips = EpicCsvReader.Read(validation).Clips;

        var readings = clips.Select(clip => (Clip: clip, Reading: real.Read(clip.Narration, clip.Narration))).ToArray();

        Assert.All(readings, each => Assert.True(each.Reading.IsExact));
        var verbs = readings.Count(each => each.Reading.VerbClass == each.Clip.Class.Verb) / (double)clips.Count;
        var nouns = readings.Count(each => each.Reading.NounClass == each.Clip.Class.Noun) / (double)clips.Count;
        Assert.True(verbs > 0.92 && nouns > 0.94, $"verbs {verbs:P1}, nouns {nouns:P1}");
    }
}
