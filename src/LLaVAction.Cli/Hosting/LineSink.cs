using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace LLaVAction.Cli.Hosting;

/// <summary>Hands each log event over as one line of text for people.</summary>
internal sealed class LineSink(Action<string> writeLine, bool isDetailed) : ILogEventSink
{
    private readonly MessageTemplateTextFormatter _formatter = new(
        isDetailed ? "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}" : "{Message:lj}",
        CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        _formatter.Format(logEvent, text);
        var prefix = isDetailed ? string.Empty : logEvent.Level switch
        {
            LogEventLevel.Warning => "warning: ",
            LogEventLevel.Error or LogEventLevel.Fatal => "error: ",
            _ => string.Empty,
        };
        writeLine(prefix + text.ToString().TrimEnd());
    }
}
