namespace LLaVAction.Cli.Hosting;

/// <summary>What an exception means to the user.</summary>
/// <param name="ExitCode">One of <see cref="Hosting.ExitCode"/>.</param>
/// <param name="Message">What to print; one message, no stack trace.</param>
internal sealed record Failure(int ExitCode, string Message)
{
    private const int NoSpaceLeft = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>Classifies an exception that ended a command.</summary>
    public static Failure Of(Exception exception, string command) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Of(only, command),
        OperationCanceledException => new(Hosting.ExitCode.Interrupted, "Interrupted; the work done so far is kept."),
        UsageException usage => new(
            Hosting.ExitCode.BadInput,
            $"{usage.Message}{Environment.NewLine}Run 'llavaction {command}{(command.Length > 0 ? " " : string.Empty)}--help' for all options and examples."),
        InputException input => new(Hosting.ExitCode.BadInput, input.Message),
        IOException io => new(Hosting.ExitCode.BadInput, Sentence(io.Message) + HintOf(io)),
        UnauthorizedAccessException access => new(Hosting.ExitCode.BadInput, $"{Sentence(access.Message)} Check the permissions, or choose another place."),
        OutOfMemoryException => new(
            Hosting.ExitCode.BadInput, "There is not enough memory for this. 'llavaction doctor' says how much is usable."),
        _ => new(
            Hosting.ExitCode.InternalError,
            $"Internal error: {exception.GetType().Name}: {exception.Message}{Environment.NewLine}"
            + "This is a defect of llavaction, not of your files. Please report it with the command line and what the same command prints with --verbosity debug."),
    };

    private static string Sentence(string message) => message.TrimEnd('.', ' ') + ".";

    private static string HintOf(IOException exception) => exception.HResult switch
    {
        NoSpaceLeft or QuotaExceeded => " Free some space, or choose another place to write to.",
        ReadOnlyFileSystem => " Choose a place that can be written to.",
        _ => string.Empty,
    };
}
