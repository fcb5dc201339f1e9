using System.Net;
using System.Text.Json;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Tests.Runs;

/// <summary>
/// The figures of <c>compare</c> and <c>report</c>, computed again from <c>results-*.jsonl</c> and the question sets by
/// plain formulas, agree to 1e-9.
/// </summary>
public sealed class RecomputedComparisonTests : IDisposable
{
    private const double Tolerance = 1e-9;
    private readonly RunsFolder _folder = new();
    private readonly string[] _runs;

    public RecomputedComparisonTests()
    {
        var line = 0;
        _runs =
        [
            _folder.Make("first", 0.7, 1, change: answer =>
            {
                // Failed, unparsed and missing answers stay in the denominator; an answer after a failure counts instead of it.
                switch (line++ % 29)
                {
                    case 3:
                        RunsFolder.Fail(answer);
                        break;
                    case 7:
                        (answer["status"], answer["predicted_index"], answer["correct"]) = ("unparsed", null, false);
                        break;
                }

                return true;
            }),
            _folder.Make("second", 0.55, 2, identity: run => run with { Model = run.Model with { Name = "two", Hash = "2" } }),
            _folder.Make("blind", 0.35, 3, identity: run => run with { Control = Control.Blind }),
        ];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Accuracies_and_intervals_agree()
    {
        var compared = await CompareAsync("accuracy", "uncertainty");

        Assert.Equal(12, compared["accuracy"].Length);
        foreach (var (row, uncertainty) in compared["accuracy"].Zip(compared["uncertainty"]))
        {
            var answers = Answers(row);
            var right = answers.Count(answer => answer.IsRight);
            var byVideo = answers.Select(answer => (answer.IsRight ? 1.0 : 0, answer.Video)).ToArray();
            var byParticipant = answers.Select(answer => (answer.IsRight ? 1.0 : 0, answer.Participant)).ToArray();
            var videos = PlainStatistics.Clustered(byVideo);
            var (mean, error, degrees, participants, effective) = PlainStatistics.Clustered(byParticipant);
            var wilson = PlainStatistics.Wilson(right, answers.Length);

            Assert.Equal(96, answers.Length);
            Assert.Equal((right, 96), (row.GetProperty("correct").GetInt32(), row.GetProperty("questions").GetInt32()));
            Same(mean, row, "accuracy");
            Same((double)right / answers.Count(answer => answer.Status == "ok"), row, "accuracy_answered");
            Same(0.2, row, "chance");
            Assert.Equal(answers.Count(answer => answer.Status == "unparsed"), row.GetProperty("unparsed").GetInt32());
            Assert.Equal(answers.Count(answer => answer.Status == "decode_error"), row.GetProperty("failed").GetInt32());
            Same(PlainStatistics.Share(byParticipant), row, "lower", "upper");
            Same(error, uncertainty, "standard_error");
            Same(degrees, uncertainty, "degrees_of_freedom");
            Same(PlainStatistics.Share(byVideo), uncertainty, "video_lower", "video_upper");
            Same(wilson, uncertainty, "wilson_lower", "wilson_upper");
            Assert.Equal((videos.Clusters, participants), (uncertainty.GetProperty("videos").GetInt32(), uncertainty.GetProperty("participants").GetInt32()));
            Same(videos.Effective, uncertainty, "effective_videos");
            Same(effective, uncertainty, "effective_participants");
            Same(Math.Min(96, mean * (1 - mean) / (error * error)), uncertainty, "effective_questions");
            Same(PlainStatistics.DesignEffect(byParticipant), uncertainty, "design_effect");
        }
    }

    [Fact]
    public async Task Paired_differences_McNemar_and_Holm_agree()
    {
        var compared = await CompareAsync("accuracy", "pairs");
        var cells = compared["accuracy"].ToDictionary(Name, Answers);
        var pairs = compared["pairs"];
        var pValues = new List<double>();

        // Per pair of runs 4 (control or model), per run 2 across sets and 2 across frames; two models with and without
        // video differ in two things.
        Assert.Equal((2 * 4) + (3 * 4), pairs.Length);
        foreach (var pair in pairs)
        {
            var first = cells[pair.GetProperty("first").GetString()!];
            var second = cells[pair.GetProperty("second").GetString()!].ToDictionary(answer => answer.Id);
            var rows = first.Select(answer => (First: answer, Second: second[answer.Id])).ToArray();
            var byVideo = rows.Select(row => (Value(row.Second) - Value(row.First), row.First.Video)).ToArray();
            var byParticipant = rows.Select(row => (Value(row.Second) - Value(row.First), row.First.Participant)).ToArray();
            var accuracies = new Func<Answer, string>[] { answer => answer.Participant, answer => answer.Video }.Select(cluster => new[]
            {
                rows.Select(row => (Value(row.First), cluster(row.First))).ToArray(),
                rows.Select(row => (Value(row.Second), cluster(row.First))).ToArray(),
            }).ToArray();
            var (mean, error, degrees, _, _) = PlainStatistics.Clustered(byParticipant);
            var onlyFirst = rows.Count(row => row.First.IsRight && !row.Second.IsRight);
            var onlySecond = rows.Count(row => !row.First.IsRight && row.Second.IsRight);
            pValues.Add(PlainStatistics.PValue(byParticipant));

            Assert.Equal((96, onlyFirst, onlySecond), (pair.GetProperty("shared").GetInt32(), pair.GetProperty("only_first").GetInt32(), pair.GetProperty("only_second").GetInt32()));
            Same(mean, pair, "difference");
            Same(PlainStatistics.Difference(byParticipant, 0.95, accuracies[0]), pair, "lower", "upper");
            Same(PlainStatistics.Difference(byVideo, 0.95, accuracies[1]), pair, "video_lower", "video_upper");
            Same(pValues[^1], pair, "p");
            Same(PlainStatistics.PValue(byVideo), pair, "p_video");
            Same(PlainStatistics.McNemar(onlyFirst, onlySecond), pair, "p_mcnemar");
            Same((PlainStatistics.Quantile(0.975, degrees) + PlainStatistics.Quantile(0.8, degrees)) * error, pair, "detectable");
        }

        Assert.All(PlainStatistics.Holm(pValues).Zip(pairs), both => Same(both.First, both.Second, "p_holm"));
        Assert.Contains(pValues, p => p is > 1e-12 and < 0.01);
    }

    [Fact]
    public async Task The_report_shows_the_same_figures()
    {
        var compared = await CompareAsync("accuracy", "pairs");

        var result = await CliProcess.RunAsync(["report", .. _runs, "-o", _folder["report.html"]]);
        var printed = await CliProcess.RunAsync(["compare", .. _runs, "--format", "json"]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal((await CliHost.RunAsync(["compare", .. _runs, "--format", "json"])).Output, printed.Output);
        var report = WebUtility.HtmlDecode(File.ReadAllText(_folder["report.html"]));
        Assert.All(
            compared["accuracy"].SelectMany(row => new[] { "accuracy", "lower", "upper" }.Select(key => row.GetProperty(key).GetDouble())),
            share => Assert.Contains(FormattableString.Invariant($">{100 * share:0.0} %<"), report, StringComparison.Ordinal));
        Assert.All(
            compared["pairs"].Select(pair => pair.GetProperty("difference").GetDouble()),
            share => Assert.Contains(FormattableString.Invariant($">{100 * share:+0.0;-0.0;0.0}<"), report, StringComparison.Ordinal));
    }

    private static double Value(Answer answer) => answer.IsRight ? 1 : 0;

    private static string Name(JsonElement row)
    {
        var control = row.GetProperty("control").GetString();
        return $"{row.GetProperty("run").GetString()}, {row.GetProperty("strategy").GetString()}, {row.GetProperty("frames").GetInt32()} frames{(control == "none" ? "" : ", " + control)}";
    }

    private static void Same((double Lower, double Upper) expected, JsonElement row, string lower, string upper)
    {
        Same(expected.Lower, row, lower);
        Same(expected.Upper, row, upper);
    }

    private static void Same(double expected, JsonElement row, string key)
    {
        var found = row.GetProperty(key).GetDouble();
        Assert.True(Math.Abs(expected - found) <= Tolerance, $"{key}: {found:R}, recomputed {expected:R} in {row}");
    }

    private async Task<Dictionary<string, JsonElement[]>> CompareAsync(params string[] sections)
    {
        var result = await CliHost.RunAsync(["compare", .. _runs, "--format", "json"]);
        Assert.True(result.ExitCode == 0, result.Error);
        using var document = JsonDocument.Parse(result.Output);
        return sections.ToDictionary(section => section, section => document.RootElement.GetProperty(section).Clone().EnumerateArray().ToArray());
    }

    /// <summary>The answers of one row of the table, straight from the run's files.</summary>
    private Answer[] Answers(JsonElement row)
    {
        var run = row.GetProperty("run").GetString() switch
        {
            "two" => "second",
            "one (blind)" => "blind",
            _ => "first",
        };
        var strategy = row.GetProperty("strategy").GetString()!;
        var videos = Lines(_folder[$"mqa/{strategy}.jsonl"]).ToDictionary(question => Text(question, "id"), question => (Text(question, "video_id"), Text(question, "participant_id")));
        return
        [
            .. Lines(_folder[$"{run}/results-1of1.jsonl"])
                .Where(line => Text(line, "strategy") == strategy && line.GetProperty("frames").GetInt32() == row.GetProperty("frames").GetInt32())
                .Select(line => new Answer(
                    Text(line, "id"), videos[Text(line, "id")].Item1, videos[Text(line, "id")].Item2, Text(line, "status"),
                    line.GetProperty("predicted_index").ValueKind == JsonValueKind.Number && line.GetProperty("predicted_index").GetInt32() == line.GetProperty("answer_index").GetInt32())),
        ];
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static IEnumerable<JsonElement> Lines(string file) => File.ReadLines(file).Select(line =>
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    });

    private sealed record Answer(string Id, string Video, string Participant, string Status, bool IsRight);
}
