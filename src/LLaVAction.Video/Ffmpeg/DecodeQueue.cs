using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>Frames that are wanted of a video.</summary>
/// <param name="Path">The file.</param>
/// <param name="Video">What its headers say.</param>
/// <param name="Windows">When the frames are shown; ascending, not overlapping.</param>
/// <param name="LeadSeconds">How much earlier than needed decoding starts; infinite for the beginning of the file.</param>
internal sealed record FrameRequest(string Path, ProbedVideo Video, IReadOnlyList<TimeWindow> Windows, double LeadSeconds) : IDecodeRequest
{
    public object Kind => Video.Picture;

    public long Bytes => Video.Picture.Bytes * Windows.Count;
}

/// <summary>Images that are wanted.</summary>
/// <param name="Path">The first one's file.</param>
/// <param name="Images">All of them.</param>
internal sealed record ImageRequest(string Path, IReadOnlyList<ImageFile> Images) : IDecodeRequest
{
    private const int CompressionAtLeast = 8;

    // Images of several sizes or kinds go with no others: ffmpeg would scale them to the first.
    public object Kind => Images.Select(Describe).Distinct(StringComparer.Ordinal).ToArray() is [var kind] ? kind : Images;

    public long Bytes => CompressionAtLeast * Images.Sum(static image => image.Parts.Sum(static part => (long)part.Length));

    private static string Describe(ImageFile image) => image.Codec + Convert.ToHexString(image.Header.Span);
}

/// <summary>What a process can decode together with others.</summary>
internal interface IDecodeRequest
{
    /// <summary>Those of one kind go together.</summary>
    object Kind { get; }

    /// <summary>Bytes of the frames, as far as that is known.</summary>
    long Bytes { get; }
}

/// <summary>
/// Runs a bounded number of decoder processes. Requests that have to wait for one are decoded together by the next where they
/// can be: the start of a process costs as much as decoding half a small clip.
/// </summary>
/// <param name="processes">The most processes at a time.</param>
/// <param name="mostTogether">The most requests of one process.</param>
/// <param name="decode">Decodes requests by one process, each to its own frames.</param>
internal sealed class DecodeQueue<TRequest>(
    int processes, int mostTogether, Func<IReadOnlyList<TRequest>, CancellationToken, Task<IReadOnlyList<IReadOnlyList<DecodedFrame>>>> decode)
    where TRequest : IDecodeRequest
{
    // Frames of more bytes cost so much more than the start of a process that they do not wait for each other.
    private const long MostBytesTogether = 64 << 20;

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _waiting = [];
    private int _free = processes;
    private volatile int _mostTogether = mostTogether;

    public Task<IReadOnlyList<DecodedFrame>> DecodeAsync(TRequest request, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(request, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        lock (_gate)
        {
            _waiting.AddLast(waiting);
            if (_free > 0)
            {
                _free--;
                _ = Task.Run(WorkAsync, CancellationToken.None);
            }
        }

        return waiting.Decoding.Task.Unwrap();
    }

    private async Task WorkAsync()
    {
        while (Take() is { Count: > 0 } group)
        {
            await DecodeAsync(group);
        }
    }

    // The request that waits longest, and those after it that go with it; none, and the process is given back, where none waits.
    private List<Waiting> Take()
    {
        lock (_gate)
        {
            if (_waiting.First is not { } first)
            {
                _free++;
                return [];
            }

            _waiting.RemoveFirst();
            List<Waiting> group = [first.Value];
            var (kind, bytes) = (first.Value.Request.Kind, first.Value.Request.Bytes);
            for (LinkedListNode<Waiting>? node = _waiting.First, next; node is not null && group.Count < _mostTogether; node = next)
            {
                next = node.Next;
                if (node.Value.Request.Kind.Equals(kind) && bytes + node.Value.Request.Bytes <= MostBytesTogether)
                {
                    bytes += node.Value.Request.Bytes;
                    group.Add(node.Value);
                    _waiting.Remove(node);
                }
            }

            return group;
        }
    }

    private async Task DecodeAsync(List<Waiting> group)
    {
        if (group.Count > 1 && await TryTogetherAsync(group) is { } decoded)
        {
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Decoding.SetResult(Task.FromResult(decoded[i]));
            }

            return;
        }

        var isFault = group.Count == 1;
        foreach (var one in group)
        {
            var alone = AloneAsync(one);
            one.Decoding.SetResult(alone);
            await Task.WhenAny(alone);
            isFault |= !alone.IsCompletedSuccessfully;
        }

        if (!isFault)
        {
            // Each for itself, but not together: this ffmpeg cannot.
            _mostTogether = 1;
        }
    }

    private async Task<IReadOnlyList<IReadOnlyList<DecodedFrame>>?> TryTogetherAsync(List<Waiting> group)
    {
        try
        {
            return await decode([.. group.Select(static one => one.Request)], group[0].CancellationToken);
        }
        catch (Exception failure) when (failure is FrameReadException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<DecodedFrame>> AloneAsync(Waiting one) => (await decode([one.Request], one.CancellationToken))[0];

    private sealed record Waiting(
        TRequest Request, TaskCompletionSource<Task<IReadOnlyList<DecodedFrame>>> Decoding, CancellationToken CancellationToken);
}
