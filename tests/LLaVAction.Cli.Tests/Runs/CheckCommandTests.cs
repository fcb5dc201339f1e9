using System.Text.Json.Nodes;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;

namespace LLaVAction.Cli.Tests.Runs;

/// <summary><c>check</c> as CI sees it: exit codes, and the one line that says why.</summary>
public sealed class CheckCommandTests : IDisposable
{
    private readonly RunsFolder _folder = new();
    private readonly string _baseline;

    public CheckCommandTests()
    {
        _baseline = _folder["baseline.json"];
        _folder.Make("base", 0.6, 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_process_ends_with_each_of_the_exit_codes()
    {
        await WriteBaselineAsync();
        var kept = 0;
        _folder.Make("half", 0.6, 1, change: _ => kept++ < 100);
        Alter("moved", 0.05);
        _folder.Make("blind", 0.6, 1, identity: static run => run with { Control = Control.Blind });

        var written = await CliProcess.RunAsync("check", _folder["base"], "--write-baseline", _folder["again.json"]);
        Assert.Equal((0, ""), (written.ExitCode, written.Error));
        Assert.Equal(File.ReadAllText(_baseline), File.ReadAllText(_folder["again.json"]));
        foreach (var (run, exitCode, word) in new[] { ("base", 0, "PASSED"), ("moved", 1, "WORSE"), ("blind", 2, "Not comparable"), ("half", 3, "INCONCLUSIVE") })
        {
            var result = await CliProcess.RunAsync("check", _folder[run], "--baseline", _baseline);

            Assert.Equal(exitCode, result.ExitCode);
            Assert.Contains(word, result.Output + result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_same_run_passes_in_both_modes()
    {
        await WriteBaselineAsync();

        AssertVerdict(await CheckAsync("base"), 0, "PASSED: ");
        AssertVerdict(await CheckAsync("base", "--mode", "numeric"), 0, "PASSED: ");
        AssertVerdict(await CheckAsync("base", "--mode", "accuracy", "--margin", "0.5"), 0, "PASSED: ", "none of 96 answers");
    }

    [Fact]
    public async Task Numeric_mode_sees_one_moved_number_and_one_flipped_answer()
    {
        await WriteBaselineAsync();
        Alter("nudged", 0.01);
        Alter("moved", 0.05);
        Alter("flipped", 0, flip: true);

        AssertVerdict(await CheckAsync("nudged"), 0, "PASSED: ");
        AssertVerdict(await CheckAsync("nudged", "--tolerance", "0.005"), 1, "WORSE: ");
        AssertVerdict(await CheckAsync("moved"), 1, "WORSE: ", "1 of 384 answers moved beyond the tolerance of 0.02 nats");
        AssertVerdict(await CheckAsync("moved", "--tolerance", "0.06"), 0, "PASSED: ");
        AssertVerdict(await CheckAsync("flipped"), 1, "WORSE: ", "1 of 384");
    }

    [Fact]
    public async Task Accuracy_mode_tells_better_worse_and_too_few()
    {
        await WriteBaselineAsync();
        _folder.Make("better", 0.9, 2, identity: OtherModel);
        _folder.Make("worse", 0.2, 3, identity: OtherModel);
        _folder.Make("alike", 0.6, 4, identity: OtherModel);

        AssertVerdict(await CheckAsync("better"), 0, "PASSED: ", "not worse by more than the margin");
        AssertVerdict(await CheckAsync("worse"), 1, "WORSE: ", "accuracy changed by -");
        AssertVerdict(await CheckAsync("alike", "--margin", "0.001"), 3, "INCONCLUSIVE: ", "would decide");
        AssertVerdict(await CheckAsync("alike", "--margin", "0.9"), 0, "PASSED: ");
    }

    [Fact]
    public async Task The_change_and_its_interval_are_those_of_plain_formulas()
    {
        await WriteBaselineAsync();
        _folder.Make("other", 0.4, 5, identity: OtherModel);

        var result = await CheckAsync("other");

        var participants = File.ReadLines(_folder["mqa/tim.jsonl"]).Select(line => JsonNode.Parse(line)!).ToDictionary(question => (string)question["id"]!, question => (string)question["participant_id"]!);
        var before = Right("base");
        foreach (var cell in Right("other").GroupBy(static answer => (answer.Key.Strategy, answer.Key.Frames)))
        {
            var rows = cell.Select(answer => (answer.Value - before[answer.Key], participants[answer.Key.Id])).ToArray();
            var mean = rows.Average(static row => row.Item1);
            var (lower, upper) = PlainStatistics.Difference(
                rows, 0.9,
                [.. cell.Select(answer => (before[answer.Key], participants[answer.Key.Id]))],
                [.. cell.Select(answer => (answer.Value, participants[answer.Key.Id]))]);
            Assert.Contains(
                FormattableString.Invariant($"{cell.Key.Strategy}, {cell.Key.Frames} frames: accuracy changed by {100 * mean:+0.0;-0.0;0.0} points (90 % interval {100 * lower:+0.0;-0.0;0.0} to {100 * upper:+0.0;-0.0;0.0}, 96 questions of {participants.Values.Distinct().Count()} participants)"),
                result.Output,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_incomplete_run_is_inconclusive_and_makes_no_baseline()
    {
        await WriteBaselineAsync();
        var kept = 0;
        _folder.Make("half", 0.6, 1, change: _ => kept++ < 100);

        AssertVerdict(await CheckAsync("half"), 3, "INCONCLUSIVE: ");
        AssertVerdict(await CheckAsync("half", "--mode", "accuracy"), 3, "INCONCLUSIVE: ", "have no result yet");
        var refused = await CliHost.RunAsync("check", _folder["half"], "--write-baseline", _folder["half.json"]);
        AssertRefused(refused, "100 of 384 results; a baseline needs a complete run");
        Assert.False(File.Exists(_folder["half.json"]));
    }

    [Theory]
    [InlineData("control", "control is \"blind\" in the run and \"none\" in the baseline")]
    [InlineData("prompt", "prompt.perspective is \"allocentric\" in the run")]
    [InlineData("scoring", "scoring is [\"staged\"] in the run")]
    [InlineData("questions", "benchmark.")]
    public async Task Other_questions_and_settings_are_not_comparable_and_one_line_says_why(string what, string reason)
    {
        await WriteBaselineAsync();
        _folder.Build("other", "--seed", "43");
        _folder.Make("changed", 0.6, 1, benchmark: what == "questions" ? "other" : "mqa", identity: run => what switch
        {
            "control" => run with { Control = Control.Blind },
            "prompt" => run with { Prompt = run.Prompt with { Perspective = PromptPerspective.Allocentric } },
            "scoring" => run with { Scoring = [AnswerScoring.Staged] },
            _ => run,
        });

        foreach (var mode in new[] { "auto", "numeric", "accuracy" })
        {
            AssertRefused(await CheckAsync("changed", "--mode", mode), "Not comparable: ", reason);
        }
    }

    [Fact]
    public async Task Another_model_is_not_comparable_number_by_number()
    {
        await WriteBaselineAsync();
        _folder.Make("other", 0.6, 1, identity: OtherModel);

        AssertRefused(await CheckAsync("other", "--mode", "numeric"), "Not comparable: ", "model.", "Use --mode accuracy");
        AssertVerdict(await CheckAsync("other", "--margin", "0.5"), 0, "PASSED: ", "accuracy mode: model.hash differs from the baseline");
    }

    [Theory]
    [InlineData("missing", "no such file")]
    [InlineData("empty", "not a baseline of 'llavaction check --write-baseline'")]
    [InlineData("truncated", "not a baseline of 'llavaction check --write-baseline'")]
    [InlineData("schema", "schema_version 9; this version of the tool reads 1")]
    [InlineData("twice", "stands in it twice")]
    [InlineData("lacks an answer", "the baseline has no answer to")]
    public async Task A_file_that_is_no_baseline_is_refused(string damage, string reason)
    {
        await WriteBaselineAsync();
        var text = File.ReadAllText(_baseline);
        var document = JsonNode.Parse(text)!;
        var answers = document["answers"]!.AsArray();
        switch (damage)
        {
            case "missing":
                File.Delete(_baseline);
                break;
            case "empty":
                File.WriteAllText(_baseline, "");
                break;
            case "truncated":
                File.WriteAllText(_baseline, text[..(text.Length / 2)]);
                break;
            case "schema":
                document["schema_version"] = 9;
                File.WriteAllText(_baseline, document.ToJsonString());
                break;
            case "twice":
                answers.Add(answers[0]!.DeepClone());
                File.WriteAllText(_baseline, document.ToJsonString());
                break;
            default:
                answers.RemoveAt(0);
                File.WriteAllText(_baseline, document.ToJsonString());
                break;
        }

        AssertRefused(await CheckAsync("base", "--mode", "accuracy"), reason);
    }

    [Theory]
    [InlineData("check needs --baseline FILE")]
    [InlineData("cannot be combined", "--baseline", "b.json", "--write-baseline", "c.json")]
    [InlineData("--tolerance -1: expected", "--tolerance", "-1", "--baseline", "@")]
    [InlineData("--margin 2: expected", "--margin", "2", "--baseline", "@")]
    [InlineData("--mode fast: expected auto, numeric or accuracy", "--mode", "fast", "--baseline", "@")]
    public async Task Wrong_options_are_refused(string reason, params string[] options)
    {
        await WriteBaselineAsync();

        AssertRefused(await CliHost.RunAsync(["check", _folder["base"], .. options.Select(option => option == "@" ? _baseline : option)]), reason);
    }

    private static RunIdentity OtherModel(RunIdentity run) =>
        run with { Model = run.Model with { Name = "two", Hash = "2" } };

    private static void AssertVerdict(CliResult result, int exitCode, string verdict, params string[] anyOf)
    {
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}: {result.Output}{result.Error}");
        Assert.StartsWith(verdict, result.Output, StringComparison.Ordinal);
        Assert.True(anyOf.Length == 0 || Array.Exists(anyOf, part => result.Output.Contains(part, StringComparison.Ordinal)), result.Output);
        Assert.Contains("simulated", result.Output.Split('\n')[0], StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    private static void AssertRefused(CliResult result, params string[] parts)
    {
        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Output}{result.Error}");
        Assert.Empty(result.Output);
        Assert.All(parts, part => Assert.Contains(part, result.ErrorLines[0], StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private async Task WriteBaselineAsync()
    {
        var result = await CliHost.RunAsync("check", _folder["base"], "--write-baseline", _baseline);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal($"{_baseline}: baseline of 384 answers.\n", result.Output);
    }

    private Task<CliResult> CheckAsync(string run, params string[] more) =>
        CliHost.RunAsync(["check", _folder[run], "--baseline", _baseline, .. more]);

    /// <summary>1 for each right answer of a run and 0 for the others.</summary>
    private Dictionary<(string Id, string Strategy, int Frames), double> Right(string run) =>
        File.ReadLines(_folder[run + "/results-1of1.jsonl"]).Select(line => JsonNode.Parse(line)!).ToDictionary(
            line => ((string)line["id"]!, (string)line["strategy"]!, (int)line["frames"]!), line => (bool)line["correct"]! ? 1.0 : 0);

    /// <summary>The run again, with one answer's scores moved, or turned to another option.</summary>
    private void Alter(string name, double movement, bool flip = false)
    {
        var number = 0;
        _folder.Make(name, 0.6, 1, change: line =>
        {
            if (number++ != 17)
            {
                return true;
            }

            if (flip)
            {
                RunsFolder.Choose(line, ((int)line["predicted_index"]! + 1) % RunsFolder.Options);
                return true;
            }

            line["letter_logprobs"]![0] = (double)line["letter_logprobs"]![0]! + movement;
            return true;
        });
    }
}
