using LLaVAction.Models.Engines;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Running;

/// <summary>The pooled features of a clip's frames, on the device until disposed.</summary>
internal sealed class EncodedClip(int frameCount, Tensor features) : IEncodedClip
{
    /// <summary>[frames · pooled patches, hidden].</summary>
    public Tensor Features { get; } = features.DetachFromDisposeScope();

    /// <inheritdoc/>
    public int FrameCount => frameCount;

    /// <inheritdoc/>
    public double VisionMilliseconds { get; set; }

    /// <inheritdoc/>
    public void Dispose() => Features.Dispose();
}
