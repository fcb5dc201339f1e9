using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests;

public sealed class CompletionTests
{
    [SkippableTheory]
    [InlineData("llavaction ev", "evaluate-model")]
    [InlineData("llavaction compare --for", "--format")]
    [InlineData("llavaction compare --format j", "json")]
    public async Task Bash_completes_commands_options_and_choices(string line, string expected)
    {
        Skip.IfNot(Shell.IsAvailable && !OperatingSystem.IsWindows(), "needs bash");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["complete.sh"], $$"""
            llavaction() { dotnet '{{CliProcess.ToolPath}}' "$@"; }
            source <(llavaction completion bash)
            COMP_LINE='{{line}}'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=($COMP_LINE); COMP_CWORD=$((${#COMP_WORDS[@]}-1))
            [[ $COMP_LINE == *' ' ]] && COMP_CWORD=$((COMP_CWORD+1))
            _llavaction
            echo "${COMPREPLY[*]}"
            """);

        var result = await Shell.RunAsync($"bash '{folder["complete.sh"]}'");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(expected, result.Output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("bash", "bash -n")]
    [InlineData("zsh", "zsh -n")]
    [InlineData("fish", "fish -n")]
    public async Task Each_script_is_valid_in_its_shell(string shell, string check)
    {
        Skip.IfNot(Shell.IsAvailable, "needs bash");
        Skip.IfNot((await Shell.RunAsync($"command -v {shell}")).ExitCode == 0, $"{shell} is not installed.");
        using var folder = new TemporaryFolder();
        var script = await CliProcess.RunAsync("completion", shell);
        File.WriteAllText(folder["script"], script.Output);

        Assert.Equal(0, (await Shell.RunAsync($"{check} '{folder["script"]}'")).ExitCode);
    }
}
