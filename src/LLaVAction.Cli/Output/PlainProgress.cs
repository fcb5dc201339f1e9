namespace LLaVAction.Cli.Output;

/// <summary>Progress where there is no terminal: one line per interval, and one at the end of work that took longer.</summary>
internal sealed class PlainProgress : IProgressReporter
{
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(15);

    private readonly ProgressState _state;
    private readonly TimeSpan _interval;
    private readonly Action<string> _writeLine;
    private readonly ITimer _timer;

    public PlainProgress(ProgressState state, TimeSpan interval, TimeProvider clock, Action<string> writeLine)
    {
        _state = state;
        _interval = interval;
        _writeLine = writeLine;
        _timer = clock.CreateTimer(_ => writeLine(state.Describe()), state: null, interval, interval);
    }

    public void Advance(long count = 1) => _state.Advance(count);

    public void Dispose()
    {
        _timer.Dispose();
        if (_state.Elapsed >= _interval)
        {
            _writeLine(_state.DescribeEnd());
        }
    }
}
