using System.Text.RegularExpressions;

namespace LLaVAction.Cli.Output;

/// <summary>What an exception means to the user.</summary>
/// <param name="ExitCode">One of <see cref="Output.ExitCode"/>.</param>
/// <param name="Message">What to print: one message, no stack trace, no words of the runtime.</param>
internal sealed partial record Failure(int ExitCode, string Message)
{
    private const int NoSpaceLeft = 28;
    private const int FileTooLarge = 27;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    public static Failure Of(Exception exception, string command) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Of(only, command),
        OperationCanceledException => new(Output.ExitCode.Interrupted, "Interrupted; the work done so far is kept."),
        UsageException => BadInput(
            $"{exception.Message}{Environment.NewLine}Run 'llavaction {command}{(command.Length > 0 ? " " : "")}--help' for all options and examples."),
        InputException => BadInput(exception.Message),
        IOException or UnauthorizedAccessException => BadInput(OfFile(exception)),
        OutOfMemoryException => BadInput("Not enough memory. 'llavaction doctor' shows how much is usable."),
        _ => new(
            Output.ExitCode.InternalError,
            $"Internal error: {exception.GetType().Name}: {exception.Message}{Environment.NewLine}"
            + "This is a bug in llavaction, not in your files. Please report it with the command line and the output of the same command with --verbosity debug."),
    };

    public static string OfFile(Exception exception)
    {
        var path = exception is FileNotFoundException { FileName: { Length: > 0 } name } ? name : QuotedPath().Match(exception.Message).Groups["path"].Value;
        if (path.Length == 0)
        {
            return Sentence(exception.Message);
        }

        return exception switch
        {
            FileNotFoundException => $"{path}: no such file.",
            DirectoryNotFoundException => $"{path}: no such folder.",
            UnauthorizedAccessException when Directory.Exists(path) && !path.EndsWith(Path.DirectorySeparatorChar) => $"{path}: is a folder that cannot be read or written as a file. Check the path and its permissions.",
            UnauthorizedAccessException => $"{path}: permission denied. Check the permissions, or choose another place.",
            PathTooLongException => $"{path}: the path is too long for this system.",
            { HResult: NoSpaceLeft or QuotaExceeded } => $"No space left on device: {path}. Free some space, or choose another place to write to.",
            { HResult: FileTooLarge } => $"{path}: larger than the file size limit of this process allows (see 'ulimit -f').",
            { HResult: ReadOnlyFileSystem } => $"{path}: the file system is read-only. Choose another place to write to.",
            _ => Sentence(exception.Message),
        };
    }

    private static Failure BadInput(string message) => new(Output.ExitCode.BadInput, message);

    private static string Sentence(string message) => message.TrimEnd('.', ' ') + ".";

    [GeneratedRegex("'(?<path>[^']+)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QuotedPath();
}
