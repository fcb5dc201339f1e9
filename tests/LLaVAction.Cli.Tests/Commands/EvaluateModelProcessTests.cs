using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using LLaVAction.Cli.Commands;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary>Whole processes over the demo's videos and checkpoint: kills, signals, parts, damage.</summary>
public sealed class EvaluateModelProcessTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    private const int Results = 12 * 2 * 2;

    [SkippableFact]
    public async Task Killed_at_twenty_moments_and_resumed_gives_the_same_summary()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var expected = await demo.Expected.Value;
        var moments = new Random(1);
        var run = 0;
        for (var kills = 0; kills < 20;)
        {
            using var process = CliProcess.Start(demo.Arguments(demo[$"killed-{run}"], "--threads", "1"));
            var streams = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            var isEarly = moments.Next(4) == 0;
            var ended = await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(moments.Next(isEarly ? 300 : 600, isEarly ? 700 : 1600)));
            if (process.HasExited)
            {
                Assert.Equal(expected, DemoBenchmark.Summary(demo[$"killed-{run}"]));
                run++;
                continue;
            }

            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            await streams;
            kills++;
        }

        for (; run >= 0; run--)
        {
            var last = await demo.EvaluateAsync(demo[$"killed-{run}"]);

            Assert.True(last.ExitCode == 0, last.Error);
            Assert.Equal(expected, DemoBenchmark.Summary(demo[$"killed-{run}"]));
            Assert.Equal(Results, DemoBenchmark.CountLines(demo[$"killed-{run}"]));
        }
    }

    [SkippableTheory]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Parts_in_processes_of_their_own_give_the_same_summary(int count)
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var expected = await demo.Expected.Value;
        var run = demo[$"parts-{count}"];

        var first = Enumerable.Range(1, 2).Select(index => demo.EvaluateAsync(run, "--shard", $"{index}/{count}", "--threads", DemoBenchmark.Text(index)));
        var results = (await Task.WhenAll(first)).ToList();
        for (var index = 3; index <= count; index++)
        {
            results.Add(await demo.EvaluateAsync(run, "--shard", $"{index}/{count}"));
        }

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.Error));
        Assert.Contains(results, result => result.Output.Contains("Complete: 48 results", StringComparison.Ordinal));
        Assert.Equal(expected, DemoBenchmark.Summary(run));
        Assert.Equal(count, Directory.GetFiles(run, "results-*.jsonl").Length);
    }

    [SkippableFact]
    public async Task Several_devices_do_a_part_each_of_one_run()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");

        var result = await demo.EvaluateAsync(demo["devices"], "--device", "cpu,cpu");
        var wrong = await demo.EvaluateAsync(demo["no-device"], "--engine", "embedded", "--device", "cpu,cuda:0");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Complete: 48 results", result.Output, StringComparison.Ordinal);
        Assert.Equal(["results-1of2.jsonl", "results-2of2.jsonl"], Directory.GetFiles(demo["devices"], "results-*").Select(Path.GetFileName).Order());
        Assert.Equal(await demo.Expected.Value, DemoBenchmark.Summary(demo["devices"]));
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("not on device 'cuda:0'", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_of_the_devices_make_up_the_part_of_the_process()
    {
        for (var position = 0; position < 100; position++)
        {
            foreach (var shard in new[] { Shard.Whole, new Shard(2, 3), new Shard(3, 3) })
            {
                var owners = Enumerable.Range(0, 4).Count(device => EvaluationJob.PartOf(shard, device, 4).Owns(position));
                Assert.Equal(shard.Owns(position) ? 1 : 0, owners);
            }
        }
    }

    [SkippableFact]
    public async Task Stopped_by_a_signal_keeps_what_is_done()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var run = demo["stopped"];
        using var process = CliProcess.Start(demo.Arguments(run, "--threads", "1"));
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        var clock = Stopwatch.StartNew();
        while (DemoBenchmark.CountLines(run) < 4 && clock.Elapsed < TimeSpan.FromSeconds(60))
        {
            await Task.Delay(10);
        }

        await Shell.RunAsync($"kill -TERM {process.Id}");
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await output;

        Assert.True(process.ExitCode == 130, $"exit code {process.ExitCode}: {await error}");
        Assert.InRange(DemoBenchmark.CountLines(run), 4, Results - 1);
        Assert.False(File.Exists(Path.Combine(run, "results-1of1.jsonl.lock")));
        Assert.Equal(0, (await demo.EvaluateAsync(run)).ExitCode);
        Assert.Equal(await demo.Expected.Value, DemoBenchmark.Summary(run));
    }

    [SkippableFact]
    public async Task Corrupt_and_missing_videos_are_rows_with_a_status_and_exit_code_3()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var videos = demo.CopyVideos("damaged");
        var used = Directory.GetFiles(videos, "P01_11.MP4", SearchOption.AllDirectories).Single();
        File.WriteAllBytes(used, File.ReadAllBytes(used)[..2000]);
        var run = demo["damaged-run"];

        var broken = await demo.EvaluateAsync(run, "--videos", videos);
        File.Delete(used);
        var rows = File.ReadAllLines(Path.Combine(demo.Demo, "annotations", "EPIC_100_validation.csv"));
        File.WriteAllLines(demo["two.csv"], [.. rows[..3], rows.First(static row => !row.Contains(",P01_11,", StringComparison.Ordinal) && row.Contains(",P0", StringComparison.Ordinal))]);
        demo.Build("two", demo["two.csv"]);
        var missing = await demo.EvaluateAsync(demo["missing-run"], "--benchmark", demo["two"], "--videos", videos);
        var mended = await demo.EvaluateAsync(run, "--retry-failed");

        Assert.Equal((3, 3, 0), (broken.ExitCode, missing.ExitCode, mended.ExitCode));
        Assert.Contains("--retry-failed", broken.Error, StringComparison.Ordinal);
        Assert.Contains("2 of 3 clips have no video: P01_11.", missing.Error, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"decode_error\"", File.ReadAllText(Path.Combine(run, "results-1of1.jsonl")), StringComparison.Ordinal);
        Assert.Contains("\"status\":\"missing_video\"", File.ReadAllText(Path.Combine(demo["missing-run"], "results-1of1.jsonl")), StringComparison.Ordinal);
        Assert.Equal(await demo.Expected.Value, DemoBenchmark.Summary(run));
    }

    [SkippableFact]
    public async Task Clip_past_the_end_of_its_video_is_a_row_with_a_status()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var rows = File.ReadAllLines(Path.Combine(demo.Demo, "annotations", "EPIC_100_validation.csv"));
        var cells = rows[1].Split(',');
        (cells[4], cells[5], cells[6], cells[7]) = ("00:20:00.00", "00:20:02.00", "72000", "72120");
        rows[1] = string.Join(',', cells);
        File.WriteAllLines(demo["past.csv"], rows);
        demo.Build("past", demo["past.csv"]);

        var result = await demo.EvaluateAsync(demo["past-run"], "--benchmark", demo["past"]);

        Assert.Equal(3, result.ExitCode);
        Assert.Equal(4, File.ReadLines(Path.Combine(demo["past-run"], "results-1of1.jsonl")).Count(line => line.Contains("short_video", StringComparison.Ordinal)));
    }

    [SkippableFact]
    public async Task Full_disk_loses_nothing_that_was_written()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg and bash");
        var run = demo["full"];
        var arguments = string.Join(' ', demo.Arguments(run).Select(argument => $"'{argument}'"));

        // A limit on file size stands for the full disk: the write fails in the middle of a line.
        var full = await Shell.RunAsync(
            $"trap '' XFSZ; ulimit -f 12; exec dotnet '{CliProcess.ToolPath}' {arguments}",
            new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0", ["DOTNET_EnableDiagnostics"] = "0" });
        var kept = DemoBenchmark.CountLines(run);
        var resumed = await demo.EvaluateAsync(run);

        Assert.True(full.ExitCode == 2, $"exit code {full.ExitCode}: {full.Error}");
        Assert.Contains("cannot write results", full.Error, StringComparison.Ordinal);
        Assert.InRange(kept, 1, Results - 1);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(await demo.Expected.Value, DemoBenchmark.Summary(run));
        Assert.Equal(Results, DemoBenchmark.CountLines(run));
    }

    [SkippableFact]
    public async Task Questions_asked_again_alone_are_told_and_kept_with_the_run()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");

        var result = await demo.EvaluateAsync(demo["verified"], "--limit", "2", "--verify-batch", "3");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("Asked 3 questions again, each alone: 0 chose another letter, scores moved by 0 at most", result.Error, StringComparison.Ordinal);
        Assert.Contains("\"flips\": 0", File.ReadAllText(Path.Combine(demo["verified"], "batches-1of1.json")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Output_that_cannot_be_written_is_exit_code_2()
    {
        Skip.IfNot(demo.HasFfmpeg && Directory.Exists("/proc"), "needs ffmpeg and /proc");

        var result = await demo.EvaluateAsync("/proc/llavaction-run");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("/proc/llavaction-run: cannot keep a run here", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Other_settings_and_foreign_results_are_refused()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var run = demo["refusing"];
        Assert.Equal(0, (await demo.EvaluateAsync(run, "--limit", "2")).ExitCode);
        Assert.Equal(0, (await demo.EvaluateAsync(demo["foreign"], "--limit", "4")).ExitCode);

        var other = await demo.EvaluateAsync(run, "--limit", "2", "--control", "reversed");
        File.Copy(Path.Combine(demo["foreign"], "results-1of1.jsonl"), Path.Combine(run, "results-1of2.jsonl"));
        var foreign = await demo.EvaluateAsync(run, "--limit", "2");

        Assert.Equal(2, other.ExitCode);
        Assert.Contains("--control: the run has \"none\", this command has \"reversed\"", other.Error, StringComparison.Ordinal);
        Assert.Equal(2, foreign.ExitCode);
        Assert.Matches("results-1of2.jsonl line [0-9]+: id '.+' is not a question", foreign.Error);
    }

    [SkippableFact]
    public async Task Time_outside_decoding_and_model_is_a_small_part()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");

        var result = await demo.EvaluateAsync(demo["overhead"], "--verbosity", "debug");

        var times = Regex.Match(result.Error, "the rest ([0-9.]+) s of ([0-9.]+) s");
        Assert.True(times.Success, result.Error);
        var overhead = double.Parse(times.Groups[1].Value, CultureInfo.InvariantCulture);
        var wall = double.Parse(times.Groups[2].Value, CultureInfo.InvariantCulture);
        Assert.True(overhead < 0.1 * wall, $"{overhead} s of {wall} s");
    }

    [SkippableTheory]
    [InlineData("--frames 8,8", "each count once")]
    [InlineData("--frames 0", "--frames 0: expected a whole number from 1")]
    [InlineData("--frames 5 --frame-policy stride", "does not divide the clip length 32")]
    [InlineData("--rotations 6", "--rotations 6")]
    [InlineData("--scoring letters", "--scoring letters: expected letter, generate, staged, strict or published. Did you mean 'letter'?")]
    [InlineData("--task cot --scoring letter", "--task cot")]
    [InlineData("--task caption --scoring letter", "shows no options")]
    [InlineData("--task direct --rotations 2", "shows no options")]
    [InlineData("--shard 3/2", "--shard")]
    [InlineData("--strategy tim", "there is no set 'tim'")]
    [InlineData("--limit 0", "--limit 0")]
    [InlineData("--prior-actions nowhere", "nowhere: no such folder")]
    [InlineData("--engine tourch", "--engine tourch: expected auto, cpu, torch or openai. Did you mean 'torch'?")]
    [InlineData("--threads 100000", "--threads 100000: expected a whole number from 1 to 1024")]
    [InlineData("--repetition-penalty NaN", "--repetition-penalty NaN: expected a number")]
    [InlineData("--engine torch --libtorch nowhere", "--libtorch nowhere: there is no such folder")]
    [InlineData("--engine embedded --device cuda:0", "not on device 'cuda:0'")]
    [InlineData("--mm-pooling mean", "pooling")]
    [InlineData("--model nowhere", "nowhere")]
    [InlineData("--videos nowhere", "nowhere")]
    [InlineData("--benchmark nowhere", "nowhere")]
    public async Task Wrong_option_is_one_clear_message_and_makes_no_run(string option, string complaint)
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var result = await demo.EvaluateAsync(demo["wrong"], option.Split(' '));

        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Contains(complaint, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(demo["wrong"]));
    }
}
