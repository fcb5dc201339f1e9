using System.Globalization;
using LLaVAction.Cli.Progress;
using Serilog;
using Serilog.Events;
using Spectre.Console;

namespace LLaVAction.Cli.Hosting;

/// <summary>
/// Everything that is not a result: log, progress and the last word of a failed command, to stderr and to the file of
/// <c>--log-file</c>. The logger is made when first used, so that quick commands load none of it.
/// </summary>
internal sealed class LogOutput(TextWriter error) : IDisposable
{
    private readonly Lock _gate = new();
    private string _verbosity = "normal";
    private string? _logFile;
    private ILogger? _logger;
    private IAnsiConsole? _liveConsole;

    /// <summary>The log of the command.</summary>
    public ILogger Logger => _logger ??= CreateLogger();

    private bool IsDebug => string.Equals(_verbosity, "debug", StringComparison.Ordinal);

    private bool IsQuiet => string.Equals(_verbosity, "quiet", StringComparison.Ordinal);

    /// <summary>Sets what the global options say.</summary>
    /// <exception cref="IOException">The log file cannot be written to.</exception>
    public void Configure(string level, string? file)
    {
        _verbosity = level;
        if (file is not null)
        {
            // The sink would keep silent about a file it cannot open, and make folders nobody asked for.
            File.Open(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite).Dispose();
            _logFile = file;
        }
    }

    /// <summary>Shows progress until disposed.</summary>
    public IProgressReporter StartProgress(ProgressState state)
    {
        if (IsQuiet || Console.IsErrorRedirected || !Environment.UserInteractive)
        {
            return new PlainProgress(state, PlainProgress.DefaultInterval, TimeProvider.System, IsQuiet ? _ => { } : WriteLine);
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        _liveConsole = console;
        return new TerminalProgress(state, console, () => _liveConsole = null);
    }

    /// <summary>Writes one line to stderr, above a live bar if there is one.</summary>
    public void WriteLine(string line)
    {
        lock (_gate)
        {
            try
            {
                if (_liveConsole is { } console)
                {
                    console.WriteLine(line);
                }
                else
                {
                    error.WriteLine(line);
                }
            }
            catch (IOException)
            {
                // Nobody reads stderr any more; that must not end the work.
            }
        }
    }

    /// <summary>Writes a line that is shown unless <c>--verbosity quiet</c>.</summary>
    public void WriteNotice(string line)
    {
        if (!IsQuiet)
        {
            WriteLine(line);
        }
    }

    /// <summary>Writes why the command failed; with the stack trace at <c>--verbosity debug</c> only.</summary>
    public void WriteFailure(Failure failure, Exception exception)
    {
        var prefix = failure.ExitCode == ExitCode.Interrupted ? string.Empty : "error: ";
        WriteLine(prefix + failure.Message);
        if (IsDebug)
        {
            WriteLine(exception.ToString());
        }

        if (_logFile is not null)
        {
            using var fileOnly = AddFile(new LoggerConfiguration()).CreateLogger();
            fileOnly.Error(exception, "{Failure:l}", failure.Message);
        }
    }

    /// <summary>Writes what the log still holds.</summary>
    public void Dispose() => (_logger as IDisposable)?.Dispose();

    private Serilog.Core.Logger CreateLogger()
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(IsDebug ? LogEventLevel.Verbose : LogEventLevel.Information)
            .WriteTo.Sink(new LineSink(WriteLine, IsDebug), IsQuiet ? LogEventLevel.Error : LogEventLevel.Verbose);
        return AddFile(configuration).CreateLogger();
    }

    private LoggerConfiguration AddFile(LoggerConfiguration configuration) =>
        _logFile is null
            ? configuration
            : configuration.WriteTo.File(
                _logFile,
                outputTemplate: "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture,
                shared: true);
}
