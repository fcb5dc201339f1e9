using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;
using Spectre.Console;

namespace LLaVAction.Cli.Output;

/// <summary>How much is logged to stderr.</summary>
internal enum Verbosity
{
    Quiet,

    Normal,

    Debug,
}

/// <summary>
/// Everything that is not a result: log, progress and the reason of a failure, to stderr and to the file of
/// <c>--log-file</c>. The logger is made when first used, so that quick commands load none of it.
/// </summary>
/// <param name="error">Standard error.</param>
/// <param name="terminal">The terminal behind it; null for a file or a pipe.</param>
internal sealed class LogOutput(TextWriter error, Lazy<IAnsiConsole>? terminal = null) : IDisposable
{
    private readonly EscapingWriter _escaped = new(error);
    private readonly Lock _gate = new();
    private Verbosity _verbosity = Verbosity.Normal;
    private string? _file;
    private ILogger? _logger;
    private bool _isLive;

    public ILogger Logger => _logger ??= CreateLogger();

    /// <summary>Sets what the global options say.</summary>
    /// <exception cref="InputException">The log file cannot be written.</exception>
    public void Configure(Verbosity verbosity, string? file)
    {
        _verbosity = verbosity;
        if (file is not null)
        {
            // The sink would keep silent about a file it cannot open.
            OutputFile.Prepare(file, "--log-file");
            File.Open(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite).Dispose();
            _file = file;
        }
    }

    public IProgressReporter StartProgress(ProgressState state)
    {
        if (terminal is null || _verbosity == Verbosity.Quiet)
        {
            return new PlainProgress(state, PlainProgress.DefaultInterval, TimeProvider.System, WriteNotice);
        }

        _isLive = true;
        return new TerminalProgress(state, terminal.Value, () => _isLive = false);
    }

    public void WriteLine(string line) => WriteLine(line, isRed: false);

    private void WriteLine(string line, bool isRed)
    {
        lock (_gate)
        {
            try
            {
                if (terminal is not null && (_isLive || isRed))
                {
                    terminal.Value.WriteLine(EscapingWriter.Show(line), isRed ? new Style(Color.Red) : Style.Plain);
                }
                else
                {
                    _escaped.WriteLine(line);
                }
            }
            catch (IOException)
            {
                // Nobody reads stderr any more; that must not end the work.
            }
        }
    }

    public void WriteNotice(string line)
    {
        if (_verbosity != Verbosity.Quiet)
        {
            WriteLine(line);
        }
    }

    // Writes why the command failed; with the stack trace at '--verbosity debug' only.
    public void WriteFailure(Failure failure, Exception exception)
    {
        WriteLine((failure.ExitCode == ExitCode.Interrupted ? "" : "error: ") + failure.Message, isRed: failure.ExitCode != ExitCode.Interrupted);
        if (_verbosity == Verbosity.Debug)
        {
            WriteLine(exception.ToString());
        }

        if (_file is not null)
        {
            using var fileOnly = AddFile(new LoggerConfiguration()).CreateLogger();
            fileOnly.Error(exception, "{Failure:l}", failure.Message);
        }
    }

    public void Dispose()
    {
        (_logger as IDisposable)?.Dispose();
        _escaped.Dispose();
    }

    private void Emit(LogEvent logEvent)
    {
        var isDetailed = _verbosity == Verbosity.Debug;
        var formatter = new MessageTemplateTextFormatter(
            isDetailed ? "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}" : "{Message:lj}", CultureInfo.InvariantCulture);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        formatter.Format(logEvent, text);
        var prefix = isDetailed ? "" : logEvent.Level switch
        {
            LogEventLevel.Warning => "warning: ",
            LogEventLevel.Error or LogEventLevel.Fatal => "error: ",
            _ => "",
        };
        WriteLine(prefix + text.ToString().TrimEnd(), isRed: logEvent.Level >= LogEventLevel.Warning);
    }

    private Logger CreateLogger() => AddFile(new LoggerConfiguration()
        .MinimumLevel.Is(_verbosity == Verbosity.Debug ? LogEventLevel.Verbose : LogEventLevel.Information)
        .WriteTo.Sink(new LineSink(this), _verbosity == Verbosity.Quiet ? LogEventLevel.Error : LogEventLevel.Verbose)).CreateLogger();

    private LoggerConfiguration AddFile(LoggerConfiguration configuration) =>
        _file is null
            ? configuration
            : configuration.WriteTo.File(
                _file,
                outputTemplate: "{Timestamp:yyyy-MM-dd HH:mm:ss.fff zzz} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture,
                shared: true);

    /// <summary>Apart from the output, because a logger disposes its sinks.</summary>
    private sealed class LineSink(LogOutput output) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => output.Emit(logEvent);
    }
}
