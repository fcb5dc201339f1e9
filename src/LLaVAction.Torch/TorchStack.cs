using LLaVAction.Models.Ports;
using LLaVAction.Torch.Tokenization;
using LLaVAction.Torch.Video;

namespace LLaVAction.Torch;

/// <summary>The torch stack, put together: TorchSharp, Microsoft.ML.Tokenizers and FFMpegCore.</summary>
public static class TorchStack
{
    /// <summary>The stack's engine. Nothing native is loaded before a model is.</summary>
    public static IEngine CreateEngine() => new TorchEngine(MicrosoftBpeEncoder.Open, FFMpegCoreDecoder.Open);
}
