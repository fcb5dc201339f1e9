using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Models.Engines;

/// <summary>
/// A video language model: encodes the frames of clips, then answers prompts about them. An engine is free in how: it
/// may batch clips through the vision tower, share the prefilled prefix of prompts about the same frames, batch their
/// suffixes, or send each prompt with its frames to a server. Callers see no hidden states and no cache handles.
/// </summary>
/// <remarks>
/// An answer never depends on which other clips or prompts are in the same call. Not safe for calls from several
/// threads at once.
/// </remarks>
public interface IVideoLanguageModel : IDisposable
{
    /// <summary>What the model is and the settings it runs with; stored with every run.</summary>
    ModelDescription Description { get; }

    /// <summary>The model's tokenizer.</summary>
    ITokenizer Tokenizer { get; }

    /// <summary>How many clips the engine likes to get in one call, where as many are ready; 1 or more.</summary>
    int PreferredClips => 1;

    /// <summary>
    /// The same model without batches: one frame and one prompt at a time, nothing shared and nothing padded; itself where
    /// it makes none. It lives as long as this one, and is not disposed on its own.
    /// </summary>
    IVideoLanguageModel Unbatched => this;

    /// <summary>The shape of its batches as it is now, for people to read; null where it makes none.</summary>
    string? BatchShape => null;

    /// <summary>Why the model takes no more prompts (a budget that is spent); null while it does.</summary>
    string? StopReason => null;

    /// <summary>
    /// What had to be done otherwise than planned, one sentence each: batches halved for want of memory. Empty as a rule.
    /// </summary>
    IReadOnlyList<string> Remarks => [];

    /// <summary>Encodes each clip's frames once. The caller disposes what it gets, which releases the visual tokens.</summary>
    IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken);

    /// <summary>
    /// Answers prompts. Prompts of one group whose text up to the end of the video is equal share one prefill.
    /// Answers come in the order of the groups and of the prompts in them.
    /// </summary>
    IReadOnlyList<PromptGroupAnswer> Answer(IReadOnlyList<PromptGroup> groups, CancellationToken cancellationToken);
}

/// <summary>The visual tokens of one clip, wherever the engine keeps them, until disposed.</summary>
public interface IEncodedClip : IDisposable
{
    /// <summary>How many frames were encoded.</summary>
    int FrameCount { get; }

    /// <summary>This clip's share of the time spent in preprocessing and the vision tower, in milliseconds.</summary>
    double VisionMilliseconds { get; }
}

/// <summary>Prompts about one selection of frames of one clip.</summary>
/// <param name="Clip">The clip; null for prompts without video.</param>
/// <param name="FrameIndices">Which encoded frames the prompts see, in order; empty without video.</param>
/// <param name="Requests">The prompts.</param>
public sealed record PromptGroup(IEncodedClip? Clip, IReadOnlyList<int> FrameIndices, IReadOnlyList<PromptRequest> Requests)
{
    /// <summary>The clip of a group as an engine's own; null without video.</summary>
    /// <exception cref="ArgumentException">Another engine encoded it, or a frame index is not one of its frames.</exception>
    public static TClip? ClipOf<TClip>(PromptGroup group)
        where TClip : class, IEncodedClip
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Clip is null)
        {
            return null;
        }

        if (group.Clip is not TClip own)
        {
            throw new ArgumentException("The clip was encoded by another model.", nameof(group));
        }

        return group.FrameIndices.Count > 0 && group.FrameIndices.All(index => index >= 0 && index < own.FrameCount)
            ? own
            : throw new ArgumentException(
                FormattableString.Invariant($"Frame indices [{string.Join(", ", group.FrameIndices)}] of a clip with {own.FrameCount} encoded frames."),
                nameof(group));
    }
}

/// <summary>The answers of one group and what their shared part cost.</summary>
/// <param name="Answers">One per request.</param>
/// <param name="PrefillMilliseconds">Time of the shared prefills.</param>
public sealed record PromptGroupAnswer(IReadOnlyList<PromptAnswer> Answers, double PrefillMilliseconds);

/// <summary>One prompt's answer.</summary>
/// <param name="CandidateLogProbabilities">
/// Natural logarithms of the candidates' probabilities under the softmax over the whole vocabulary; null where the
/// engine cannot tell (a server that only writes text).
/// </param>
/// <param name="Text">The generated text without special tokens; null when none was asked for.</param>
/// <param name="PromptTokens">Length of the prompt, visual tokens included; null where unknown.</param>
/// <param name="Milliseconds">Time of this prompt beyond the shared prefill.</param>
public sealed record PromptAnswer(
    IReadOnlyList<double>? CandidateLogProbabilities,
    string? Text,
    int? PromptTokens,
    double Milliseconds)
{
    /// <summary>
    /// The candidate that the answer names, where the engine knows it without the log-probabilities of all; null where
    /// <see cref="CandidateLogProbabilities"/> say it, or nothing does.
    /// </summary>
    public int? ChosenCandidate { get; init; }

    /// <summary>Why there is no answer to read; null where there is one.</summary>
    public PromptFailure? Failure { get; init; }
}

/// <summary>A prompt without an answer that can be read.</summary>
/// <param name="Status">The status of its result; null where it was not asked, so that it gets no result and stays to be done.</param>
/// <param name="Reason">What happened, for people to read.</param>
public sealed record PromptFailure(ResultStatus? Status, string Reason);
