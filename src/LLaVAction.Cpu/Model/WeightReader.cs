using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Cpu.Model;

/// <summary>Hands out a checkpoint's tensors in the forms the kernels take. Matrices stay where the file is mapped.</summary>
internal sealed class WeightReader(IReadOnlyDictionary<string, TensorView> tensors, object owner)
{
    public bool Has(string name) => tensors.ContainsKey(name);

    // A matrix in its stored type; further sizes after the first are taken together (a convolution's kernel).
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

    // A vector as float32.
    public float[] Vector(string name) => tensors[name].ToFloat32();

    public DenseLayer Dense(string prefix)
        => new(Matrix(prefix + ".weight"), Has(prefix + ".bias") ? Vector(prefix + ".bias") : null);

    public Normalization LayerNorm(string prefix, double epsilon)
        => Normalization.LayerNorm(Vector(prefix + ".weight"), Vector(prefix + ".bias"), (float)epsilon);

    public Normalization RmsNorm(string weight, double epsilon) => Normalization.RmsNorm(Vector(weight), (float)epsilon);
}
