namespace LLaVAction.Recognizers.Pickles;

/// <summary>The globals that a dump may name. Each is a way to write down data; none of them is ever looked up or run.</summary>
internal enum PickleGlobal
{
    Reconstruct,

    // 'numpy.core.numeric._frombuffer': an array over bytes (protocol 5).
    FromBuffer,

    Scalar,

    NdArray,

    DType,

    // '_codecs.encode': bytes written as text (protocol 2).
    Encode,

    OrderedDict,

    // 'bytes()', as protocol 2 writes empty bytes.
    Bytes,

    // 'bytearray' of bytes, as protocols 2 to 4 write it.
    ByteArray,

    // 'set' or 'frozenset' of a list, as protocols 2 and 3 write it.
    Set,

    // 'torch._utils._rebuild_tensor_v2': a tensor over a storage; in torch files only.
    RebuildTensor,

    // 'argparse.Namespace', read as a dict; in torch files only.
    Namespace,
}

/// <summary>Builds what the allowed globals stand for. Nothing here copies more than the pickle's budget pays for.</summary>
internal sealed class PickleFactory(Func<string, InputException> error, Action<int> spend)
{
    /// <summary>The global of a name; null for every name that is not allowed.</summary>
    /// <param name="module">Its module.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isTorch">Whether those of torch files are allowed.</param>
    public static PickleGlobal? Find(string module, string name, bool isTorch) => (module, name) switch
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
        ("builtins" or "__builtin__", "set" or "frozenset") => PickleGlobal.Set,
        ("torch._utils", "_rebuild_tensor_v2") when isTorch => PickleGlobal.RebuildTensor,
        ("argparse", "Namespace") when isTorch => PickleGlobal.Namespace,
        _ => null,
    };

    public object Call(object? callable, object? arguments)
    {
        if (callable is not PickleGlobal global || arguments is not PickleTuple { Items: var items })
        {
            throw error("a call of what is no allowed global. The pickle is malformed or hostile.");
        }

        return (global, items) switch
        {
            (PickleGlobal.Reconstruct, [PickleGlobal.NdArray, PickleTuple, PickleBytes]) => new PickleArray(),
            (PickleGlobal.FromBuffer, [PickleBytes bytes, PickleDType type, PickleTuple shape, string order]) =>
                PickleArray.Create(bytes, type, Shape(shape), IsFortran(order), error),
            (PickleGlobal.Scalar, [PickleDType type, PickleBytes bytes]) => PickleArray.Create(bytes, type, [], isFortran: false, error),
            (PickleGlobal.DType, [string code, ..]) => PickleDType.Parse(code, error),
            (PickleGlobal.DType, [PickleTextBytes code, ..]) => PickleDType.Parse(code.Text, error),
            (PickleGlobal.Encode or PickleGlobal.ByteArray, [string text, "latin1" or "latin-1"]) => new PickleTextBytes(text),
            (PickleGlobal.Encode or PickleGlobal.ByteArray, [PickleLongText text, "latin1" or "latin-1"]) =>
                new PickleFileBytes(text.Offset, text.Length, IsLatin1AsUtf8: true),
            (PickleGlobal.OrderedDict, []) => new PickleDict(),
            (PickleGlobal.OrderedDict, [PickleList pairs]) => Dict(pairs),
            (PickleGlobal.Bytes or PickleGlobal.ByteArray, []) => new PickleTextBytes(string.Empty),
            (PickleGlobal.ByteArray, [PickleBytes bytes]) => bytes,
            (PickleGlobal.RebuildTensor, [TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides, bool, PickleDict, ..]) =>
                TorchTensor.Create(storage, offset, Shape(shape, 8), Shape(strides, 8), error),
            (PickleGlobal.Set, [PickleList list]) => list,
            _ => throw error($"a call of {global} with arguments that NumPy and Python never write. The pickle is malformed or hostile."),
        };
    }

    public void SetState(object? value, object? state)
    {
        switch (value, state)
        {
            case (PickleArray array, PickleTuple { Items: [long, PickleTuple shape, PickleDType type, bool isFortran, PickleBytes bytes] }):
                array.Fill(bytes, type, Shape(shape), isFortran, error);
                break;
            case (PickleArray array, PickleTuple { Items: [long, PickleTuple shape, PickleDType type, bool isFortran, PickleList items] }):
                array.Fill(items.Items, type, Shape(shape), isFortran, error);
                break;
            case (PickleDict { IsNamespace: true } space, PickleDict members):
                spend(members.Entries.Count);
                foreach (var (key, member) in members.Entries)
                {
                    space.Add(key, member);
                }

                break;
            case (PickleDict, PickleDict):
                // Attributes of an OrderedDict: torch keeps the versions of modules there.
                break;
            case (PickleDType type, PickleTuple { Items: [long, string or PickleTextBytes, null, null, null, long size, long, long, ..] items }):
                type.SetState(items[1] as string ?? ((PickleTextBytes)items[1]!).Text, size, error);
                break;
            case (PickleDType, _):
                throw error("an element type with fields or sub-arrays, expected arrays of numbers or texts.");
            default:
                throw error("a state that NumPy never writes. The pickle is malformed or hostile.");
        }
    }

    private PickleDict Dict(PickleList pairs)
    {
        spend(pairs.Items.Count);
        var dict = new PickleDict();
        foreach (var pair in pairs.Items)
        {
            var items = pair switch
            {
                PickleTuple { Items: { Length: 2 } tuple } => tuple,
                PickleList { Items: { Count: 2 } list } => [list[0], list[1]],
                _ => throw error("an OrderedDict of what are no pairs."),
            };
            dict.Add(items[0], items[1]);
        }

        return dict;
    }

    private long[] Shape(PickleTuple shape, int most = 4) => shape.Items.Length <= most
        ? Array.ConvertAll(shape.Items, item => item is long and >= 0 ? (long)item : throw error("an array's shape is no tuple of sizes."))
        : throw error($"an array of more than {most} dimensions.");

    private bool IsFortran(string order) => order switch
    {
        "C" => false,
        "F" => true,
        _ => throw error($"an array in memory order '{(order.Length == 1 ? order : "?")}', expected C or F. Save it by numpy.ascontiguousarray."),
    };
}
