namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Remembers the results of slow look-ups by path, the most recently used ones. A look-up in progress is shared; one that
/// failed is not remembered.
/// </summary>
internal sealed class BoundedCache<T>(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, Task<T> Value)>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, Task<T> Value)> _byUse = [];

    // The result for a key. The look-up itself is not cancelled with one caller, since others may wait for it.
    public Task<T> GetAsync(string key, Func<Task<T>> lookUp, CancellationToken cancellationToken)
    {
        Task<T> task;
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node) && !node.Value.Value.IsFaulted && !node.Value.Value.IsCanceled)
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                task = node.Value.Value;
            }
            else
            {
                if (node is not null)
                {
                    _byUse.Remove(node);
                }

                task = Task.Run(lookUp, CancellationToken.None);
                _entries[key] = _byUse.AddFirst((key, task));
                if (_entries.Count > capacity)
                {
                    _entries.Remove(_byUse.Last!.Value.Key);
                    _byUse.RemoveLast();
                }
            }
        }

        return task.WaitAsync(cancellationToken);
    }
}
