namespace LLaVAction.Cli.Progress;

/// <summary>Progress where there is no terminal: one line per interval, and one at the end of work that took longer.</summary>
internal sealed class PlainProgress : IProgressReporter
{
    /// <summary>Time between two lines.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(15);

    private readonly ProgressState state;
    private readonly TimeSpan interval;
    private readonly Action<string> writeLine;
    private readonly ITimer timer;

    /// <summary>Starts to report.</summary>
    public PlainProgress(ProgressState state, TimeSpan interval, TimeProvider clock, Action<string> writeLine)
    {
        this.state = state;
        this.interval = interval;
        this.writeLine = writeLine;
        timer = clock.CreateTimer(_ => writeLine(state.Describe()), state: null, interval, interval);
    }

    /// <inheritdoc/>
    public void Advance(long count = 1) => state.Advance(count);

    /// <inheritdoc/>
    public void Dispose()
    {
        timer.Dispose();
        if (state.Elapsed >= interval)
        {
            writeLine(state.DescribeEnd());
        }
    }
}
