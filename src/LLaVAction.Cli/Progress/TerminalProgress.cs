using Spectre.Console;
using Spectre.Console.Rendering;

namespace LLaVAction.Cli.Progress;

/// <summary>Progress on a terminal: a live bar with rate and time left; log lines scroll above it.</summary>
internal sealed class TerminalProgress : IProgressReporter
{
    private readonly ProgressState state;
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task display;
    private readonly Action onDisposed;

    /// <summary>Starts to show the bar.</summary>
    public TerminalProgress(ProgressState state, IAnsiConsole console, Action onDisposed)
    {
        this.state = state;
        this.onDisposed = onDisposed;
        display = console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RateColumn(state))
            .StartAsync(ShowAsync);
    }

    /// <inheritdoc/>
    public void Advance(long count = 1) => state.Advance(count);

    /// <inheritdoc/>
    public void Dispose()
    {
        finished.TrySetResult();
        display.Wait();
        onDisposed();
    }

    private async Task ShowAsync(ProgressContext context)
    {
        var task = context.AddTask(Markup.Escape(state.Activity), maxValue: Math.Max(1, state.Total));
        while (!finished.Task.IsCompleted)
        {
            task.Value = state.Done;
            await Task.WhenAny(finished.Task, Task.Delay(TimeSpan.FromMilliseconds(200)));
        }
    }

    private sealed class RateColumn(ProgressState state) : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text($"{state.Done}/{state.Total} {state.Unit} {state.DescribeRate()}");
    }
}
