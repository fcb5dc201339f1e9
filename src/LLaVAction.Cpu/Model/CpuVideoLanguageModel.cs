using System.Diagnostics;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cpu.Model;

/// <summary>
/// The cpu engine's video language model. A clip's frames go through the tower once; the prompts of a group share the
/// prefill of what they have in common; each answer has the bits it would have alone.
/// </summary>
internal sealed class CpuVideoLanguageModel(LlavaModel model, ITokenizer tokenizer, ModelDescription description) : IVideoLanguageModel
{
    private readonly PrefixBatchRunner _runner = new(model, tokenizer);

    /// <inheritdoc/>
    public ModelDescription Description => description;

    /// <inheritdoc/>
    public ITokenizer Tokenizer => tokenizer;

    /// <inheritdoc/>
    public IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        var encoded = new List<IEncodedClip>();
        try
        {
            foreach (var clip in clips)
            {
                var started = Stopwatch.GetTimestamp();
                var result = model.EncodeClip(clip, cancellationToken);
                result.VisionMilliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                encoded.Add(result);
            }

            return encoded;
        }
        catch
        {
            encoded.ForEach(clip => clip.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PromptGroupAnswer> Answer(IReadOnlyList<PromptGroup> groups, CancellationToken cancellationToken)
        => groups.Select(group => Answer(group, cancellationToken)).ToArray();

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private PromptGroupAnswer Answer(PromptGroup group, CancellationToken cancellationToken)
    {
        var video = Video(group);
        var prompts = group.Requests
            .Select(request => PreparedPrompt.Of(request, tokenizer, model.Settings, video?.Length, model.Configuration.Language!))
            .ToArray();
        var answers = new PromptAnswer[prompts.Length];
        double prefillMilliseconds = 0;
        foreach (var batch in PrefixBatch.Plan(prompts.Select(prompt => prompt.Tokens).ToArray()))
        {
            prefillMilliseconds += _runner.Run(batch, prompts, video, answers, cancellationToken);
        }

        return new PromptGroupAnswer(answers, prefillMilliseconds);
    }

    private VisualTokenEmbeddings? Video(PromptGroup group)
        => PromptGroup.ClipOf<EncodedClip>(group) is { } clip ? model.ArrangeVisualTokens(clip.Features.View, group.FrameIndices) : null;
}
