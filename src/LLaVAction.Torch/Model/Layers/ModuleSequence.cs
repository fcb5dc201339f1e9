using System.Globalization;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Layers;

/// <summary>Modules named by their numbers, as checkpoints name layers.</summary>
internal sealed class ModuleSequence<T> : nn.Module
    where T : nn.Module
{
    public ModuleSequence(IReadOnlyList<T> items)
        : base(nameof(ModuleSequence<T>))
    {
        Items = items;
        for (var i = 0; i < items.Count; i++)
        {
            register_module(i.ToString(CultureInfo.InvariantCulture), items[i]);
        }
    }

    /// <summary>The modules.</summary>
    public IReadOnlyList<T> Items { get; }
}
