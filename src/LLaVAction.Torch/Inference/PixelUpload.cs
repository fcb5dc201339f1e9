using System.Buffers;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Torch.Native;
using LLaVAction.Video.Frames;
using TorchSharp;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// Frames on their way to the device: resized on the host by several threads, sent as bytes from page-locked buffers
/// while the device computes, and turned into pixel values there.
/// </summary>
internal sealed class PixelUpload : IDisposable
{
    private static readonly int[] FirstSampleOfChannels = [0, 256, 512];

    // The library passes a scalar's address alone, and its own may be collected before it is read.
    private static readonly Scalar One = 1;
    private readonly ImagePreprocessor _preprocessor;
    private readonly ComputeDevice _device;
    private readonly Tensor _sampleValues;
    private readonly Tensor _channelOffsets;
    private readonly List<Tensor> _buffers = [];
    private int _frames;
    private int _next;

    public PixelUpload(ImagePreprocessor preprocessor, ComputeDevice device)
    {
        _preprocessor = preprocessor;
        _device = device;
        _sampleValues = tensor(preprocessor.SampleValues(), device: device.Device).DetachFromDisposeScope();
        _channelOffsets = tensor(FirstSampleOfChannels, device: device.Device).DetachFromDisposeScope();
    }

    public int ChunkFrames => _frames;

    private int BytesPerFrame => _preprocessor.Size * _preprocessor.Size * 4;

    /// <summary>Lets the buffers be used again, once the device has read them.</summary>
    /// <param name="frames">Frames of a chunk from now on.</param>
    public void Restart(int frames)
    {
        if (_next > 0)
        {
            _device.Synchronize();
            _next = 0;
        }

        if (frames != _frames)
        {
            DisposeBuffers();
            _frames = frames;
        }
    }

    // Pixel values [chunk, 3, size, size] of up to a chunk of frames; black frames stand for those that are missing.
    public Tensor Send(IReadOnlyList<(ClipFrames Clip, int Index)> frames)
    {
        var buffer = NextBuffer();
        Fill(buffer, frames);
        using var scope = NewDisposeScope();
        var samples = _device.IsCuda ? buffer.to(_device.Device, non_blocking: true) : buffer;
        return ToPixelValues(samples).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        DisposeBuffers();
        _sampleValues.Dispose();
        _channelOffsets.Dispose();
    }

    // Looks up samples [frames, size, size, 4], so that the values are those of the host to the bit.
    private Tensor ToPixelValues(Tensor samples)
    {
        var indices = samples.narrow(3, 0, 3).to_type(ScalarType.Int32).add_(_channelOffsets, One);
        return _sampleValues.index_select(0, indices.view(-1))
            .view(indices.shape)
            .permute(0, 3, 1, 2)
            .to_type(_device.Type);
    }

    private Tensor NextBuffer()
    {
        // On the CPU nothing runs behind the host's back, and one buffer does.
        if (_next == _buffers.Count)
        {
            using var scope = NewDisposeScope();
            var buffer = empty([_frames, _preprocessor.Size, _preprocessor.Size, 4], ScalarType.Byte);
            _buffers.Add((_device.IsCuda ? buffer.pin_memory() : buffer).DetachFromDisposeScope());
        }

        return _buffers[_device.IsCuda ? _next++ : 0];
    }

    private void Fill(Tensor buffer, IReadOnlyList<(ClipFrames Clip, int Index)> frames)
    {
        var resized = new byte[frames.Count][];
        Parallel.For(0, frames.Count, i =>
        {
            var (clip, index) = frames[i];
            resized[i] = ArrayPool<byte>.Shared.Rent(BytesPerFrame);
            _preprocessor.ToPixels(clip.Frames[index].Span, clip.Width, clip.Height, resized[i].AsSpan(0, BytesPerFrame));
        });
        var bytes = buffer.bytes;
        for (var i = 0; i < resized.Length; i++)
        {
            resized[i].AsSpan(0, BytesPerFrame).CopyTo(bytes[(i * BytesPerFrame)..]);
            ArrayPool<byte>.Shared.Return(resized[i]);
        }

        bytes[(frames.Count * BytesPerFrame)..].Clear();
    }

    private void DisposeBuffers()
    {
        _buffers.ForEach(buffer => buffer.Dispose());
        _buffers.Clear();
    }
}
