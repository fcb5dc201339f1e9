using System.Diagnostics;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Video.Frames;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>Encodes the frames of several clips in chunks of one size, which frames of different clips share.</summary>
internal sealed class ClipEncoder(LlavaInference model, ShapeInForce shape) : IDisposable
{
    private readonly PixelUpload _upload = new(new ImagePreprocessor(model.Model.Configuration.Vision.ImageSize, model.Model.Configuration.Pixels), model.At);

    // Encodes clips; each is the caller's to dispose.
    public IReadOnlyList<EncodedClip<Tensor>> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var patches = model.Model.Layout.PatchesPerFrame;
        var frames = clips.SelectMany((clip, number) => Enumerable.Range(0, clip.Frames.Count).Select(index => (number, index))).ToArray();
        var encoded = new List<EncodedClip<Tensor>>();
        try
        {
            foreach (var clip in clips)
            {
                var features = empty([clip.Frames.Count, patches, model.Decoder.Configuration.Hidden], model.At.Type, model.At.Device);
                encoded.Add(new EncodedClip<Tensor>(clip.Frames.Count, features.DetachFromDisposeScope()));
            }

            for (var first = 0; first < frames.Length;)
            {
                first += shape.Run(ShapeAxis.VisionFrames, size => EncodeChunk(clips, encoded, frames, first, size, cancellationToken));
            }

            model.At.Synchronize();
        }
        catch
        {
            encoded.ForEach(clip => clip.Dispose());
            throw;
        }

        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        foreach (var clip in encoded)
        {
            clip.VisionMilliseconds = milliseconds * clip.FrameCount / Math.Max(1, frames.Length);
        }

        return encoded;
    }

    public void Dispose() => _upload.Dispose();

    // Encodes the next chunk; gives how many frames it held.
    private int EncodeChunk(
        IReadOnlyList<ClipFrames> clips,
        List<EncodedClip<Tensor>> encoded,
        (int Clip, int Index)[] frames,
        int first,
        int size,
        CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        if (first == 0 || size != _upload.ChunkFrames)
        {
            _upload.Restart(size);
        }

        var count = Math.Min(size, frames.Length - first);
        ArraySegment<(int Clip, int Index)> chunk = new(frames, first, count);
        var pixelValues = _upload.Send([.. chunk.Select(frame => (clips[frame.Clip], frame.Index))]);
        var pooled = model.EncodeFrames(pixelValues, cancellationToken);
        for (var i = 0; i < count;)
        {
            // Consecutive frames of one clip lie together in the chunk and in the clip.
            var clip = chunk[i].Clip;
            var run = chunk.Skip(i).TakeWhile(frame => frame.Clip == clip).Count();
            encoded[clip].Features
                .narrow(0, chunk[i].Index, run)
                .copy_(pooled.narrow(0, i, run), nonBlocking: true);
            i += run;
        }

        return count;
    }
}
