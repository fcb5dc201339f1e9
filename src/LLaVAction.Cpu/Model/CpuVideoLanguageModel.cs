using System.Diagnostics;
using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cpu.Model;

/// <summary>
/// The cpu engine's video language model. A clip's frames go through the tower once; the prompts of a group share the
/// prefill of what they have in common; each answer has the bits it would have alone.
/// </summary>
internal sealed class CpuVideoLanguageModel(LlavaModel model, ITokenizer tokenizer, ModelDescription description)
    : LlavaVideoLanguageModel<Matrix, VisualTokenEmbeddings>(tokenizer, description, model.Configuration, model.Settings)
{
    private readonly PrefixBatchRunner _runner = new(model, tokenizer);

    public override IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        var encoded = new List<IEncodedClip>();
        try
        {
            foreach (var clip in clips)
            {
                var started = Stopwatch.GetTimestamp();
                var result = new EncodedClip<Matrix>(clip.Frames.Count, model.EncodeClip(clip, cancellationToken));
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

    protected override VisualTokenEmbeddings Arrange(Matrix features, IReadOnlyList<int> frames) => model.ArrangeVisualTokens(features.View, frames);

    protected override double Run(
        PrefixBatch batch, IReadOnlyList<PreparedPrompt> prompts, VisualTokenEmbeddings? video, PromptAnswer[] answers, CancellationToken cancellationToken)
        => _runner.Run(batch, prompts, video, answers, cancellationToken);

    protected override void Dispose(bool disposing) => model.Dispose();
}
