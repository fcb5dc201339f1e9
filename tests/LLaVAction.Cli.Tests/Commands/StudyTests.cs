using System.Text.Json;
using LLaVAction.Cli.Commands;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Cli.Tests.Training;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

public sealed class StudyTests
{
    private static readonly string Configs = Path.Combine(Repository.Root, "configs");

    public static TheoryData<string> ShippedStudies =>
    [
        .. Directory.EnumerateFiles(Configs, "*.yaml", SearchOption.AllDirectories)
            .Select(static file => Path.GetRelativePath(Configs, file))
            .Where(static file => !file.StartsWith("models", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(ShippedStudies))]
    public void Every_shipped_study_plans_commands_whose_options_are_valid(string file)
    {
        var study = StudyFile.Read(Path.Combine(Configs, file), static name => "/data/" + name);
        var plan = StudyPlan.Of(study, "out");

        Assert.NotNull(plan.Build);
        Assert.NotEmpty(plan.Runs);
        Assert.All(plan.CommandLines, line => Assert.StartsWith("llavaction ", line, StringComparison.Ordinal));
        foreach (var options in study.Runs.Select(static run => run.Options).Concat(study.Variants.Select(static variant => variant.Evaluate)))
        {
            // Everything a number depends on is fixed by the study, not left to a default.
            foreach (var option in (string[])["frames", "frame-policy", "scoring", "time-instruction", "mm-pooling", "mm-newline", "video-layout"])
            {
                Assert.True(options.ContainsKey(option) || study.Evaluate.ContainsKey(option), option);
            }
        }
    }

    [Fact]
    public void Options_of_a_run_replace_those_that_all_runs_share()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("study.yaml", "benchmark: mqa\nevaluate-model: { videos: v, frames: [8, 16], limit: 4 }\nruns: { a: { model: m, frames: 32 }, b: { model: n } }\n");

        var plan = StudyPlan.Of(StudyFile.Read(file, static _ => null), "out");

        Assert.Equal([[32], [8, 16]], plan.Runs.Select(static run => run.Options.Frames));
        Assert.All(plan.Runs, static run => Assert.Equal(("mqa", "v", 4), (run.Options.Benchmark, run.Options.Videos.Folder, run.Options.Limit)));
        Assert.Contains("llavaction evaluate-model --benchmark mqa --model m --videos v --output out/runs/a --frames 32 --limit 4", plan.CommandLines);
    }

    [Fact]
    public void A_value_that_an_option_does_not_take_is_named_with_its_line()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("study.yaml", "benchmark: mqa\nruns:\n  a:\n    model: m\n    frames: many\n");

        var exception = Assert.Throws<UsageException>(() => StudyPlan.Of(StudyFile.Read(file, static _ => null), "out"));

        Assert.Equal($"--frames many: expected a whole number from 1 to 10000, or several such as 8,16. (set by {file} line 5)", exception.Message);
    }

    [Fact]
    public void Every_study_of_the_paper_has_a_recommended_twin()
    {
        static string?[] Names(string folder) => [.. Directory.EnumerateFiles(Path.Combine(Configs, folder)).Select(Path.GetFileName).Order(StringComparer.Ordinal)];

        Assert.Equal(Names("paper"), Names("recommended"));
    }

    [Theory]
    [InlineData("runs: { a: { model: m } }", "expected either 'build-benchmark'")]
    [InlineData("benchmark: mqa", "no 'runs'")]
    [InlineData("benchmark: mqa\nrunz: { a: { model: m } }", "'runz' is not a key of a study")]
    [InlineData("benchmark: mqa\nruns: { a: { modell: m } }", "Did you mean 'model'")]
    [InlineData("benchmark: mqa\nruns: { a/b: { model: m } }", "cannot name a run")]
    [InlineData("benchmark: mqa\nruns: { a: { model: m, output: x } }", "set by the study itself")]
    [InlineData("benchmark: ${UNSET_VARIABLE}\nruns: { a: { model: m } }", "UNSET_VARIABLE is not set")]
    [InlineData("benchmark: mqa\nruns: [a, b]", "one entry per run")]
    [InlineData("benchmark: [\n", "not valid YAML")]
    public void A_wrong_study_is_refused_with_file_and_advice(string yaml, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["study.yaml"], yaml);

        var message = Assert.Throws<InputException>(() => StudyFile.Read(folder["study.yaml"], static _ => null)).Message;

        Assert.Contains("study.yaml", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("variants: { a: { trained-as: b } }", "trained as 'b'; expected a variant above it")]
    [InlineData("variants: { a: { evaluate: { frames: 2 } } }", "'evaluate' is not a key of a variant")]
    [InlineData("variants: { a: { train-model: { epoch: 2 } } }", "Did you mean 'epochs'")]
    [InlineData("ablation: leave-two-out\nvariants: { a: {} }", "expected build-up or leave-one-out")]
    public void A_wrong_variant_is_refused_with_file_and_advice(string yaml, string expected) => A_wrong_study_is_refused_with_file_and_advice("benchmark: mqa\n" + yaml, expected);

    [SkippableFact]
    public async Task A_training_study_builds_trains_evaluates_and_compares_and_started_again_trains_nothing_twice()
    {
        await TrainingKitchen.RequireAsync();
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEMO_DATA"] = Path.Combine(Repository.Root, "data", "demo") };
        string[] arguments = ["study", Path.Combine(Configs, "smoke-training.yaml"), "--output", folder["out"]];

        var first = await CliProcess.RunAsync(arguments, environment, timeout: TimeSpan.FromMinutes(8));
        Assert.True(first.ExitCode == 0, first.Error);
        var metrics = File.ReadAllBytes(folder["out/models/hard/metrics.jsonl"]);
        var second = await CliProcess.RunAsync(arguments, environment, timeout: TimeSpan.FromMinutes(8));

        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Equal(metrics, File.ReadAllBytes(folder["out/models/hard/metrics.jsonl"]));
        using var table = JsonDocument.Parse(File.ReadAllBytes(folder["out/ablation.json"]));
        var rows = table.RootElement.EnumerateArray().Select(static row => string.Join(
            ' ', new[] { "variant", "strategy", "teacher", "against" }.Select(name => row.GetProperty(name).GetString()))).ToArray();
        Assert.Equal(
            [
                "easy random iid -", "hard random ood easy", "hard-tta random ood hard",
                "easy tim ood -", "hard tim iid easy", "hard-tta tim iid hard",
            ],
            rows);
        Assert.All(table.RootElement.EnumerateArray(), static row => Assert.Equal(4, row.GetProperty("questions").GetInt32()));
    }

    [SkippableFact]
    public async Task The_smoke_study_runs_and_started_again_does_nothing_twice()
    {
        Skip.IfNot((await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "ffmpeg is not installed.");
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEMO_DATA"] = Path.Combine(Repository.Root, "data", "demo") };
        string[] arguments = ["study", Path.Combine(Configs, "smoke.yaml"), "--output", folder["out"]];

        var first = await CliProcess.RunAsync(arguments, environment);
        var results = File.ReadAllBytes(folder["out/runs/tiny/results-1of1.jsonl"]);
        var second = await CliProcess.RunAsync(arguments, environment);

        Assert.Equal(0, first.ExitCode);
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(results, File.ReadAllBytes(folder["out/runs/tiny/results-1of1.jsonl"]));
        var report = File.ReadAllText(folder["out/report.html"]);
        Assert.Contains("random weights", report, StringComparison.Ordinal);
        Assert.Contains("simulated", report, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", report, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?:src|href|action)\s*=\s*[""'](?!data:|#)", report);
        Assert.DoesNotContain("--base-url", report, StringComparison.Ordinal);
    }
}
