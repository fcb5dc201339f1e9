namespace LLaVAction.Models.Checkpoints;

/// <summary>What the elements of a stored tensor are.</summary>
public enum ElementType
{
    /// <summary>A type this library has no name for; its bytes can be read, its values cannot.</summary>
    Other,

    /// <summary>IEEE 754 binary32, <c>F32</c>.</summary>
    Float32,

    /// <summary>IEEE 754 binary16, <c>F16</c>.</summary>
    Float16,

    /// <summary>The upper half of a binary32, <c>BF16</c>.</summary>
    BFloat16,

    /// <summary>IEEE 754 binary64, <c>F64</c>.</summary>
    Float64,

    /// <summary>One byte, 0 or 1, <c>BOOL</c>.</summary>
    Boolean,

    /// <summary><c>U8</c>.</summary>
    UInt8,

    /// <summary><c>I8</c>.</summary>
    Int8,

    /// <summary><c>U16</c>.</summary>
    UInt16,

    /// <summary><c>I16</c>.</summary>
    Int16,

    /// <summary><c>U32</c>.</summary>
    UInt32,

    /// <summary><c>I32</c>.</summary>
    Int32,

    /// <summary><c>U64</c>.</summary>
    UInt64,

    /// <summary><c>I64</c>.</summary>
    Int64,
}

/// <summary>The names and sizes that safetensors headers use for element types.</summary>
public static class ElementTypes
{
    /// <summary>The type of a header's <c>dtype</c>; <see cref="ElementType.Other"/> for a name unknown here.</summary>
    public static ElementType FromName(string name) => name switch
    {
        "F32" => ElementType.Float32,
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "F64" => ElementType.Float64,
        "BOOL" => ElementType.Boolean,
        "U8" => ElementType.UInt8,
        "I8" => ElementType.Int8,
        "U16" => ElementType.UInt16,
        "I16" => ElementType.Int16,
        "U32" => ElementType.UInt32,
        "I32" => ElementType.Int32,
        "U64" => ElementType.UInt64,
        "I64" => ElementType.Int64,
        _ => ElementType.Other,
    };

    /// <summary>The header's name of a type.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="ElementType.Other"/> has no name of its own.</exception>
    public static string NameOf(ElementType type) => type switch
    {
        ElementType.Float32 => "F32",
        ElementType.Float16 => "F16",
        ElementType.BFloat16 => "BF16",
        ElementType.Float64 => "F64",
        ElementType.Boolean => "BOOL",
        ElementType.UInt8 => "U8",
        ElementType.Int8 => "I8",
        ElementType.UInt16 => "U16",
        ElementType.Int16 => "I16",
        ElementType.UInt32 => "U32",
        ElementType.Int32 => "I32",
        ElementType.UInt64 => "U64",
        ElementType.Int64 => "I64",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes of one element; 0 for <see cref="ElementType.Other"/>.</summary>
    public static int SizeOf(ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.UInt32 or ElementType.Int32 => 4,
        ElementType.Float16 or ElementType.BFloat16 or ElementType.UInt16 or ElementType.Int16 => 2,
        ElementType.Float64 or ElementType.UInt64 or ElementType.Int64 => 8,
        ElementType.Boolean or ElementType.UInt8 or ElementType.Int8 => 1,
        _ => 0,
    };

    // Bits of one element by its header name, for the sizes of types that are only passed over (float8, float4, …); null for a
    // name that is not in the format's specification.
    internal static int? BitsOf(string name) => name switch
    {
        "F4" => 4,
        "F6_E2M3" or "F6_E3M2" => 6,
        "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => 8,
        "C64" => 64,
        _ => SizeOf(FromName(name)) is > 0 and int bytes ? bytes * 8 : null,
    };
}
