using System.ComponentModel;
using System.Runtime.ExceptionServices;
using System.Text;
using CliWrap;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Runs a program and streams its output. The program is ended, with all it started, when it is cancelled, when reading its
/// output fails, and when it stays silent for too long.
/// </summary>
internal static class ToolProcess
{
    private const int LongestOutput = 64 << 20;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program, its arguments and its standard input.</param>
    /// <param name="patience">How long it may go between two signs of life before it is ended.</param>
    /// <param name="readOutput">Reads its standard output to the end, and calls what it is given at every sign of life.</param>
    /// <param name="errors">Receives its standard error.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What <paramref name="readOutput"/> returned, and the exit code.</returns>
    /// <exception cref="TimeoutException">It stayed silent for longer than <paramref name="patience"/>.</exception>
    /// <exception cref="InputException">It cannot be started.</exception>
    public static async Task<(T Output, int ExitCode)> RunAsync<T>(
        Command command,
        TimeSpan patience,
        Func<Stream, Action, CancellationToken, Task<T>> readOutput,
        ErrorLines errors,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var silence = new CancellationTokenSource(patience);
        using var unreadable = new CancellationTokenSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, unreadable.Token, cancellationToken);
        T output = default!;
        ExceptionDispatchInfo? failure = null;
        async Task ReadAsync(Stream stream, CancellationToken token)
        {
            try
            {
                output = await readOutput(stream, () => silence.CancelAfter(patience), token);
            }
            catch (Exception exception) when (exception is InvalidDataException or IOException)
            {
                // What nobody reads any more would keep the program waiting.
                failure = ExceptionDispatchInfo.Capture(exception);
                await unreadable.CancelAsync();
            }
        }

        try
        {
            var result = await command
                .WithStandardOutputPipe(PipeTarget.Create(ReadAsync))
                .WithStandardErrorPipe(errors.Target)
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(stop.Token);
            failure?.Throw();
            return (output, result.ExitCode);
        }
        catch (OperationCanceledException exception)
        {
            failure?.Throw();
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException(
                FormattableString.Invariant($"{Path.GetFileName(command.TargetFilePath)} gave nothing for {patience.TotalSeconds:0.#} s and was ended."), exception);
        }
        catch (Win32Exception exception)
        {
            throw new InputException($"{command.TargetFilePath} could not be started: {exception.Message}.", exception);
        }
    }

    /// <summary>Reads a program's output as text, up to 64 MiB.</summary>
    /// <exception cref="InvalidDataException">There is more.</exception>
    public static async Task<string> ReadTextAsync(Stream stream, Action onSignOfLife, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await ReadBytesAsync(stream, onSignOfLife, cancellationToken));

    /// <summary>Reads a program's output, up to 64 MiB.</summary>
    /// <exception cref="InvalidDataException">There is more.</exception>
    public static async Task<byte[]> ReadBytesAsync(Stream stream, Action onSignOfLife, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            onSignOfLife();
            if (output.Length > LongestOutput)
            {
                throw new InvalidDataException("the output is too long");
            }

            output.Write(buffer, 0, read);
        }

        return output.ToArray();
    }
}
