using System.Text.Json;
using LLaVAction.Runs;

namespace LLaVAction.Tests.Runs;

public sealed class SubmissionFileTests
{
    [Fact]
    public void A_submission_scores_every_class_as_the_challenge_wants_it()
    {
        // Options 0:0 to 4:4, one of them replaced by the truth 2:13; probabilities 0.1 to 0.4 and the truth's.
        var run = new SyntheticRun(2, rotations: 1);
        var question = run.Sets[0].Questions[0];
        double[] shares = [0.1, 0.15, 0.2, 0.25, 0.3];
        var line = SyntheticRun.Line(question, 8, 0) with { LetterLogprobs = [.. shares.Select(static share => Math.Log(share))], PredictedIndex = null, IsCorrect = false, Predictions = new Dictionary<string, int?>() };
        var results = RunResults.Merge(run.Record.Identity, run.Sets, [("results", new ResultFile([line, SyntheticRun.Failure(run.Sets[0].Questions[1], 8, 0)], 0, 0))]);

        using var document = JsonDocument.Parse(SubmissionFile.ToBytes(results, new RunCell("random", 8)));

        var root = document.RootElement;
        Assert.Equal(["version", "challenge", "sls_pt", "sls_tl", "sls_td", "results"], root.EnumerateObject().Select(static property => property.Name));
        Assert.Equal(("0.2", "action_recognition", 0, 0, 0), (root.GetProperty("version").GetString(), root.GetProperty("challenge").GetString(), root.GetProperty("sls_pt").GetInt32(), root.GetProperty("sls_tl").GetInt32(), root.GetProperty("sls_td").GetInt32()));
        var rows = root.GetProperty("results");
        Assert.Equal(run.Sets[0].Questions.Select(static asked => asked.Id), rows.EnumerateObject().Select(static property => property.Name));
        var answered = rows.GetProperty(question.Id);
        Assert.Equal(Enumerable.Range(0, 97).Select(static id => $"{id}"), answered.GetProperty("verb").EnumerateObject().Select(static property => property.Name));
        Assert.Equal(Enumerable.Range(0, 300).Select(static id => $"{id}"), answered.GetProperty("noun").EnumerateObject().Select(static property => property.Name));
        for (var option = 0; option < 5; option++)
        {
            var (verb, noun) = (question.OptionClasses[option].Split(':')[0], question.OptionClasses[option].Split(':')[1]);
            Assert.Equal(shares[option], answered.GetProperty("action").GetProperty($"{verb},{noun}").GetDouble(), 12);
            Assert.Equal(shares[option], answered.GetProperty("noun").GetProperty(noun).GetDouble(), 12);
        }

        Assert.Equal(1, answered.GetProperty("verb").EnumerateObject().Sum(static property => property.Value.GetDouble()), 12);
        var failed = rows.GetProperty(run.Sets[0].Questions[1].Id);
        Assert.Empty(failed.GetProperty("action").EnumerateObject());
        Assert.All(failed.GetProperty("verb").EnumerateObject(), static property => Assert.Equal(0, property.Value.GetDouble()));
    }
}
