using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// Copies a checkpoint's tensors from where the file is mapped to the device, one after the other, through a buffer of a
/// few megabytes (page-locked for a GPU). No weight is ever held in managed memory.
/// </summary>
internal static class WeightLoader
{
    private const int BufferElements = 8 << 20;

    /// <summary>Fills every parameter of a model with the tensor of its name.</summary>
    /// <param name="model">The model.</param>
    /// <param name="checkpoint">The tensors.</param>
    /// <param name="initialise">Fills a parameter that the checkpoint lacks; null where it must lack none.</param>
    /// <exception cref="InputException">A weight does not fit into float16.</exception>
    public static void Load(Llava model, Checkpoint checkpoint, Action<string, Parameter>? initialise = null)
    {
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        var buffers = new Dictionary<ElementType, Tensor>();
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (initialise is not null && !checkpoint.Tensors.ContainsKey(name))
            {
                initialise(name, parameter);
                continue;
            }

            var source = checkpoint[name];
            if (!buffers.TryGetValue(source.ElementType, out var buffer))
            {
                buffer = Buffer(source.ElementType, model.At);
                buffers.Add(source.ElementType, buffer);
            }

            Copy(source, parameter, buffer);
            if (model.At.Type == ScalarType.Float16 && source.ElementType != ElementType.Float16)
            {
                RequireFinite(checkpoint.Folder, name, parameter);
            }
        }
    }

    private static Tensor Buffer(ElementType type, ComputeDevice device)
    {
        var buffer = empty([BufferElements], TypeOf(type));
        return device.IsCuda ? buffer.pin_memory() : buffer;
    }

    private static void Copy(TensorView source, Parameter target, Tensor buffer)
    {
        using var scope = NewDisposeScope();
        var flat = target.view(-1);
        var size = ElementTypes.SizeOf(source.ElementType);
        for (long first = 0; first < source.ElementCount; first += BufferElements)
        {
            using var part = NewDisposeScope();
            var count = (int)Math.Min(BufferElements, source.ElementCount - first);
            var filled = buffer.narrow(0, 0, count);
            source.GetBytes(first * size, count * size).CopyTo(filled.bytes);
            flat.narrow(0, first, count).copy_(filled);
        }
    }

    private static ScalarType TypeOf(ElementType type) => type switch
    {
        ElementType.BFloat16 => ScalarType.BFloat16,
        ElementType.Float16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    private static void RequireFinite(string folder, string name, Parameter parameter)
    {
        using var scope = NewDisposeScope();
        if (!parameter.isfinite().all().cpu().item<bool>())
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture, $"{folder}: weights of '{name}' are larger than float16 can hold (65,504). Use --precision bfloat16 or float32."));
        }
    }
}
