using LLaVAction.Cli.Tests.Benchmarks;
using LLaVAction.Cli.Tests.Runs;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Output;

/// <summary>
/// Commands that write into a folder that takes nothing, or onto a full disk: exit code 2 with the place and the reason,
/// no half-written file, and what was there before still there.
/// </summary>
public sealed class UnwritablePlacesTests : IDisposable
{
    // Without these the runtime itself writes files beyond the limit.
    private static readonly Dictionary<string, string> FewFiles = new()
    {
        ["DOTNET_EnableWriteXorExecute"] = "0",
        ["DOTNET_EnableDiagnostics"] = "0",
    };

    private readonly InputFolder _inputs = new();
    private readonly RunsFolder _runs = new(limit: 12);

    public UnwritablePlacesTests()
    {
        _runs.Make("run", 0.6, 1);
        Directory.CreateDirectory(_inputs["place"]);
    }

    public static TheoryData<string> Writers => ["build-benchmark", "report", "check", "describe-benchmark", "evaluate-model"];

    public void Dispose()
    {
        _inputs.Dispose();
        _runs.Dispose();
    }

    [SkippableTheory]
    [MemberData(nameof(Writers))]
    public async Task A_folder_that_takes_nothing_is_named_and_stays_as_it_is(string command)
    {
        using var locked = await ReadOnlyFolder.LockAsync(_inputs["place"]);
        Skip.If(locked is null, "this user may write everywhere and the file system has no immutable folders");
        await _inputs.BuildAsync();

        var result = await CliHost.RunAsync(Arguments(command, _inputs["place/new"]));

        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Contains(_inputs["place"], result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_inputs["place"]));
    }

    [SkippableFact]
    public async Task A_run_in_a_folder_that_takes_nothing_is_compared_all_the_same()
    {
        using var locked = await ReadOnlyFolder.LockAsync(_runs["run"]);
        Skip.If(locked is null, "this user may write everywhere and the file system has no immutable folders");

        var result = await CliHost.RunAsync("compare", _runs["run"]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("the summary could not be written", result.Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("build-benchmark")]
    [InlineData("report")]
    [InlineData("check")]
    [InlineData("evaluate-model")]
    public async Task A_disk_without_room_is_named_and_what_was_there_stays(string command)
    {
        Skip.IfNot(Shell.IsAvailable, "needs bash");
        await _inputs.BuildAsync("--strategy", "random", "--strategy", $"avion={_inputs["avion.pkl"]}", "--strategy", $"tim={_inputs["tim.json"]}");
        await _inputs.BuildAsync("--limit", "3", "--output", _inputs["place/old"]);
        _inputs.Write("place/old.file", "as before");
        var isFolder = command is "build-benchmark";
        var target = _inputs[isFolder ? "place/old" : command == "evaluate-model" ? "place/run" : "place/old.file"];
        var before = Contents();
        var line = Quote(["dotnet", CliProcess.ToolPath, .. Arguments(command, target), .. isFolder ? ["--force"] : Array.Empty<string>()]);

        // One block of 1 KiB per file stands for the last room on the disk.
        var result = await Shell.RunAsync($"trap '' XFSZ; ulimit -f 1; exec {line}", FewFiles);

        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Contains(_inputs["place"], result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        if (command != "evaluate-model")
        {
            Assert.Equal(before, Contents());
        }

        // With room again the same command succeeds, whatever the failure left behind.
        var again = await CliHost.RunAsync([.. Arguments(command, target), .. isFolder ? ["--force"] : Array.Empty<string>()]);
        Assert.True(again.ExitCode == 0, again.Error);
    }

    [SkippableFact]
    public async Task A_full_file_system_keeps_the_old_benchmark_and_the_old_report()
    {
        await _inputs.BuildAsync();
        await _inputs.BuildAsync("--limit", "2", "--output", _inputs["old"]);
        var build = Quote(["dotnet", CliProcess.ToolPath, .. Arguments("build-benchmark", _inputs["place/mqa"]), "--force"]);
        var report = Quote(["dotnet", CliProcess.ToolPath, .. Arguments("report", _inputs["place/report.html"])]);
        var show = Quote(["dotnet", CliProcess.ToolPath, "verify-benchmark", _inputs["place/mqa"]]);

        var result = await Shell.RunAsync(
            "unshare -m bash -c '"
            + $"mount -t tmpfs -o size=48k tmpfs {_inputs["place"]} || exit 99; cp -r {_inputs["old"]} {_inputs["place/mqa"]}; echo before > {_inputs["place/report.html"]}; "
            + $"head -c 100000 /dev/zero > {_inputs["place/filler"]}; {build.Replace("'", "", StringComparison.Ordinal)}; echo build $?; {report.Replace("'", "", StringComparison.Ordinal)}; echo report $?; "
            + $"cat {_inputs["place/report.html"]}; ls -A {_inputs["place"]}; {show.Replace("'", "", StringComparison.Ordinal)}; echo verify $?'");

        Skip.If(result.ExitCode == 99 || result.Error.Contains("unshare", StringComparison.Ordinal), "needs the right to mount");
        Assert.Contains("build 2", result.Output, StringComparison.Ordinal);
        Assert.Contains("report 2\nbefore\nfiller\nmqa\nreport.html\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("verify 0", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, result.ErrorLines.Count(line => line.StartsWith("error: ", StringComparison.Ordinal) && line.Contains("No space left on device", StringComparison.Ordinal)));
    }

    private static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(word => $"'{word}'"));

    private string[] Arguments(string command, string target) => command switch
    {
        "build-benchmark" => _inputs.Build("--output", target),
        "report" => ["report", _runs["run"], "-o", target],
        "check" => ["check", _runs["run"], "--write-baseline", target],
        "describe-benchmark" => ["describe-benchmark", _inputs.Output, "--bias-scores", target],
        _ =>
        [
            "evaluate-model", "--benchmark", _inputs.Output, "--model", Path.Combine(Repository.Root, "data", "demo", "tiny-random"),
            "--control", "blind", "--frames", "2", "--limit", "2", "--output", target,
        ],
    };

    private Dictionary<string, string> Contents() => Directory.GetFiles(_inputs["place"], "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains(".building", StringComparison.Ordinal))
        .ToDictionary(file => file, File.ReadAllText);
}
