using System.Globalization;

namespace LLaVAction.Cli.Output;

/// <summary>Counts work done and estimates rate and time left. Safe to advance from several threads.</summary>
internal sealed class ProgressState(string activity, string unit, long total, long alreadyDone, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly long _start = clock.GetTimestamp();
    private readonly Queue<(long Timestamp, long NewlyDone)> _samples = new([(clock.GetTimestamp(), 0)]);
    private long _newlyDone;

    public string Activity => activity;

    public string Unit => unit;

    public long Total => total;

    public long Done => alreadyDone + Interlocked.Read(ref _newlyDone);

    public TimeSpan Elapsed => clock.GetElapsedTime(_start);

    public void Advance(long count) => Interlocked.Add(ref _newlyDone, count);

    // Units per second over the last minute; null before anything is done.
    public double? MeasureRate()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var current = Interlocked.Read(ref _newlyDone);
            _samples.Enqueue((now, current));
            while (_samples.Count > 2 && clock.GetElapsedTime(_samples.Peek().Timestamp, now) > Window)
            {
                _samples.Dequeue();
            }

            var (timestamp, before) = _samples.Peek();
            var seconds = clock.GetElapsedTime(timestamp, now).TotalSeconds;
            return seconds > 0 && current > before ? (current - before) / seconds : null;
        }
    }

    // One line: 'evaluating: 120 of 9668 clips (1.2 %), 4.5 clips/s, 35 min left'.
    public string Describe()
    {
        var current = Done;
        var share = total > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({100.0 * current / total:0.0} %)") : "";
        var rate = MeasureRate() is not { } perSecond ? ""
            : perSecond >= 1 ? string.Create(CultureInfo.InvariantCulture, $", {perSecond:0.0} {unit}/s")
            : string.Create(CultureInfo.InvariantCulture, $", {perSecond * 60:0.0} {unit}/min");
        var left = DescribeTimeLeft() is { Length: > 0 } time ? ", " + time : "";
        return string.Create(CultureInfo.InvariantCulture, $"{activity}: {current} of {total} {unit}{share}{rate}{left}");
    }

    // The last line: 'evaluating: 9668 of 9668 clips in 35 min'.
    public string DescribeEnd()
    {
        var earlier = alreadyDone > 0 ? string.Create(CultureInfo.InvariantCulture, $" ({alreadyDone} done before)") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{activity}: {Done} of {total} {unit}{earlier} in {Duration(Elapsed)}");
    }

    // '35 min left'; empty before anything is done and when all is.
    public string DescribeTimeLeft() =>
        Done < total && MeasureRate() is { } rate ? $"{Duration(TimeSpan.FromSeconds((total - Done) / rate))} left" : "";

    // A length of time for people, for example '2 h 5 min'.
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, time.TotalSeconds):0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalDays} d {time.Hours} h"),
    };
}
