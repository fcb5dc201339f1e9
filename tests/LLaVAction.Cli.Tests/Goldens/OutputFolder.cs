using System.Text;
using System.Text.Json.Nodes;
using LLaVAction.Cli.Tests.Benchmarks;
using LLaVAction.Cli.Tests.Runs;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Runs;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Goldens;

/// <summary>What the commands write and print for one small set of inputs, by the name of the golden file.</summary>
public sealed class OutputFolder : IDisposable
{
    private readonly InputFolder _inputs = new();
    private readonly RunsFolder _runs = new(limit: 16);
    private readonly Dictionary<string, byte[]> _outputs = new(StringComparer.Ordinal);

    /// <summary>Runs the commands.</summary>
    public OutputFolder() => FillAsync().GetAwaiter().GetResult();

    /// <summary>Names of all outputs.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "mqa/random.jsonl", "mqa/avion.jsonl", "mqa/tim.jsonl", "mqa/manifest.json", "build.txt",
        "recognition/tim.jsonl", "recognition/manifest.json", "training/tim.jsonl", "training/manifest.json",
        "verify.txt", "verify-changed.txt", "show.txt",
        "describe.txt", "describe.md", "describe.csv", "describe.json", "bias.csv",
        "run/run.json", "run/results-1of1.jsonl", "run/summary.json", "evaluate.txt",
        "recognition-run/summary.json", "recognition-run/submission-tim-2.json",
        "compare.txt", "compare.md", "compare.csv", "compare-pairs.csv", "compare.json",
        "baseline.json", "check.txt", "check-accuracy.txt",
    ];

    /// <summary>The folder that stands in the outputs, to be masked.</summary>
    public string Root => Path.TrimEndingDirectorySeparator(_inputs[""]);

    /// <summary>The bytes of an output.</summary>
    public byte[] this[string name] => _outputs[name];

    /// <inheritdoc/>
    public void Dispose()
    {
        _inputs.Dispose();
        _runs.Dispose();
    }

    private async Task FillAsync()
    {
        await BenchmarksAsync();
        await EvaluationsAsync();
        await ComparisonsAsync();
    }

    private async Task BenchmarksAsync()
    {
        await PrintAsync("build.txt", 0, _inputs.Build(
            "--strategy", "random", "--strategy", $"avion={_inputs["avion.pkl"]}", "--strategy", $"tim={_inputs["tim.json"]}",
            "--provenance", "avion=simulated", "--provenance", "tim=measured"));
        await _inputs.BuildAsync("--protocol", "recognition", "--representation", "official-key", "--options", "8", "--limit", "4", "--output", _inputs["recognition"]);
        await _inputs.BuildAsync("--protocol", "training", "--representation", "gt-key", "--ambiguous", "replace", "--limit", "4", "--output", _inputs["training"]);
        foreach (var file in Names.Where(static name => name.StartsWith("mqa/", StringComparison.Ordinal)
            || name.StartsWith("training/", StringComparison.Ordinal) || name.StartsWith("recognition/", StringComparison.Ordinal)))
        {
            _outputs[file] = File.ReadAllBytes(_inputs[file]);
        }

        await PrintAsync("verify.txt", 0, "verify-benchmark", _inputs.Output);
        await PrintAsync("show.txt", 0, "show", _inputs.Output, "--limit", "2");
        string[] describe = ["describe-benchmark", _inputs.Output, "--annotations", _inputs["val.csv"], "--narrations", _inputs["train.csv"], "--narrations", _inputs["rest.csv"]];
        await PrintAsync("describe.txt", 0, [.. describe, "--bias-scores", _inputs["bias.csv"]]);
        await PrintAsync("describe.md", 0, [.. describe, "--format", "markdown"]);
        await PrintAsync("describe.csv", 0, [.. describe, "--format", "csv"]);
        await PrintAsync("describe.json", 0, [.. describe, "--format", "json"]);
        _outputs["bias.csv"] = File.ReadAllBytes(_inputs["bias.csv"]);
        await _inputs.BuildAsync("--output", _inputs["changed"]);
        _inputs.Replace("changed/tim.jsonl", "\"answer_index\":", "\"answer_index\":1");
        await PrintAsync("verify-changed.txt", 1, "verify-benchmark", _inputs["changed"]);
    }

    /// <summary>The tiny checkpoint, blind: no videos, so that no version of ffmpeg matters.</summary>
    private async Task EvaluationsAsync()
    {
        string[] blind = ["--model", Path.Combine(Repository.Root, "data", "demo", "tiny-random"), "--control", "blind", "--frames", "2"];
        await PrintAsync("evaluate.txt", 0, ["evaluate-model", "--benchmark", _inputs.Output, "--limit", "2", "--sample", "first", "--rotations", "2", "--scoring", "letter,generate", "--max-new-tokens", "2", "--output", _inputs["run"], .. blind]);
        var submitted = await CliHost.RunAsync(["evaluate-model", "--benchmark", _inputs["recognition"], "--submission", "--output", _inputs["recognition-run"], .. blind]);
        Assert.True(submitted.ExitCode == 0, submitted.Error);
        foreach (var file in Names.Where(static name => name.Contains("run/", StringComparison.Ordinal)))
        {
            _outputs[file] = File.ReadAllBytes(_inputs[file]);
        }

        // Runtime, processor and tools of this machine.
        var record = JsonNode.Parse(_outputs["run/run.json"])!;
        var environment = record["environment"]!.AsObject();
        foreach (var name in environment.Select(static pair => pair.Key).ToArray())
        {
            environment[name] = "…";
        }

        record["configuration"] = new JsonObject(record["configuration"]!.AsObject().Where(static pair => pair.Key is not "device" and not "threads")
            .Select(static pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        _outputs["run/run.json"] = Encoding.UTF8.GetBytes(record.ToJsonString(new(System.Text.Json.JsonSerializerOptions.Default)
        {
            WriteIndented = true,
            NewLine = "\n",
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }).Replace(Repository.Root, "@@", StringComparison.Ordinal) + "\n");
    }

    private async Task ComparisonsAsync()
    {
        var first = _runs.Make("first", 0.75, 1, line =>
        {
            if (line["id"]!.GetValue<string>().EndsWith("_3", StringComparison.Ordinal))
            {
                RunsFolder.Fail(line);
            }

            return true;
        }, TwoFrames);
        var second = _runs.Make("second", 0.4, 2, identity: static run => TwoFrames(run) with { Model = run.Model with { Name = "two", Hash = "2" } });
        var blind = _runs.Make("blind", 0.3, 3, identity: static run => TwoFrames(run) with { Control = Control.Blind });
        string[] compare = ["compare", first, second, blind, "--annotations-folder", Path.Combine(Repository.Root, "data", "demo", "annotations")];
        await PrintAsync("compare.txt", 0, compare);
        await PrintAsync("compare.md", 0, [.. compare, "--format", "markdown"]);
        await PrintAsync("compare.csv", 0, [.. compare, "--format", "csv"]);
        await PrintAsync("compare-pairs.csv", 0, [.. compare, "--format", "csv", "--section", "pairs"]);
        await PrintAsync("compare.json", 0, [.. compare, "--format", "json"]);
        Assert.Equal(0, (await CliHost.RunAsync("check", first, "--write-baseline", _inputs["baseline.json"])).ExitCode);
        _outputs["baseline.json"] = File.ReadAllBytes(_inputs["baseline.json"]);
        var moved = _runs.Make("moved", 0.75, 1, static line =>
        {
            RunsFolder.Choose(line, 2);
            return true;
        }, TwoFrames);
        await PrintAsync("check.txt", 1, "check", moved, "--baseline", _inputs["baseline.json"]);
        await PrintAsync("check-accuracy.txt", 3, "check", moved, "--baseline", _inputs["baseline.json"], "--mode", "accuracy");
    }

    private static RunIdentity TwoFrames(RunIdentity run) => run with { Frames = run.Frames with { Counts = [2] } };

    private async Task PrintAsync(string name, int exitCode, params string[] arguments)
    {
        var result = await CliHost.RunAsync(arguments);
        Assert.True(result.ExitCode == exitCode, $"{name}: exit code {result.ExitCode}: {result.Error}");
        _outputs[name] = Encoding.UTF8.GetBytes(result.Output);
    }
}
