using System.Runtime.InteropServices;

namespace LLaVAction.Cli.Output;

/// <summary>Turns Ctrl-C and SIGTERM into a cancelled token; a second signal ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    // SIGXFSZ, which would end the process; handled, the write fails with an error that has a path.
    private const PosixSignal FileSizeLimit = (PosixSignal)25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _source = new();
    private readonly TaskCompletionSource _overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <summary>Starts to listen.</summary>
    /// <param name="onFirstSignal">Called at the first signal.</param>
    public Interruption(Action onFirstSignal)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            .. OperatingSystem.IsWindows() ? [] : (PosixSignalRegistration[])[PosixSignalRegistration.Create(FileSizeLimit, static context => context.Cancel = true)],
        ];

        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            if (Interlocked.Increment(ref _signals) > 1)
            {
                Environment.Exit(ExitCode.Interrupted);
            }

            onFirstSignal();
            _source.Cancel();
            _ = Task.Delay(Patience).ContinueWith(_ => _overdue.TrySetResult(), TaskScheduler.Default);
        }
    }

    public CancellationToken Token => _source.Token;

    /// <summary>
    /// Work that stops at the first signal: soon by itself, or left behind after some seconds, such as a read of a pipe that
    /// nobody writes to. What is written stays, as with a process that is killed.
    /// </summary>
    /// <exception cref="OperationCanceledException">A signal came, and the work did not end in time.</exception>
    public async Task<T> BoundAsync<T>(Task<T> work)
    {
        if (await Task.WhenAny(work, _overdue.Task) != work)
        {
            throw new OperationCanceledException(Token);
        }

        return await work;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }
}
