using System.Runtime.InteropServices;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Testing;

/// <summary>The tensors of one golden safetensors file, as arrays.</summary>
public sealed class GoldenTensors : IDisposable
{
    private readonly SafetensorsFile _file;

    private GoldenTensors(SafetensorsFile file)
    {
        _file = file;
    }

    /// <summary>The names of the tensors it holds.</summary>
    public IEnumerable<string> Names => _file.Tensors.Keys;

    /// <summary>Opens a file by its path relative to the golden folder.</summary>
    public static GoldenTensors Open(string relative) => new(SafetensorsFile.Open(GoldenFolder.PathOf(relative)));

    /// <summary>Whether the file holds a tensor.</summary>
    public bool Has(string name) => _file.Tensors.ContainsKey(name);

    /// <summary>Sizes of a tensor, outermost first.</summary>
    public int[] Shape(string name) => _file.Tensors[name].Shape.Select(size => checked((int)size)).ToArray();

    /// <summary>Values of a floating-point tensor (F32, F16, BF16), in C order.</summary>
    public float[] Float32(string name) => _file.Tensors[name].ToFloat32();

    /// <summary>Values of an I32 tensor.</summary>
    public int[] Int32(string name) => Cast<int>(name, ElementType.Int32);

    /// <summary>Values of a U8 tensor.</summary>
    public byte[] UInt8(string name) => Cast<byte>(name, ElementType.UInt8);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private T[] Cast<T>(string name, ElementType expected)
        where T : struct
    {
        var tensor = _file.Tensors[name];
        return tensor.ElementType == expected
            ? MemoryMarshal.Cast<byte, T>(tensor.Bytes).ToArray()
            : throw new InvalidOperationException($"{tensor} holds {tensor.ElementTypeName}, not {ElementTypes.NameOf(expected)}.");
    }
}
