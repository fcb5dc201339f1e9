using System.Globalization;
using System.Runtime.InteropServices;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// A tensor as it lies in a mapped file (or, where an adapter changed it, in memory): C order, little endian. Valid until the checkpoint (or
/// <see cref="SafetensorsFile"/>) it comes from is disposed.
/// </summary>
public sealed class TensorView
{
    private readonly ITensorMemory _memory;
    private readonly long _offset;

    internal TensorView(
        ITensorMemory memory, string file, string name, string elementTypeName, IReadOnlyList<long> shape, long offset, long byteLength)
    {
        _memory = memory;
        _offset = offset;
        File = file;
        Name = name;
        ElementTypeName = elementTypeName;
        ElementType = ElementTypes.FromName(elementTypeName);
        Shape = shape;
        ByteLength = byteLength;
        ElementCount = shape.Contains(0) ? 0 : shape.Aggregate(1L, (count, size) => checked(count * size));
    }

    /// <summary>The file it lies in.</summary>
    public string File { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>What its elements are.</summary>
    public ElementType ElementType { get; }

    /// <summary>The element type as the file names it, for example <c>BF16</c>.</summary>
    public string ElementTypeName { get; }

    /// <summary>Sizes, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The product of the sizes.</summary>
    public long ElementCount { get; }

    /// <summary>Its length in bytes; may exceed 2 GiB.</summary>
    public long ByteLength { get; }

    /// <summary>
    /// Address of the first byte; <see cref="ByteLength"/> bytes may be read from there while the checkpoint is open.
    /// Files need not align tensors to their element size.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The checkpoint is closed.</exception>
    public nint Address => _memory.Address + (nint)_offset;

    /// <summary>All its bytes.</summary>
    /// <exception cref="OverflowException">It has more than 2 GiB: read it in parts with <see cref="GetBytes"/>.</exception>
    public ReadOnlySpan<byte> Bytes => GetBytes(0, checked((int)ByteLength));

    /// <summary>A stretch of its bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The stretch is not inside the tensor.</exception>
    public ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ByteLength - offset);
        return _memory.Span(_offset + offset, length);
    }

    /// <summary>Copies elements as float32, exactly: every F16 and BF16 value is a float32 value.</summary>
    /// <param name="destination">As many elements as are wanted.</param>
    /// <param name="firstElement">Index of the first element, in C order.</param>
    /// <exception cref="InputException">The elements are not F32, F16 or BF16.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The stretch is not inside the tensor.</exception>
    public void CopyTo(Span<float> destination, long firstElement = 0)
    {
        if (ElementType is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16))
        {
            throw new InputException(
                $"{File}: tensor {DisplayText.Quote(Name)} holds {DisplayText.Quote(ElementTypeName)} elements; expected F32, F16 or BF16. Use an unquantised checkpoint.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(firstElement);
        if (destination.Length > ElementCount - firstElement)
        {
            throw new ArgumentOutOfRangeException(nameof(firstElement), "The stretch goes beyond the tensor's last element.");
        }

        // 2^28 elements at a time: a span's length is 32 bits.
        const int Part = 1 << 28;
        var size = ElementTypes.SizeOf(ElementType);
        for (var done = 0; done < destination.Length;)
        {
            var count = Math.Min(Part, destination.Length - done);
            var source = GetBytes((firstElement + done) * size, count * size);
            var target = destination.Slice(done, count);
            switch (ElementType)
            {
                case ElementType.Float32:
                    source.CopyTo(MemoryMarshal.AsBytes(target));
                    break;
                case ElementType.Float16:
                    ElementConversion.Float16ToFloat32(MemoryMarshal.Cast<byte, ushort>(source), target);
                    break;
                default:
                    ElementConversion.BFloat16ToFloat32(MemoryMarshal.Cast<byte, ushort>(source), target);
                    break;
            }

            done += count;
        }
    }

    /// <summary>All elements as float32, in a new array.</summary>
    /// <exception cref="InputException">The elements are not F32, F16 or BF16.</exception>
    public float[] ToFloat32()
    {
        if (ElementCount > Array.MaxLength)
        {
            throw new InputException(
                $"{File}: tensor {DisplayText.Quote(Name)} has {ElementCount.ToString(CultureInfo.InvariantCulture)} elements, more than an array can hold.");
        }

        var values = ElementType is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16
            ? GC.AllocateUninitializedArray<float>((int)ElementCount)
            : [];
        CopyTo(values);
        return values;
    }

    internal TensorView WithName(string name) => new(_memory, File, name, ElementTypeName, Shape, _offset, ByteLength);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {ElementTypeName} {DisplayText.Shape(Shape)}";
}
