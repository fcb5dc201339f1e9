using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using Spectre.Console;
using Spectre.Console.Testing;

namespace LLaVAction.Cli.Tests.Output;

public sealed class ProgressTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Rate_and_time_left_come_from_the_work_of_this_start_alone()
    {
        var state = new ProgressState("evaluating", "clips", total: 1000, alreadyDone: 400, _clock);

        _clock.Advance(TimeSpan.FromSeconds(10));
        state.Advance(50);

        Assert.Equal("evaluating: 450 of 1000 clips (45.0 %), 5.0 clips/s, 1 min 50 s left", state.Describe());
    }

    [Fact]
    public void The_rate_is_that_of_the_last_minute()
    {
        var state = new ProgressState("evaluating", "clips", total: 100_000, alreadyDone: 0, _clock);
        for (var second = 0; second < 300; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            state.Advance(second < 150 ? 100 : 1);
            state.MeasureRate();
        }

        Assert.InRange(state.MeasureRate()!.Value, 0.99, 1.01);
    }

    [Fact]
    public void Slow_work_is_shown_per_minute()
    {
        var state = new ProgressState("evaluating", "clips", total: 10, alreadyDone: 0, _clock);
        _clock.Advance(TimeSpan.FromSeconds(40));
        state.Advance(2);

        Assert.Equal("evaluating: 2 of 10 clips (20.0 %), 3.0 clips/min, 2 min 40 s left", state.Describe());
    }

    [Fact]
    public void Without_work_done_there_is_no_rate()
    {
        var state = new ProgressState("reading", "files", total: 0, alreadyDone: 0, _clock);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("reading: 0 of 0 files", state.Describe());
    }

    [Fact]
    public void Off_a_terminal_there_is_one_line_per_interval_and_one_at_the_end()
    {
        var lines = new List<string>();
        using (var progress = new PlainProgress(new ProgressState("evaluating", "clips", 4, 0, _clock), TimeSpan.FromSeconds(15), _clock, lines.Add))
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            progress.Advance();
            _clock.Advance(TimeSpan.FromSeconds(10));
            progress.Advance(3);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["evaluating: 1 of 4 clips (25.0 %), 4.0 clips/min, 45 s left", "evaluating: 4 of 4 clips in 21 s"], lines);
    }

    [Fact]
    public void Work_shorter_than_an_interval_is_silent()
    {
        var lines = new List<string>();
        using (var progress = new PlainProgress(new ProgressState("reading", "rows", 4, 0, _clock), TimeSpan.FromSeconds(15), _clock, lines.Add))
        {
            _clock.Advance(TimeSpan.FromSeconds(5));
            progress.Advance(4);
        }

        Assert.Empty(lines);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(72)]
    [InlineData(80)]
    [InlineData(200)]
    public void On_a_terminal_a_bar_ends_at_its_end_and_never_wraps(int width)
    {
        var console = new TestConsole().Width(width).Interactive();
        var isDisposed = false;

        using (var progress = new TerminalProgress(new ProgressState("evaluating [all]", "questions", 120_000, 0, TimeProvider.System), console, () => isDisposed = true))
        {
            progress.Advance(100);
            Assert.True(SpinWait.SpinUntil(() => console.Output.Contains("0%", StringComparison.Ordinal), TimeSpan.FromSeconds(20)), console.Output);
            progress.Advance(119_900);
        }

        var lines = console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(isDisposed);
        Assert.Contains("100%", lines[^1], StringComparison.Ordinal);
        Assert.StartsWith("evaluating", lines[^1], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.StartsWith("evaluating", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void Lines_of_the_log_stand_above_the_bar()
    {
        var console = new TestConsole().Width(80).Interactive();
        using var log = new LogOutput(TextWriter.Null, new Lazy<IAnsiConsole>(console));

        using (var progress = log.StartProgress(new ProgressState("evaluating", "clips", 10, 0, TimeProvider.System)))
        {
            log.WriteLine("a line [of] the log with an \u001b[31mescape");
            progress.Advance(10);
        }

        Assert.Contains("a line [of] the log with an \\u001B[31mescape", console.Output, StringComparison.Ordinal);
    }
}
