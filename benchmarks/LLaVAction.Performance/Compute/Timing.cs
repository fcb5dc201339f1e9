using System.Diagnostics;
using System.Globalization;

namespace LLaVAction.Performance.Compute;

/// <summary>Seconds of some rounds: the median is what is reported, the best shows the noise.</summary>
internal sealed class Timing
{
    private readonly List<double> _seconds = [];

    /// <summary>The median.</summary>
    public double Median => _seconds.Order().ElementAt(_seconds.Count / 2);

    /// <summary>The best.</summary>
    public double Best => _seconds.Min();

    /// <summary>Adds a round.</summary>
    public void Add(double seconds) => _seconds.Add(seconds);

    /// <summary>Runs and adds a round.</summary>
    public void Measure(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>
    /// Rounds until both a number of rounds and a time are reached, after at least a second that is not counted: by then the
    /// just-in-time compiler has seen the loops and compiled them for good.
    /// </summary>
    public static Timing Of(Action action, int rounds = 5, double seconds = 0.5)
    {
        Repeat(action, 2, 1.0);
        return Repeat(action, rounds, seconds);
    }

    private static Timing Repeat(Action action, int rounds, double seconds)
    {
        var timing = new Timing();
        for (var start = Stopwatch.GetTimestamp(); timing._seconds.Count < rounds || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;)
        {
            timing.Measure(action);
        }

        return timing;
    }

    /// <summary>Writes one line in the invariant culture.</summary>
    public static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
