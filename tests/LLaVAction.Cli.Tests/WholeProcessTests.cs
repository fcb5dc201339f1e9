using System.Runtime.InteropServices;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests;

public sealed class WholeProcessTests
{
    [Fact]
    public async Task Version_is_printed_and_nothing_else()
    {
        var result = await CliProcess.RunAsync("--version");

        Assert.Equal((0, ToolVersion.Current + "\n", string.Empty), (result.ExitCode, result.Output, result.Error));
    }

    [Fact]
    public async Task Help_of_the_tool_lists_the_commands()
    {
        var result = await CliProcess.RunAsync("--help");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("doctor", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new string[0], "No command given")]
    [InlineData(new[] { "docto" }, "Did you mean 'doctor'?")]
    [InlineData(new[] { "doctor", "--formt", "json" }, "Did you mean '--format'?")]
    [InlineData(new[] { "doctor", "--format", "jsn" }, "--format jsn: expected table, markdown, csv, json or latex. Did you mean 'json'?")]
    [InlineData(new[] { "doctor", "--format" }, "--format needs a value")]
    [InlineData(new[] { "doctor", "extra" }, "does not take the argument 'extra'")]
    [InlineData(new[] { "--verbosity", "debug" }, "No command given")]
    public async Task Bad_usage_is_exit_code_2_with_one_reason_and_a_pointer_to_help(string[] arguments, string reason)
    {
        var result = await CliProcess.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal(2, result.ErrorLines.Count);
        Assert.StartsWith("error: ", result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Contains(reason, result.ErrorLines[0], StringComparison.Ordinal);
        Assert.Contains("--help", result.ErrorLines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_what_is_installed_and_how_to_get_what_is_not()
    {
        using var folder = new TemporaryFolder();
        var dotnet = Path.GetDirectoryName(RuntimeEnvironment.GetRuntimeDirectory().TrimEnd(Path.DirectorySeparatorChar))!;
        var dotnetRoot = Path.GetFullPath(Path.Combine(dotnet, "..", ".."));
        var withoutTools = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = $"{dotnetRoot}:{folder.FullName}" };

        var result = await CliProcess.RunAsync(["doctor"], withoutTools);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("SIMD", result.Output, StringComparison.Ordinal);
        Assert.Contains("apt-get install ffmpeg", result.Output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_full_disk_under_stdout_is_one_message_and_exit_code_2()
    {
        Skip.IfNot(File.Exists("/dev/full"), "needs /dev/full");

        var result = await Shell.RunAsync($"dotnet {CliProcess.ToolPath} doctor > /dev/full");

        Assert.Equal(2, result.ExitCode);
        Assert.Single(result.ErrorLines);
        Assert.Contains("No space left on device", result.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_reader_that_goes_away_ends_the_command_quietly()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs bash");

        var result = await Shell.RunAsync($"dotnet {CliProcess.ToolPath} --help | true");

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task A_log_file_that_cannot_be_written_is_bad_input()
    {
        using var folder = new TemporaryFolder();
        var path = folder["file/below.log"];
        File.WriteAllText(folder["file"], "");

        var result = await CliProcess.RunAsync("doctor", "--log-file", path);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"--log-file {path}: its folder does not exist and cannot be made", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_in_the_log_file_and_its_stack_trace_is_shown_for_debugging_only()
    {
        using var folder = new TemporaryFolder();

        var normal = await CliProcess.RunAsync("show", folder["nothing"], "--log-file", folder["a.log"]);
        var debug = await CliProcess.RunAsync("show", folder["nothing"], "--verbosity", "debug");

        Assert.Equal((2, 2), (normal.ExitCode, debug.ExitCode));
        Assert.DoesNotContain("   at LLaVAction", normal.Error, StringComparison.Ordinal);
        Assert.Contains("   at LLaVAction", debug.Error, StringComparison.Ordinal);
        Assert.Contains(folder["nothing"], await File.ReadAllTextAsync(folder["a.log"]), StringComparison.Ordinal);
    }
}
