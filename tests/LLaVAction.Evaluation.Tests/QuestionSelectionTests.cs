using LLaVAction.Benchmarks;
using LLaVAction.Runs;

namespace LLaVAction.Evaluation.Tests;

public sealed class QuestionSelectionTests : IDisposable
{
    private readonly Kitchen _kitchen = new();

    public void Dispose() => _kitchen.Dispose();

    [Fact]
    public void Limit_counts_clips_of_every_set()
    {
        var selection = _kitchen.Select(limit: 3);

        Assert.All(selection.Asked, set => Assert.Equal(["P01_11_0", "P01_11_1", "P01_11_2"], set.Questions.Select(question => question.Id)));
        Assert.All(selection.Whole, set => Assert.Equal(12, set.Questions.Count));
    }

    [Fact]
    public void A_stratified_limit_has_its_share_of_each_video_and_a_larger_one_has_it_all()
    {
        var before = new HashSet<string>();
        for (var limit = 1; limit <= 12; limit++)
        {
            var ids = QuestionSelection.Read(_kitchen.Benchmark, [], null, limit, ClipSample.Stratified).Asked[0].Questions.Select(question => question.Id).ToHashSet();

            Assert.Equal(limit, ids.Count);
            Assert.Superset(before, ids);
            Assert.All(ids.GroupBy(id => id[..6]), video => Assert.InRange(video.Count(), (limit / 2.0) - 1, (limit / 2.0) + 1));
            before = ids;
        }
    }

    [Fact]
    public void Ids_choose_clips_in_the_order_of_the_set()
    {
        var selection = _kitchen.Select(ids: new HashSet<string> { "P01_12_1", "P01_11_4" }, strategies: "tim");

        Assert.Equal(["P01_11_4", "P01_12_1"], Assert.Single(selection.Asked).Questions.Select(question => question.Id));
    }

    [Fact]
    public void Unknown_ids_are_listed()
    {
        var error = Assert.Throws<InputException>(() => _kitchen.Select(ids: new HashSet<string> { "P01_11_0", "P99_01_1", "P98_01_1" }));

        Assert.Contains("2 of 3 ids are not in", error.Message, StringComparison.Ordinal);
        Assert.Contains("P98_01_1, P99_01_1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recognition_has_its_official_figures()
    {
        using var recognition = new Kitchen(protocol: Protocol.Recognition);

        var report = await Kitchen.RunAsync(recognition.Request("run", Kitchen.Settings with { Rotations = 1 }), new FakeModel(), new FakeFrames());

        Assert.All(report.Summary.Cells, cell =>
        {
            Assert.Equal(12, cell.Recognition!.Rows);
            Assert.Equal(0.75, cell.Recognition.RecallCeiling);
            Assert.Equal(cell.Accuracy, cell.Recognition.ActionTop1);
            Assert.Equal(0.75, cell.Recognition.ActionTop5);
            Assert.True(cell.Recognition.VerbTop1 >= cell.Recognition.ActionTop1);
            Assert.Equal(0.15, cell.Chance!.Value, 12);
        });
        var results = RunFolder.Open(recognition["run"]).ReadResults();
        using var submission = System.Text.Json.JsonDocument.Parse(SubmissionFile.ToBytes(results, results.Cells.First()));
        var row = submission.RootElement.GetProperty("results").GetProperty("P01_11_1");
        Assert.Equal((97, 300, 5), (row.GetProperty("verb").EnumerateObject().Count(), row.GetProperty("noun").EnumerateObject().Count(), row.GetProperty("action").EnumerateObject().Count()));
        Assert.Equal(1, row.GetProperty("verb").EnumerateObject().Sum(score => score.Value.GetDouble()), 9);
    }
}
