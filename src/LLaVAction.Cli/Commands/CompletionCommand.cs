using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Commands;

/// <summary>A shell that completes command lines.</summary>
internal enum ShellChoice
{
    Bash,

    Zsh,

    Fish,

    Powershell,
}

/// <summary>The options of <c>completion</c>.</summary>
internal sealed record CompletionOptions
{
    [Argument("SHELL", "One of bash, zsh, fish and powershell.")]
    public required ShellChoice Shell { get; init; }
}

/// <summary><c>completion</c>: the script that makes a shell complete commands, options and choices.</summary>
internal sealed class CompletionCommand() : ToolCommand<CompletionOptions>("completion", "Print a script that completes commands and options in a shell.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("For bash; 'source <(llavaction completion bash)' in ~/.bashrc loads it", "llavaction completion bash"),
        new("For zsh", "llavaction completion zsh"),
    ];

    public override Task<int> RunAsync(CompletionOptions options, CommandContext context)
    {
        context.Results.WriteLine(options.Shell switch
        {
            ShellChoice.Bash => """
                _llavaction() {
                  local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}"
                  COMPREPLY=($(compgen -W "$(llavaction "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
                }
                complete -o bashdefault -o default -F _llavaction llavaction
                """,
            ShellChoice.Zsh => """
                #compdef llavaction
                _llavaction() {
                  local -a found
                  found=("${(@f)$(llavaction "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                  compadd -a found || _files
                }
                compdef _llavaction llavaction
                """,
            ShellChoice.Fish => """
                complete -c llavaction -a '(llavaction "[suggest:"(commandline -C)"]" (commandline -c) 2>/dev/null)'
                """,
            _ => """
                Register-ArgumentCompleter -Native -CommandName llavaction -ScriptBlock {
                  param($word, $line, $cursor)
                  llavaction "[suggest:$cursor]" "$line" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
                }
                """,
        });
        return Task.FromResult(ExitCode.Done);
    }
}
