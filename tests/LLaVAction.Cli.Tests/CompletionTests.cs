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
    [InlineData("llavaction ev", "llavaction evaluate-model")]
    [InlineData("llavaction compare --for", "llavaction compare --format")]
    [InlineData("llavaction compare --format j", "llavaction compare --format json")]
    [InlineData("llavaction compare a-folder-of-r", "llavaction compare a-folder-of-runs")]
    public async Task Zsh_completes_commands_options_choices_and_files_as_they_are_typed(string line, string expected)
    {
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v zsh")).ExitCode == 0, "needs zsh; scripts/test.sh installs it");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a-folder-of-runs"]);

        // A shell in a terminal of its own, in which the line is typed and Tab pressed.
        File.WriteAllText(folder["type.zsh"], $$"""
            cd '{{folder[""]}}'
            zmodload zsh/zpty
            zpty -b shell 'zsh -f -i'
            await() {
              local chunk; text=
              repeat 300; do zpty -r -t shell chunk && text+=$chunk; [[ $text == *$1* ]] && return; sleep 0.1; done
              return 1
            }
            zpty -w shell "llavaction() { dotnet '{{CliProcess.ToolPath}}' \"\$@\" }"
            zpty -w shell 'autoload -Uz compinit; compinit -u -D; source <(llavaction completion zsh); print LOAD''ED'
            await LOADED || { print -r -- "$text"; exit 1 }
            zpty -w -n shell '{{line}}'$'\t'
            await '{{expected}}' || { print -r -- "$text"; exit 2 }
            zpty -d shell
            """);

        var result = await Shell.RunAsync($"timeout 90 zsh -f '{folder["type.zsh"]}'");

        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Output}{result.Error}");
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
