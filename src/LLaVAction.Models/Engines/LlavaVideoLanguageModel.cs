using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Video.Frames;

namespace LLaVAction.Models.Engines;

/// <summary>
/// What every engine that computes a LLaVA model does with prompts: tokenises them, sorts those of one video into batches
/// that share a prefix, and runs those. The arithmetic is the engine's.
/// </summary>
/// <typeparam name="TFeatures">The pooled features of a clip's frames, in the engine's memory.</typeparam>
/// <typeparam name="TVideo">The visual tokens of a selection of frames.</typeparam>
public abstract class LlavaVideoLanguageModel<TFeatures, TVideo>(
    ITokenizer tokenizer, ModelDescription description, ModelConfiguration configuration, ModelSettings settings) : IVideoLanguageModel
    where TFeatures : class, IDisposable
    where TVideo : class
{
    private readonly VisualTokenLayout _layout = VisualTokenLayout.Of(configuration.Vision, settings.Pooling, settings.Newline, settings.ActionToken);

    /// <inheritdoc/>
    public ModelDescription Description => description;

    /// <inheritdoc/>
    public ITokenizer Tokenizer => tokenizer;

    /// <inheritdoc/>
    public abstract IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<PromptGroupAnswer> Answer(IReadOnlyList<PromptGroup> groups, CancellationToken cancellationToken)
        => [.. groups.Select(group => Answer(group, cancellationToken))];

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the model.</summary>
    /// <param name="disposing">Always true.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>Answers one group.</summary>
    protected virtual PromptGroupAnswer Answer(PromptGroup group, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var clip = PromptGroup.ClipOf<EncodedClip<TFeatures>>(group);
        int? visualTokens = clip is null ? null : _layout.Count(group.FrameIndices.Count);
        PreparedPrompt[] prompts =
            [.. group.Requests.Select(request => PreparedPrompt.Of(request, tokenizer, settings, visualTokens, configuration.Language!))];
        var video = clip is null ? null : Arrange(clip.Features, group.FrameIndices);
        var answers = new PromptAnswer[prompts.Length];
        double prefillMilliseconds = 0;
        foreach (var batch in PrefixBatch.Plan([.. prompts.Select(prompt => prompt.Tokens)]))
        {
            prefillMilliseconds += Run(batch, prompts, video, answers, cancellationToken);
        }

        return new PromptGroupAnswer(answers, prefillMilliseconds);
    }

    /// <summary>The visual tokens of some frames of a clip, in order.</summary>
    protected abstract TVideo Arrange(TFeatures features, IReadOnlyList<int> frames);

    /// <summary>Answers prompts that share a prefix.</summary>
    /// <param name="batch">Which prompts, and what they share.</param>
    /// <param name="prompts">The prompts of the group.</param>
    /// <param name="video">The video's tokens; null without video.</param>
    /// <param name="answers">Takes the answers, at the prompts' indices.</param>
    /// <param name="cancellationToken">Read between layers.</param>
    /// <returns>Time of the shared prefill, in milliseconds.</returns>
    protected abstract double Run(
        PrefixBatch batch, IReadOnlyList<PreparedPrompt> prompts, TVideo? video, PromptAnswer[] answers, CancellationToken cancellationToken);
}

/// <summary>The pooled features of a clip's frames, in an engine's memory until disposed.</summary>
/// <param name="frameCount">How many frames were encoded.</param>
/// <param name="features">Pooled features of all of them.</param>
public sealed class EncodedClip<TFeatures>(int frameCount, TFeatures features) : IEncodedClip
    where TFeatures : class, IDisposable
{
    /// <summary>Pooled features of all frames.</summary>
    public TFeatures Features => features;

    /// <inheritdoc/>
    public int FrameCount => frameCount;

    /// <inheritdoc/>
    public double VisionMilliseconds { get; set; }

    /// <inheritdoc/>
    public void Dispose() => features.Dispose();
}
