using System.Globalization;
using System.Text.Json.Nodes;
using LLaVAction.Cli.Tests.Commands;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Scripts;

/// <summary>Slurm's daemons take the machine's cores: nothing runs beside them.</summary>
[CollectionDefinition(nameof(SlurmTests), DisableParallelization = true)]
public sealed class SlurmCollection;

/// <summary><c>scripts/slurm</c> against a real Slurm of one node, with everything that goes wrong on a cluster.</summary>
[Collection(nameof(SlurmTests))]
[Trait("Category", "Slurm")]
public sealed class SlurmTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    private const int Parts = 12;
    private static readonly string Scripts = Path.Combine(Repository.Root, "scripts", "slurm");

    [SkippableFact]
    public async Task An_array_that_is_killed_cancelled_and_loses_its_node_ends_with_the_answers_of_one_process()
    {
        Skip.IfNot(SlurmCluster.Obstacle is null, SlurmCluster.Obstacle);
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var run = demo["array"];
        demo.Build("many", Path.Combine(demo.Demo, "annotations", "EPIC_100_validation.csv"), clips: 8 * Parts);
        Directory.CreateDirectory(demo["hold"]);
        using var cluster = await SlurmCluster.StartAsync(6, new Dictionary<string, string>
        {
            ["LLAVACTION"] = WriteTool(),
            ["HOLD"] = demo["hold"],
            ["RUN"] = run,
        });
        Hold(2, 4, 6, 8);

        var ids = (await cluster.RunAsync($"{Scripts}/submit.sh --shards {Parts} --time=30 -- {Command(run)}")).Trim();
        Assert.Equal(3, ids.Split(':').Length); // five tasks fit one array

        await HeldAsync(cluster, 2);
        await cluster.RunAsync($"kill -9 {File.ReadAllText(demo["hold/2.held"])}");
        await HeldAsync(cluster, 4); // what --signal=TERM@120 sends, and a preemption
        await cluster.RunAsync($"scancel --signal=TERM {TaskOf(ids, 4)}");
        await HeldAsync(cluster, 6);
        await cluster.RunAsync($"scancel {TaskOf(ids, 6)}");
        await HeldAsync(cluster, 8);
        await cluster.LoseNodeAsync();
        await cluster.DrainAsync();

        // All but the cancelled one came back by themselves.
        Assert.Contains($"parts    11 of {Parts} ended, 0 running, 0 waiting", await cluster.RunAsync($"{Scripts}/progress.sh {run}"), StringComparison.Ordinal);
        Assert.Contains("2of12: exit code 137 after start 1", Log(run, 2), StringComparison.Ordinal);
        Assert.Contains("2of12: exit code 0 after start 2", Log(run, 2), StringComparison.Ordinal);
        Assert.Contains("4of12: exit code 130 after start 1", Log(run, 4), StringComparison.Ordinal);
        Assert.Contains("4of12: exit code 0 after start 2", Log(run, 4), StringComparison.Ordinal);
        Assert.Contains("8of12: exit code 0 after start 2", Log(run, 8), StringComparison.Ordinal);
        Assert.DoesNotContain("8of12: exit code 0 after start 1", Log(run, 8), StringComparison.Ordinal); // srun says 0 when a node is lost

        var topUp = (await cluster.RunAsync($"{Scripts}/submit.sh --shards {Parts} --top-up --time=30 -- {Command(run)}")).Trim();
        var after = await cluster.RunAsync($"sbatch --parsable --dependency=afterany:{topUp} --output={demo["compared"]} --wrap='$LLAVACTION compare {run}'");
        Assert.Matches("^[0-9]+$", topUp);
        Assert.NotEmpty(after);
        await cluster.DrainAsync();

        Assert.Matches("parts +12 of 12 ended.*\n" + "answers +([0-9]+) of \\1\n", await cluster.RunAsync($"{Scripts}/progress.sh {run}"));
        Assert.Contains("Accuracy", File.ReadAllText(demo["compared"]), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("nothing to top up", (await cluster.TryAsync($"{Scripts}/submit.sh --shards {Parts} --top-up -- {Command(run)}")).Error, StringComparison.Ordinal);

        Assert.True((await CliProcess.RunAsync(Command(demo["alone"]).Split(' '))).ExitCode == 0);
        Assert.Equal(Answers(demo["alone"]), Answers(run));
        Assert.Equal(DemoBenchmark.Summary(demo["alone"]), DemoBenchmark.Summary(run));
    }

    [SkippableFact]
    public async Task A_command_without_parts_is_started_again_until_it_ends_or_asks_for_something_wrong()
    {
        Skip.IfNot(SlurmCluster.Obstacle is null, SlurmCluster.Obstacle);

        // A tool that ends with the codes of its --codes, one a start.
        File.WriteAllText(demo["codes"], """
            #!/usr/bin/env bash
            IFS=, read -ra codes <<<"${@: -1}"
            exit "${codes[${SLURM_RESTART_COUNT:-0}]}"
            """);
        await Shell.RunAsync($"chmod +x {demo["codes"]}");
        using var cluster = await SlurmCluster.StartAsync(6, new Dictionary<string, string> { ["LLAVACTION"] = demo["codes"], ["RESTARTS"] = "2" });

        foreach (var (name, codes) in new[] { ("done", "130,137,0"), ("wrong", "2,0"), ("never", "130,130,130,0") })
        {
            await cluster.RunAsync($"{Scripts}/submit.sh -- train-model --output {demo[name]} {codes}");
        }

        await cluster.DrainAsync();

        Assert.True(File.Exists(demo["done.slurm/job.done"]), File.ReadAllText(demo["done.slurm/job.log"]) + (await cluster.TryAsync("scontrol show jobs")).Output);
        Assert.Equal(3, File.ReadAllLines(demo["done.slurm/job.log"]).Length);
        Assert.Contains("exit code 2 after start 1", Assert.Single(File.ReadAllLines(demo["wrong.slurm/job.log"])), StringComparison.Ordinal);
        Assert.Equal(3, File.ReadAllLines(demo["never.slurm/job.log"]).Length);
        Assert.False(File.Exists(demo["never.slurm/job.done"]));
    }

    [SkippableTheory]
    [InlineData("", "no command")]
    [InlineData("--shards 4", "no command")]
    [InlineData("--shards four -- evaluate-model --output run", "--shards four: expected a number from 1")]
    [InlineData("--shards 4 -- evaluate-model --model m", "the command has no --output")]
    [InlineData("--shards 4 -- evaluate-model --output run --shard 1/4", "leave --shard out")]
    [InlineData("--partition gpu -- evaluate-model --output run", "'gpu' is not an option")]
    public async Task A_submission_that_cannot_be_meant_is_refused(string arguments, string reason)
    {
        Skip.IfNot(Shell.IsAvailable, "needs bash");

        var result = await Shell.RunAsync($"{Scripts}/submit.sh {arguments}");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    private string Command(string output) => string.Join(' ', demo.Arguments(output, "--threads", "1", "--benchmark", demo["many"]));

    /// <summary>Parts that stop in the middle of their work, at their first start.</summary>
    private void Hold(params int[] parts) => Array.ForEach(parts, part => File.WriteAllText(demo[$"hold/{part}"], ""));

    private Task HeldAsync(SlurmCluster cluster, int part) =>
        cluster.WaitAsync($"part {part}", () => Task.FromResult(File.Exists(demo[$"hold/{part}.held"])));

    /// <summary>The task of a part, as scancel takes it.</summary>
    private static string TaskOf(string jobs, int part) =>
        string.Create(CultureInfo.InvariantCulture, $"{jobs.Split(':')[(part - 1) / 5]}_{((part - 1) % 5) + 1}");

    private static string Log(string run, int part) => File.ReadAllText($"{run}.slurm/{part}of{Parts}.log");

    /// <summary>The tool; a part that is to be held stops once its first answer is written, and leaves its process id.</summary>
    private string WriteTool()
    {
        var path = demo["tool"];
        File.WriteAllText(path, $$"""
            #!/usr/bin/env bash
            part=${@: -1}
            part=${part%/*}
            dotnet '{{CliProcess.ToolPath}}' "$@" &
            pid=$!
            trap 'kill -TERM $pid; kill -CONT $pid' TERM
            if [ -e "$HOLD/$part" ]; then
              rm "$HOLD/$part"
              until [ -s "$RUN/results-${part}of{{Parts}}.jsonl" ] || ! kill -0 $pid 2>/dev/null; do sleep 0.02; done
              kill -STOP $pid
              echo $pid >"$HOLD/$part.new"
              mv "$HOLD/$part.new" "$HOLD/$part.held"
            fi
            wait $pid
            code=$?
            while kill -0 $pid 2>/dev/null; do wait $pid; code=$?; done
            exit $code
            """);
        Shell.RunAsync($"chmod +x {path}").GetAwaiter().GetResult();
        return path;
    }

    /// <summary>Every answer of a run without its times and the checksum over them, in an order of its own.</summary>
    private static string[] Answers(string run) =>
    [
        .. Directory.GetFiles(run, "results-*.jsonl").SelectMany(File.ReadLines).Select(static line =>
        {
            var answer = JsonNode.Parse(line)!.AsObject();
            foreach (var name in answer.Select(static field => field.Key).Where(static key => key == "checksum" || key.EndsWith("_ms", StringComparison.Ordinal)).ToList())
            {
                answer.Remove(name);
            }

            return answer.ToJsonString();
        }).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];
}
