namespace LLaVAction.Cli.Tests.Support;

/// <summary>A clock that goes on when told to, and fires its timers then.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly List<ManualTimer> timers = [];
    private long ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state), period);
        timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        var end = ticks + time.Ticks;
        while (timers.Where(timer => timer.Next <= end).MinBy(timer => timer.Next) is { } due)
        {
            ticks = due.Next;
            due.Fire();
        }

        ticks = end;
    }

    private sealed class ManualTimer(ManualClock clock, Action callback, TimeSpan period) : ITimer
    {
        public long Next { get; private set; } = clock.ticks + period.Ticks;

        public void Fire()
        {
            Next += period.Ticks;
            callback();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => clock.timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
