using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cpu.Model;

/// <summary>A loaded checkpoint: vision tower, projector, newline, action token and heads, language model.</summary>
internal sealed class LlavaModel : IDisposable
{
    // The checkpoint the weights lie in; closed with the model.
    public required Checkpoint Checkpoint { get; init; }

    public required ComputeContext Context { get; init; }

    public required ModelSettings Settings { get; init; }

    public required ImagePreprocessor Preprocessor { get; init; }

    public required SiglipVisionTower VisionTower { get; init; }

    public MultimodalProjector? MultiModalProjector { get; init; }

    // The newline vector [hidden]; null where the checkpoint has none.
    public float[]? ImageNewline { get; init; }

    // The action tokens [1 or 3, hidden].
    public WeightMatrix? ActionSupervision { get; init; }

    public ActionHeads? ActionHeads { get; init; }

    public Qwen2Model? LanguageModel { get; init; }

    public ModelConfiguration Configuration => Checkpoint.Configuration;

    public VisualTokenLayout Layout => VisualTokenLayout.Of(Configuration.Vision, Settings.Pooling, Settings.Newline, Settings.ActionToken);

    // Pooled features [frames · pooled patches, hidden] of a clip's frames: pixels, tower, projector, pooling, a few frames at a
    // time.
    public Matrix EncodeClip(ClipFrames clip, CancellationToken cancellationToken)
    {
        var projector = MultiModalProjector!;
        var patches = VisionTower.Patches;
        var pooledPatches = Layout.PatchesPerFrame;
        var framesPerPass = Math.Min(VisionTower.FramesPerPass, Math.Max(1, clip.Frames.Count));
        var encoded = new Matrix(clip.Frames.Count * pooledPatches, projector.HiddenSize);
        try
        {
            using var workspace = VisionTower.CreateWorkspace(framesPerPass);
            using var projected = new Matrix(framesPerPass * patches, projector.HiddenSize);
            var pixelValues = new float[framesPerPass * Preprocessor.ValuesPerFrame];
            for (var start = 0; start < clip.Frames.Count; start += framesPerPass)
            {
                var frames = Math.Min(framesPerPass, clip.Frames.Count - start);
                for (var i = 0; i < frames; i++)
                {
                    Preprocessor.ToPixelValues(
                        clip.Frames[start + i].Span,
                        clip.Width,
                        clip.Height,
                        pixelValues.AsSpan(i * Preprocessor.ValuesPerFrame, Preprocessor.ValuesPerFrame));
                }

                var features = VisionTower.Forward(Context, pixelValues, frames, workspace, null, cancellationToken);
                var target = projected.View.SliceRows(0, frames * patches);
                projector.Forward(Context, features, target);
                SpatialPooling.Forward(
                    Context,
                    Settings.Pooling,
                    target,
                    VisionTower.Embeddings.Grid,
                    encoded.View.SliceRows(start * pooledPatches, frames * pooledPatches));
            }

            return encoded;
        }
        catch
        {
            encoded.Dispose();
            throw;
        }
    }

    public VisualTokenEmbeddings ArrangeVisualTokens(MatrixView pooled, IReadOnlyList<int> frames)
        => new(pooled, frames, Layout, ImageNewline ?? [], ActionSupervision);

    public void Dispose()
    {
        Context.Dispose();
        Checkpoint.Dispose();
    }
}
