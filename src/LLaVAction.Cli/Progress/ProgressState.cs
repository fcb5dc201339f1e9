using System.Globalization;

namespace LLaVAction.Cli.Progress;

/// <summary>Counts work done and tells rate and time left. Safe to advance from several threads.</summary>
internal sealed class ProgressState
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Queue<(long Timestamp, long Done)> _samples = new();
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly long _alreadyDone;
    private long _done;

    /// <summary>Starts to count.</summary>
    public ProgressState(string activity, string unit, long total, long alreadyDone, TimeProvider clock)
    {
        Activity = activity;
        Unit = unit;
        Total = total;
        _clock = clock;
        _alreadyDone = alreadyDone;
        _done = alreadyDone;
        _start = clock.GetTimestamp();
        _samples.Enqueue((_start, _done));
    }

    /// <summary>What is going on.</summary>
    public string Activity { get; }

    /// <summary>What is counted, in the plural.</summary>
    public string Unit { get; }

    /// <summary>How many there are.</summary>
    public long Total { get; }

    /// <summary>How many are done, those of an earlier start included.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => _clock.GetElapsedTime(_start);

    /// <summary>Counts more work as done.</summary>
    public void Advance(long count) => Interlocked.Add(ref _done, count);

    /// <summary>Units per second over the last minute; null before anything is done.</summary>
    public double? MeasureRate()
    {
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            var current = Done;
            _samples.Enqueue((now, current));
            while (_samples.Count > 2 && _clock.GetElapsedTime(_samples.Peek().Timestamp, now) > Window)
            {
                _samples.Dequeue();
            }

            var (timestamp, before) = _samples.Peek();
            var seconds = _clock.GetElapsedTime(timestamp, now).TotalSeconds;
            return seconds > 0 && current > before ? (current - before) / seconds : null;
        }
    }

    /// <summary>One line: <c>evaluating: 120 of 9668 clips (1.2 %), 4.5 clips/s, 35 min left</c>.</summary>
    public string Describe()
    {
        var current = Done;
        var share = Total > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({100.0 * current / Total:0.0} %)") : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{Activity}: {current} of {Total} {Unit}{share}{DescribeRate(current)}");
    }

    /// <summary>The last line: <c>evaluating: 9668 of 9668 clips in 35 min</c>.</summary>
    public string DescribeEnd()
    {
        var earlier = _alreadyDone > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({_alreadyDone} done before)") : string.Empty;
        return string.Create(CultureInfo.InvariantCulture, $"{Activity}: {Done} of {Total} {Unit}{earlier} in {Duration(Elapsed)}");
    }

    /// <summary>Rate and time left, as <c>4.5 clips/s, 35 min left</c>; empty before anything is done.</summary>
    public string DescribeRate() => DescribeRate(Done).TrimStart(',', ' ');

    private string DescribeRate(long current)
    {
        if (MeasureRate() is not { } rate)
        {
            return string.Empty;
        }

        var speed = rate >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{rate:0.0} {Unit}/s")
            : string.Create(CultureInfo.InvariantCulture, $"{rate * 60:0.0} {Unit}/min");
        return $", {speed}, {Duration(TimeSpan.FromSeconds((Total - current) / rate))} left";
    }

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} d {time.Hours} h"),
    };
}
