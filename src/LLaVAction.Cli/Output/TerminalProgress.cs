using Spectre.Console;
using Spectre.Console.Rendering;

namespace LLaVAction.Cli.Output;

/// <summary>Progress on a terminal: a live bar with counts, rate and time left; log lines scroll above it.</summary>
internal sealed class TerminalProgress : IProgressReporter
{
    private const int WidthBesideBar = 64;
    private const int NarrowestBar = 6;
    private const int WidestBar = 40;
    private readonly ProgressState _state;
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _display;
    private readonly Action _onDisposed;

    public TerminalProgress(ProgressState state, IAnsiConsole console, Action onDisposed)
    {
        _state = state;
        _onDisposed = onDisposed;
        var barWidth = console.Profile.Width - WidthBesideBar;
        _display = console.Progress()
            .Columns(barWidth < NarrowestBar
                ? [new TaskDescriptionColumn(), new PercentageColumn()]
                : [new TaskDescriptionColumn(), new ProgressBarColumn { Width = Math.Min(barWidth, WidestBar) }, new PercentageColumn(), new CountColumn(state)])
            .StartAsync(ShowAsync);
    }

    public void Advance(long count = 1) => _state.Advance(count);

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

        task.Value = _state.Total == 0 ? 1 : _state.Done;
        context.Refresh();
    }

    private sealed class CountColumn(ProgressState state) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{state.Done}/{state.Total} {state.Unit}{(state.DescribeTimeLeft() is { Length: > 0 } left ? $", {left}" : "")}") { Overflow = Overflow.Ellipsis };
    }
}
