using System.Diagnostics;
using System.Threading.Channels;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>
/// Decodes clips ahead of the model: several at a time, a bounded number in all, handed out in the order of the work so
/// that results come in the same order however long each clip takes.
/// </summary>
public sealed class DecodeAhead
{
    private readonly IFrameReader _reader;
    private readonly FramePolicy _policy;
    private readonly int _workers;
    private readonly int _mostWaiting;

    /// <summary>Creates the stage.</summary>
    /// <param name="reader">Where frames come from.</param>
    /// <param name="policy">Which moments become frames.</param>
    /// <param name="workers">How many processes decode at a time; about as many more clips may wait, decoded, for the model.</param>
    /// <param name="clipsPerCall">How many clips the model takes in one call; at least as many may wait.</param>
    public DecodeAhead(IFrameReader reader, FramePolicy policy, int workers, int clipsPerCall = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        _reader = reader;
        _policy = policy;
        _workers = workers * reader.ClipsPerProcess;
        _mostWaiting = Math.Max(_workers, clipsPerCall);
    }

    /// <summary>
    /// Starts decoding. Each item is a clip that is being decoded or has been; reading it waits for it. Clips that cannot
    /// be decoded come with their failure; any other error ends the stage and comes out of the item.
    /// </summary>
    public ChannelReader<Task<DecodedClip>> Start(IReadOnlyList<ClipWork> work, CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<Task<DecodedClip>>(new BoundedChannelOptions(_mostWaiting + 1)
        {
            SingleReader = true,
            SingleWriter = true,
        });
        _ = Task.Run(() => FeedAsync(work, channel.Writer, cancellationToken), CancellationToken.None);
        return channel.Reader;
    }

    private async Task FeedAsync(IReadOnlyList<ClipWork> work, ChannelWriter<Task<DecodedClip>> output, CancellationToken cancellationToken)
    {
        using var free = new SemaphoreSlim(_workers);
        var running = new List<Task>(_workers);
        try
        {
            foreach (var clip in work)
            {
                await free.WaitAsync(cancellationToken);
                running.RemoveAll(task => task.IsCompleted);
                var decoding = Task.Run(() => DecodeAsync(clip, free, cancellationToken), CancellationToken.None);
                running.Add(decoding);
                await output.WriteAsync(decoding, cancellationToken);
            }

            output.Complete();
        }
        catch (OperationCanceledException exception)
        {
            output.Complete(exception);
        }

        // The semaphore must outlive those who release it; their errors are read from the channel.
        await Task.WhenAll(running).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task<DecodedClip> DecodeAsync(ClipWork work, SemaphoreSlim free, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var frames = await _reader.ReadAsync(work.Source, _policy, work.FrameCounts, cancellationToken);
            return new DecodedClip(work, frames, null, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        catch (FrameReadException failure)
        {
            return new DecodedClip(work, null, failure, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        finally
        {
            free.Release();
        }
    }
}
