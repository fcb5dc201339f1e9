using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Scripts;

public sealed class KillScriptTests
{
    [SkippableFact]
    public async Task Killed_work_is_whole_or_not_there_and_a_second_start_makes_what_was_left_undone()
    {
        Skip.IfNot(Shell.IsAvailable, "needs bash");

        var result = await Shell.RunAsync($"bash '{Path.Combine(Repository.Root, "scripts", "kill.sh")}' 2", new Dictionary<string, string>(StringComparer.Ordinal) { ["LLAVACTION"] = CliProcess.ToolPath });

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("check and compare: 2 starts", result.Output, StringComparison.Ordinal);
    }
}
