using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Engines;

namespace LLaVAction.Cpu.Model;

/// <summary>The pooled features of a clip's frames, in native memory until disposed.</summary>
internal sealed class EncodedClip(int frameCount, int patchesPerFrame, int hiddenSize) : IEncodedClip
{
    /// <summary>[frames · pooled patches, hidden].</summary>
    public Matrix Features { get; } = new(frameCount * patchesPerFrame, hiddenSize);

    /// <inheritdoc/>
    public int FrameCount => frameCount;

    /// <inheritdoc/>
    public double VisionMilliseconds { get; set; }

    /// <inheritdoc/>
    public void Dispose() => Features.Dispose();
}
