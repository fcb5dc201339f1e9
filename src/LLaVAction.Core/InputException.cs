namespace LLaVAction;

/// <summary>
/// Something the user gave is wrong: a file, a row, an option. The message is the whole story
/// (file, line or row, what was found, what was expected, what to do next) and is shown without a stack trace.
/// The command line turns it into exit code 2. Text from files that it quotes cannot steer a terminal (<see cref="VisibleText"/>).
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>Creates the error with the message that the user will read.</summary>
    public InputException(string message)
        : base(VisibleText.Lines(message))
    {
    }

    /// <summary>Creates the error with the message that the user will read and the failure behind it.</summary>
    public InputException(string message, Exception innerException)
        : base(VisibleText.Lines(message), innerException)
    {
    }
}
