using System.CommandLine;
using LLaVAction.Cli.Configuration;

namespace LLaVAction.Cli.Hosting;

/// <summary>The options that every command has.</summary>
internal sealed class GlobalOptions
{
    /// <summary>A YAML file of options.</summary>
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Takes options from a YAML file; the command line and the environment win over it.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>The folder of libtorch.</summary>
    public Option<string?> LibTorch { get; } = new("--libtorch")
    {
        Description = "The folder of libtorch for the torch engine [default: LLAVACTION_LIBTORCH, else the first that is found].",
        HelpName = "DIR",
        Recursive = true,
    };

    /// <summary>Where the log goes besides stderr.</summary>
    public Option<string?> LogFile { get; } = new("--log-file")
    {
        Description = "Appends the log to a file as well.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>How much is logged.</summary>
    public Option<string> Verbosity { get; } = OptionFactory.Choice(
        "--verbosity", "How much goes to stderr.", "normal", "quiet", "normal", "debug");

    /// <summary>Adds the options to the root command, for itself and all commands below it.</summary>
    public void AddTo(Command root)
    {
        Verbosity.Recursive = true;
        root.Options.Add(Config);
        root.Options.Add(LibTorch);
        root.Options.Add(LogFile);
        root.Options.Add(Verbosity);
    }
}
