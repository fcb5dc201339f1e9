using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Options;

/// <summary>The options that every command has.</summary>
internal sealed record GlobalOptions
{
    [Option("--config", "Read options from a YAML file; the command line and the environment take precedence.", Value = "FILE")]
    public string? Config { get; init; }

    [Option("--libtorch", "Folder of the libtorch to load [default: the first that is found, see 'llavaction doctor'].", Value = "DIR")]
    public string? LibTorch { get; init; }

    [Option("--log-file", "Also append the log to a file.", Value = "FILE")]
    public string? LogFile { get; init; }

    [Option("--verbosity", "How much is logged to stderr.")]
    public Verbosity Verbosity { get; init; } = Verbosity.Normal;

    [Option("--verbose", "Same as --verbosity debug.", Alias = "-v")]
    public bool IsVerbose { get; init; }

    [Option("--quiet", "Same as --verbosity quiet.", Alias = "-q")]
    public bool IsQuiet { get; init; }

    public Verbosity Effective => IsVerbose ? Verbosity.Debug : IsQuiet ? Verbosity.Quiet : Verbosity;
}
