using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Layers;

/// <summary>A table of vectors: <c>weight</c> [rows, width].</summary>
internal sealed class EmbeddingTable : nn.Module
{
    public EmbeddingTable(WeightFactory weights, long rows, long width)
        : base(nameof(EmbeddingTable))
    {
        Weight = new Parameter(weights.Empty(rows, width), requires_grad: false);
        register_parameter("weight", Weight);
    }

    /// <summary>[rows, width].</summary>
    public Parameter Weight { get; }

    /// <summary>The vectors of some rows [count, width].</summary>
    public Tensor Read(IReadOnlyList<int> rows)
    {
        using var scope = NewDisposeScope();
        var indices = tensor(rows.Select(row => (long)row).ToArray(), device: Weight.device);
        return Weight.index_select(0, indices).MoveToOuterDisposeScope();
    }
}
