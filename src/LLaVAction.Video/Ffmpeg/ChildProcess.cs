using System.ComponentModel;
using System.Diagnostics;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Runs a program with a list of arguments and streams its output. The program is ended, with all it started, when it is
/// cancelled, when reading its output fails, and when it stays silent for too long.
/// </summary>
internal static class ChildProcess
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="executable">Full path of the program.</param>
    /// <param name="arguments">Its arguments; no shell sees them.</param>
    /// <param name="patience">How long it may go without giving a byte of output before it is ended.</param>
    /// <param name="readOutput">Reads its standard output to the end.</param>
    /// <param name="errors">Receives its standard error.</param>
    /// <param name="writeInput">Writes its standard input; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What <paramref name="readOutput"/> returned, and the exit code.</returns>
    /// <exception cref="TimeoutException">It stayed silent for longer than <paramref name="patience"/>.</exception>
    public static Task<(T Output, int ExitCode)> RunAsync<T>(
        string executable,
        IEnumerable<string> arguments,
        TimeSpan patience,
        Func<Stream, CancellationToken, Task<T>> readOutput,
        ErrorLines errors,
        Func<Stream, CancellationToken, Task>? writeInput,
        CancellationToken cancellationToken) =>
        RunAsync(new ProcessStartInfo(executable, arguments), patience, readOutput, errors, writeInput, cancellationToken);

    /// <summary>Runs a program to its end, as the other overload does.</summary>
    /// <param name="program">The program and its arguments; what concerns its pipes is set here.</param>
    /// <param name="patience">How long it may go without giving a byte of output before it is ended.</param>
    /// <param name="readOutput">Reads its standard output to the end.</param>
    /// <param name="errors">Receives its standard error.</param>
    /// <param name="writeInput">Writes its standard input; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What <paramref name="readOutput"/> returned, and the exit code.</returns>
    /// <exception cref="TimeoutException">It stayed silent for longer than <paramref name="patience"/>.</exception>
    public static async Task<(T Output, int ExitCode)> RunAsync<T>(
        ProcessStartInfo program,
        TimeSpan patience,
        Func<Stream, CancellationToken, Task<T>> readOutput,
        ErrorLines errors,
        Func<Stream, CancellationToken, Task>? writeInput,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(program);
        using var silence = new CancellationTokenSource(patience);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);

        // Ending the program also ends its pipes, so nothing below can wait for it any longer.
        await using var kill = stop.Token.Register(() => Kill(process)).ConfigureAwait(false);
        var errorTask = errors.ReadAsync(process.StandardError.BaseStream);
        var inputTask = WriteInputAsync(process, writeInput, stop.Token);
        try
        {
            var output = await readOutput(new WatchedStream(process.StandardOutput.BaseStream, silence, patience), stop.Token);
            await process.WaitForExitAsync(stop.Token);
            await inputTask;
            await errorTask;
            return (output, process.ExitCode);
        }
        catch (Exception failure) when (stop.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException(
                FormattableString.Invariant($"{Path.GetFileName(program.FileName)} gave nothing for {patience.TotalSeconds:0.#} s and was ended."), failure);
        }
        finally
        {
            Kill(process);
            await process.WaitForExitAsync(CancellationToken.None);

            // What it said last belongs into the error message; only a stray child could still hold the pipe open.
            await Task.WhenAny(errorTask, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        }
    }

    private static Process Start(ProcessStartInfo program)
    {
        program.UseShellExecute = false;
        program.CreateNoWindow = true;
        program.RedirectStandardInput = true;
        program.RedirectStandardOutput = true;
        program.RedirectStandardError = true;
        var process = new Process { StartInfo = program };
        try
        {
            process.Start();
            return process;
        }
        catch (Win32Exception failure)
        {
            process.Dispose();
            throw new InputException($"{program.FileName} could not be started: {failure.Message}.", failure);
        }
    }

    private static async Task WriteInputAsync(Process process, Func<Stream, CancellationToken, Task>? writeInput, CancellationToken cancellationToken)
    {
        try
        {
            if (writeInput is not null)
            {
                await writeInput(process.StandardInput.BaseStream, cancellationToken);
            }

            process.StandardInput.Close();
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // The program ended without reading it all; its exit code and its errors say why.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception failure) when (failure is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in the meantime.
        }
    }

    /// <summary>A stream that puts off the end of patience with every read that gives something.</summary>
    private sealed class WatchedStream(Stream inner, CancellationTokenSource silence, TimeSpan patience) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            silence.CancelAfter(patience);
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
