using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Cpu.Model;

/// <summary>Hands out a checkpoint's tensors in the forms the kernels take. Matrices stay where the file is mapped.</summary>
internal sealed class WeightReader(IReadOnlyDictionary<string, TensorView> tensors, object owner)
{
    /// <summary>Whether the checkpoint holds a tensor.</summary>
    public bool Has(string name) => tensors.ContainsKey(name);

    /// <summary>A matrix in its stored type; further sizes after the first are taken together (a convolution's kernel).</summary>
    public WeightMatrix Matrix(string name)
    {
        var tensor = tensors[name];
        var type = tensor.ElementType switch
        {
            ElementType.Float32 => WeightType.Float32,
            ElementType.Float16 => WeightType.Float16,
            ElementType.BFloat16 => WeightType.BFloat16,
            _ => throw new InputException(
                $"{tensor.File}: tensor '{name}' holds {tensor.ElementTypeName} elements; expected F32, F16 or BF16. Use an unquantised checkpoint."),
        };
        var rows = checked((int)tensor.Shape[0]);
        var columns = rows == 0 ? 0 : checked((int)(tensor.ElementCount / rows));
        return new WeightMatrix(tensor.Address, type, rows, columns, owner);
    }

    /// <summary>A vector as float32.</summary>
    public float[] Vector(string name) => tensors[name].ToFloat32();

    /// <summary>A projection: <paramref name="prefix"/><c>.weight</c> and, where it exists, <c>.bias</c>.</summary>
    public DenseLayer Dense(string prefix)
        => new(Matrix(prefix + ".weight"), Has(prefix + ".bias") ? Vector(prefix + ".bias") : null);

    /// <summary>A LayerNorm: <paramref name="prefix"/><c>.weight</c> and <c>.bias</c>.</summary>
    public Normalization LayerNorm(string prefix, double epsilon)
        => Normalization.LayerNorm(Vector(prefix + ".weight"), Vector(prefix + ".bias"), (float)epsilon);

    /// <summary>An RMSNorm: <paramref name="weight"/> alone.</summary>
    public Normalization RmsNorm(string weight, double epsilon) => Normalization.RmsNorm(Vector(weight), (float)epsilon);
}
