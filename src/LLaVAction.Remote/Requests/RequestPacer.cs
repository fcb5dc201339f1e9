namespace LLaVAction.Remote.Requests;

/// <summary>
/// When the next request may start: evenly spread under a limit per minute, and for all requests not before the moment
/// that a server asked one of them to wait for.
/// </summary>
public sealed class RequestPacer(int? requestsPerMinute, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _interval = requestsPerMinute is { } most ? TimeSpan.FromMinutes(1) / most : TimeSpan.Zero;
    private DateTimeOffset _next = time.GetUtcNow();

    /// <summary>Waits for this request's turn.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var start = _next > now ? _next : now;
            _next = start + _interval;
            wait = start - now;
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    /// <summary>Starts no request for a while.</summary>
    public void Pause(TimeSpan duration)
    {
        lock (_gate)
        {
            var end = time.GetUtcNow() + duration;
            _next = end > _next ? end : _next;
        }
    }
}
