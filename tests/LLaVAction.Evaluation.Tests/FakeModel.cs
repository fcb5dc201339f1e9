using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Tests;

/// <summary>
/// A model whose answers are drawn by a hash of the prompt and the pixels it sees: it answers the same whatever else is in
/// the call, and differently when anything it should see changes. It counts what it is asked.
/// </summary>
internal sealed class FakeModel : IVideoLanguageModel
{
    /// <summary>False for a model that only writes text.</summary>
    public bool HasLetterScores { get; init; } = true;

    public int PreferredClips { get; init; } = 1;

    /// <summary>What it is without batches; null for itself.</summary>
    public FakeModel? Alone { get; init; }

    public IVideoLanguageModel Unbatched => Alone ?? this;

    public string? BatchShape { get; init; }

    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Added to every score of the last option.</summary>
    public double Shift { get; init; }

    /// <summary>Told before each call; may throw.</summary>
    public Action? OnAnswer { get; set; }

    /// <summary>What the model writes, from a hash of prompt and pixels and the prompt.</summary>
    public Func<byte[], string, string> Write { get; init; } = (hash, _) => $"{(char)('A' + (hash[0] % 5))}";

    public List<ClipFrames> EncodedFrames { get; } = [];

    public List<PromptGroup> Groups { get; } = [];

    public int LiveClips { get; private set; }

    public ModelDescription Description { get; init; } = new()
    {
        Name = "fake",
        Hash = "00",
        Engine = "fake",
        Device = "cpu:0",
        Precision = "float32",
        Settings = new SortedDictionary<string, string> { ["pooling"] = "bilinear" },
        OverriddenSettings = new SortedDictionary<string, string>(),
    };

    public ITokenizer Tokenizer => throw new NotSupportedException();

    public IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        EncodedFrames.AddRange(clips);
        LiveClips += clips.Count;
        return [.. clips.Select(clip => new Encoded(this, clip))];
    }

    public IReadOnlyList<PromptGroupAnswer> Answer(IReadOnlyList<PromptGroup> groups, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        OnAnswer?.Invoke();
        Groups.AddRange(groups);
        return [.. groups.Select(group => new PromptGroupAnswer([.. group.Requests.Select(request => Answer(group, request))], 2))];
    }

    public void Dispose()
    {
    }

    private PromptAnswer Answer(PromptGroup group, PromptRequest request)
    {
        Assert.Equal(group.Clip is null ? 1 : 2, request.Prompt.Split(ChatTemplate.Video).Length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(request.Prompt));
        foreach (var index in group.FrameIndices)
        {
            hash.AppendData(((Encoded)group.Clip!).Frames.Frames[index].Span);
        }

        var bytes = hash.GetHashAndReset();
        double[] scores = [.. request.Candidates.Select((_, i) => -0.5 - (BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * (i % 16))) / 4096.0))];
        if (scores.Length > 0)
        {
            scores[^1] -= Shift;
        }

        return new PromptAnswer(
            HasLetterScores && request.Candidates.Count > 0 ? scores : null,
            request.MaxNewTokens > 0 ? Write(bytes, request.Prompt) : null,
            null,
            3);
    }

    private sealed class Encoded(FakeModel owner, ClipFrames frames) : IEncodedClip
    {
        public ClipFrames Frames => frames;

        public int FrameCount => frames.Frames.Count;

        public double VisionMilliseconds => 7;

        public void Dispose() => owner.LiveClips--;
    }
}

/// <summary>Frames of one pixel that tell clip and time; some clips fail.</summary>
internal sealed class FakeFrames : IFrameReader
{
    public ConcurrentBag<(string Clip, string Counts)> Reads { get; } = [];

    /// <summary>Narration id → why it has no frames.</summary>
    public Dictionary<string, FrameReadFailure> Failures { get; } = [];

    public TimeSpan Delay { get; init; }

    public int MostAtOnce => _mostAtOnce;

    public string Layout => "epic";

    private int _atOnce;
    private int _mostAtOnce;

    public async Task<ClipFrames> ReadAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        Reads.Add((clip.NarrationId, string.Join(',', frameCounts)));
        var now = Interlocked.Increment(ref _atOnce);
        _mostAtOnce = Math.Max(_mostAtOnce, now);
        try
        {
            await Task.Delay(Delay, cancellationToken);
            return Failures.TryGetValue(clip.NarrationId, out var failure)
                ? throw new FrameReadException(failure, $"{clip.VideoId}.MP4: no frames for {clip.NarrationId}")
                : Frames(clip, frameCounts);
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }

    private static ClipFrames Frames(ClipReference clip, IReadOnlyList<int> frameCounts)
    {
        var plan = LLaVAction.Video.Frames.FramePlan.ForTimes(clip.StartSeconds, clip.StopSeconds, new FramePolicy(FramePolicyKind.Midpoint), frameCounts);
        return new ClipFrames
        {
            Width = 1,
            Height = 1,
            Frames = [.. plan.Moments.Select(moment => (ReadOnlyMemory<byte>)SHA256.HashData(
                Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{clip.NarrationId} {moment}")))[..3])],
            Seconds = plan.Moments,
            Selections = plan.Selections,
        };
    }
}
