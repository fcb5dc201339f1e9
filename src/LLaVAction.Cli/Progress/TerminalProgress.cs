using Spectre.Console;
using Spectre.Console.Rendering;

namespace LLaVAction.Cli.Progress;

/// <summary>Progress on a terminal: a live bar with rate and time left; log lines scroll above it.</summary>
internal sealed class TerminalProgress : IProgressReporter
{
    private readonly ProgressState _state;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _display;
    private readonly Action _onDisposed;

    /// <summary>Starts to show the bar.</summary>
    public TerminalProgress(ProgressState state, IAnsiConsole console, Action onDisposed)
    {
        _state = state;
        _onDisposed = onDisposed;
        _display = console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RateColumn(state))
            .StartAsync(ShowAsync);
    }

    /// <inheritdoc/>
    public void Advance(long count = 1) => _state.Advance(count);

    /// <inheritdoc/>
    public void Dispose()
    {
        _finished.TrySetResult();
        _display.Wait();
        _onDisposed();
    }

    private async Task ShowAsync(ProgressContext context)
    {
        var task = context.AddTask(Markup.Escape(_state.Activity), maxValue: Math.Max(1, _state.Total));
        while (!_finished.Task.IsCompleted)
        {
            task.Value = _state.Done;
            await Task.WhenAny(_finished.Task, Task.Delay(TimeSpan.FromMilliseconds(200)));
        }
    }

    private sealed class RateColumn(ProgressState state) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{state.Done}/{state.Total} {state.Unit} {state.DescribeRate()}");
    }
}
