namespace LLaVAction.Recognizers.Pickles;

/// <summary>The globals that a dump may name. Each is a way to write down data; none of them is ever looked up or run.</summary>
internal enum PickleGlobal
{
    /// <summary><c>numpy.core.multiarray._reconstruct</c>: an array to be filled by its state.</summary>
    Reconstruct,

    /// <summary><c>numpy.core.numeric._frombuffer</c>: an array over bytes (protocol 5).</summary>
    FromBuffer,

    /// <summary><c>numpy.core.multiarray.scalar</c>: a number or text of one array element.</summary>
    Scalar,

    /// <summary><c>numpy.ndarray</c>: the type that <see cref="Reconstruct"/> is given.</summary>
    NdArray,

    /// <summary><c>numpy.dtype</c>: the type of an array's elements.</summary>
    DType,

    /// <summary><c>_codecs.encode</c>: bytes written as text (protocol 2).</summary>
    Encode,

    /// <summary><c>collections.OrderedDict</c>.</summary>
    OrderedDict,

    /// <summary><c>bytes()</c>, as protocol 2 writes empty bytes.</summary>
    Bytes,

    /// <summary><c>bytearray</c> of bytes, as protocols 2 to 4 write it.</summary>
    ByteArray,

    /// <summary><c>set</c> of a list, as protocols 2 and 3 write it.</summary>
    Set,

    /// <summary><c>frozenset</c> of a list, as protocols 2 and 3 write it.</summary>
    FrozenSet,

    /// <summary><c>torch._utils._rebuild_tensor_v2</c>: a tensor over a storage; in torch files only.</summary>
    RebuildTensor,

    /// <summary><c>argparse.Namespace</c>, read as a dict; in torch files only.</summary>
    Namespace,
}

/// <summary>Finds allowed globals by name.</summary>
internal static class PickleGlobals
{
    /// <summary>False for every name that is not listed.</summary>
    public static bool TryFind(string module, string name, bool isTorch, out PickleGlobal global)
    {
        PickleGlobal? found = (module, name) switch
        {
            ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => PickleGlobal.Reconstruct,
            ("numpy.core.multiarray" or "numpy._core.multiarray", "scalar") => PickleGlobal.Scalar,
            ("numpy.core.numeric" or "numpy._core.numeric", "_frombuffer") => PickleGlobal.FromBuffer,
            ("numpy", "ndarray") => PickleGlobal.NdArray,
            ("numpy", "dtype") => PickleGlobal.DType,
            ("_codecs", "encode") => PickleGlobal.Encode,
            ("collections", "OrderedDict") => PickleGlobal.OrderedDict,
            ("builtins" or "__builtin__", "bytes") => PickleGlobal.Bytes,
            ("builtins" or "__builtin__", "bytearray") => PickleGlobal.ByteArray,
            ("builtins" or "__builtin__", "set") => PickleGlobal.Set,
            ("builtins" or "__builtin__", "frozenset") => PickleGlobal.FrozenSet,
            ("torch._utils", "_rebuild_tensor_v2") when isTorch => PickleGlobal.RebuildTensor,
            ("argparse", "Namespace") when isTorch => PickleGlobal.Namespace,
            _ => null,
        };
        global = found.GetValueOrDefault();
        return found is not null;
    }
}
