using System.Diagnostics;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Remote.Requests;
using LLaVAction.Video.Frames;

namespace LLaVAction.Remote;

/// <summary>A video language model behind the chat completions interface: each prompt is a request with its frames as JPEG files.</summary>
public sealed class RemoteVideoLanguageModel : IVideoLanguageModel
{
    private readonly ChatDispatcher _dispatcher;
    private readonly RemoteSettings _settings;
    private readonly RequestComposer _composer;
    private readonly ReplyReader _reader;

    internal RemoteVideoLanguageModel(ChatDispatcher dispatcher, RemoteSettings settings, ModelDescription description)
    {
        _dispatcher = dispatcher;
        _settings = settings;
        _composer = new RequestComposer(dispatcher.Model, settings);
        _reader = new ReplyReader(_composer);
        Description = description;
    }

    /// <inheritdoc/>
    public ModelDescription Description { get; }

    /// <inheritdoc/>
    public ITokenizer Tokenizer => throw new InputException("A model behind an interface keeps its tokenizer to itself.");

    /// <inheritdoc/>
    /// <remarks>Twice as many as are asked at a time, so that one slow answer does not leave the others waiting.</remarks>
    public int PreferredClips => 2 * _settings.Concurrency;

    /// <inheritdoc/>
    public string? StopReason => _dispatcher.StopReason;

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks => RemoteRemarks.Of(_dispatcher, _settings);

    /// <inheritdoc/>
    public IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        var encoded = new JpegClip[clips.Count];
        Parallel.For(0, clips.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            var start = Stopwatch.GetTimestamp();
            var frames = JpegFrames.Encode(clips[i], _settings);
            encoded[i] = new JpegClip(frames, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        });
        return encoded;
    }

    /// <inheritdoc/>
    public IReadOnlyList<PromptGroupAnswer> Answer(IReadOnlyList<PromptGroup> groups, CancellationToken cancellationToken) =>
        AnswerAsync(groups, cancellationToken).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Dispose() => _dispatcher.Dispose();

    private async Task<IReadOnlyList<PromptGroupAnswer>> AnswerAsync(IReadOnlyList<PromptGroup> groups, CancellationToken cancellationToken)
    {
        // When one request ends the run, those under way end too; what is answered is in the log by then.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<PromptAnswer>[][] answers = [.. groups.Select(group =>
        {
            ReadOnlyMemory<byte>[] frames = PromptGroup.ClipOf<JpegClip>(group) is { } clip
                ? [.. group.FrameIndices.Select(index => clip.Frames[index])]
                : [];
            return group.Requests.Select(request => AskAsync(request, frames, stop.Token)).ToArray();
        })];
        try
        {
            await foreach (var done in Task.WhenEach(answers.SelectMany(group => group)))
            {
                await done;
            }
        }
        catch
        {
            await stop.CancelAsync();
            await Task.WhenAll(answers.SelectMany(group => group)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw;
        }

        return [.. answers.Select(group => new PromptGroupAnswer([.. group.Select(answer => answer.Result)], 0))];
    }

    private async Task<PromptAnswer> AskAsync(PromptRequest prompt, ReadOnlyMemory<byte>[] frames, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var start = Stopwatch.GetTimestamp();
        var outcome = await _dispatcher.SendAsync(_composer.Compose(prompt, frames), cancellationToken);
        return _reader.Read(prompt, outcome, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private sealed class JpegClip(IReadOnlyList<ReadOnlyMemory<byte>> frames, double milliseconds) : IEncodedClip
    {
        public IReadOnlyList<ReadOnlyMemory<byte>> Frames => frames;

        public int FrameCount => frames.Count;

        public double VisionMilliseconds => milliseconds;

        public void Dispose()
        {
        }
    }
}
