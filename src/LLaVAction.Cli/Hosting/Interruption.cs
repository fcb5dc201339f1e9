using System.Runtime.InteropServices;

namespace LLaVAction.Cli.Hosting;

/// <summary>Turns Ctrl-C and SIGTERM into a cancelled token; a second signal ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;
    private int signals;

    /// <summary>Starts to listen.</summary>
    /// <param name="onFirstSignal">Told when the first signal comes.</param>
    public Interruption(Action onFirstSignal)
    {
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];

        void Handle(PosixSignalContext context)
        {
            context.Cancel = true;
            if (Interlocked.Increment(ref signals) > 1)
            {
                Environment.Exit(ExitCode.Interrupted);
            }

            onFirstSignal();
            source.Cancel();
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }
}
