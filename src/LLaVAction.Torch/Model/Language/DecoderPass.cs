using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Language;

/// <summary>One pass of rows through the decoder.</summary>
/// <param name="Cache">Takes the rows' keys and values.</param>
/// <param name="Start">Where they go in it; a pass from 0 attends causally, every other by its mask.</param>
/// <param name="Rotary">The rows' positions.</param>
/// <param name="Mask">What each row sees of the cache [rows, width of at least all rows]; null for a causal pass.</param>
/// <param name="Wanted">
/// Which rows' hidden states are wanted [count], 64-bit; null for all. The last layer runs for those alone.
/// </param>
internal sealed record DecoderPass(KeyValueCache Cache, long Start, RotaryRows Rotary, Tensor? Mask, Tensor? Wanted);
