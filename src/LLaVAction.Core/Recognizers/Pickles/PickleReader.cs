using System.Globalization;
using System.Numerics;
using System.Text;
using static LLaVAction.Recognizers.Pickles.PickleOpcode;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>Finds the storage that a persistent id of a torch file names.</summary>
internal delegate TorchStorage StorageFinder(PickleTuple id, Func<string, InputException> error);

/// <summary>
/// A restricted reader of Python pickles, protocols 2 to 5: numbers, texts, bytes, containers and NumPy arrays, and
/// nothing else. No code is ever looked up or run, every global outside a short list is refused by name, large bytes
/// stay in the file, and what is built is bounded by a budget of values whatever the file claims.
/// </summary>
internal sealed class PickleReader
{
    // Bytes up to this length may be names or ids; longer ones stay in the file.
    private const int LongestName = 256;

    private static readonly object Nothing = new();

    private readonly PickleFile _file;
    private readonly PickleCursor _cursor;
    private readonly PickleFactory _factory;
    private readonly PickleStack _stack;
    private readonly StorageFinder? _findStorage;
    private long _opcodeStart;

    private PickleReader(PickleFile file, StorageFinder? findStorage)
    {
        _file = file;
        _findStorage = findStorage;
        _cursor = new PickleCursor(file);
        _stack = new PickleStack(Error);
        _factory = new PickleFactory(Error, _stack.Spend);
    }

    /// <summary>Reads the one object of a pickle; storages are found, and the globals of torch files allowed, where there is a finder.</summary>
    /// <exception cref="InputException">The pickle is malformed, truncated, hostile, or holds what no dump needs.</exception>
    public static object? Read(PickleFile file, StorageFinder? findStorage = null) => new PickleReader(file, findStorage).Run();

    private object? Run()
    {
        if ((PickleOpcode)_cursor.Byte() != Proto || _cursor.Byte() is not (>= 2 and <= 5))
        {
            throw _file.Error(_file.Start, "no pickle of protocol 2 to 5. Write it again by pickle.dump(value, file, protocol=4).");
        }

        while (true)
        {
            _opcodeStart = _cursor.Position;
            var opcode = (PickleOpcode)_cursor.Byte();
            if (opcode == Stop)
            {
                break;
            }

            var value = Value(opcode);
            if (!ReferenceEquals(value, Nothing))
            {
                _stack.Push(value);
            }
        }

        var result = _stack.Pop();
        if (!_stack.IsEmpty)
        {
            throw Error("values are left over at the end of the pickle. It is malformed; get it again.");
        }

        return _cursor.Position == _file.End
            ? result
            : throw _file.Error(_cursor.Position, "bytes follow the end of the pickle, expected one object. Write each object to a file of its own.");
    }

    // What an opcode pushes; Nothing for those that work on what is there.
    private object? Value(PickleOpcode opcode) => opcode switch
    {
        None => null,
        NewTrue => true,
        NewFalse => false,
        BinInt => (long)_cursor.Int32(),
        BinInt1 => (long)_cursor.Byte(),
        BinInt2 => (long)_cursor.UInt16(),
        BinFloat => _cursor.BigEndianDouble(),
        Long1 => LongInteger(_cursor.Byte()),
        Long4 => LongInteger(_cursor.UInt32()),
        ShortBinUnicode => Text(_cursor.Byte()),
        BinUnicode => Text(_cursor.UInt32()),
        BinUnicode8 => Text(_cursor.UInt64()),
        ShortBinBytes or ShortBinString => Bytes(_cursor.Byte()),
        BinBytes or BinString => Bytes(_cursor.UInt32()),
        BinBytes8 or ByteArray8 => Bytes(_cursor.UInt64()),
        EmptyList or EmptySet => new PickleList(),
        EmptyDict => new PickleDict(),
        EmptyTuple => PickleTuple.Empty,
        List or FrozenSet => new PickleList(_stack.TakeToMark()),
        PickleOpcode.Dict => DictOf(_stack.TakeToMark()),
        PickleOpcode.Tuple => new PickleTuple(_stack.TakeToMark()),
        Tuple1 => new PickleTuple(_stack.Take(1)),
        Tuple2 => new PickleTuple(_stack.Take(2)),
        Tuple3 => new PickleTuple(_stack.Take(3)),
        Dup => _stack.Peek(),
        BinGet => _stack.Recall(_cursor.Byte()),
        LongBinGet => _stack.Recall(_cursor.UInt32()),
        Global => Find(_cursor.Line(), _cursor.Line()),
        StackGlobal => FindOnStack(_stack.Take(2)),
        Reduce => Call(_stack.Take(2)),
        BinPersistentId when _findStorage is not null => _findStorage(
            _stack.Pop() as PickleTuple ?? throw Error("a persistent id that torch never writes. The file is malformed or hostile."), Error),
        NewObj when _findStorage is not null => _stack.Take(2) is [PickleGlobal.Namespace, PickleTuple { Items: [] }]
            ? new PickleDict { IsNamespace = true }
            : throw Refused(opcode),
        _ => Work(opcode),
    };

    private object Work(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case Frame:
                _cursor.Require(_cursor.UInt64());
                break;
            case Mark:
                _stack.OpenMark();
                break;
            case PickleOpcode.Pop:
                _stack.Pop();
                break;
            case PopMark:
                _stack.TakeToMark();
                break;
            case Memoize:
                _stack.Memoize();
                break;
            case BinPut:
                _stack.Remember(_cursor.Byte());
                break;
            case LongBinPut:
                _stack.Remember(_cursor.UInt32());
                break;
            case Append:
                AddItems(_stack.Take(1));
                break;
            case Appends or PickleOpcode.AddItems:
                AddItems(_stack.TakeToMark());
                break;
            case SetItem:
                AddPairs(_stack.Take(2));
                break;
            case SetItems:
                AddPairs(_stack.TakeToMark());
                break;
            case Build:
                var state = _stack.Pop();
                _factory.SetState(_stack.Peek(), state);
                break;
            default:
                throw Refused(opcode);
        }

        return Nothing;
    }

    private long LongInteger(uint length)
    {
        _cursor.Require(length);
        if (length > 16)
        {
            throw Error("an integer of more than 16 bytes, expected numbers of at most 64 bits.");
        }

        var value = new BigInteger(_cursor.Take((int)length));
        return value >= long.MinValue && value <= long.MaxValue
            ? (long)value
            : throw Error("an integer of more than 64 bits, expected numbers of at most 64 bits.");
    }

    private object Text(ulong length)
    {
        if (length > PickleCursor.Largest)
        {
            return new PickleLongText(_cursor.Skip(length), (long)length);
        }

        var bytes = _cursor.Take((int)length);
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Error("a text is not UTF-8.");
    }

    private PickleBytes Bytes(ulong length) => length <= LongestName
        ? new PickleTextBytes(Encoding.Latin1.GetString(_cursor.Take((int)length)))
        : new PickleFileBytes(_cursor.Skip(length), (long)length);

    private object FindOnStack(object?[] names) => Find(
        names[0] as string ?? throw Error("the module of a global is no text."),
        names[1] as string ?? throw Error("the name of a global is no text."));

    private object Find(string module, string name) => Known(module, name) ?? throw Error(
        $"the pickle names the global {Printable(module)}.{Printable(name)}; expected numbers, texts, containers and NumPy arrays only. "
        + "Such a pickle can run code when Python loads it: use a file you trust, saved as plain arrays.");

    private object? Known(string module, string name) => _findStorage is not null && module == "torch"
        ? PickleStorageType.Find(name)
        : PickleFactory.Find(module, name, isTorch: _findStorage is not null);

    private object Call(object?[] call) => _factory.Call(call[0], call[1]);

    private void AddItems(object?[] items)
    {
        var list = _stack.Peek() as PickleList ?? throw Error("items are added to what is no list or set.");
        list.Add(items);
    }

    private void AddPairs(object?[] items) =>
        AddPairs(_stack.Peek() as PickleDict ?? throw Error("entries are added to what is no dict."), items);

    private PickleDict DictOf(object?[] items)
    {
        var dict = new PickleDict();
        AddPairs(dict, items);
        return dict;
    }

    private void AddPairs(PickleDict dict, object?[] items)
    {
        if (items.Length % 2 != 0)
        {
            throw Error("a key of a dict has no value.");
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            dict.Add(items[i], items[i + 1]);
        }
    }

    private InputException Refused(PickleOpcode opcode) => Enum.IsDefined(opcode)
        ? Error($"the pickle uses the opcode {opcode}, which builds objects by code; expected numbers, texts, containers and NumPy arrays only.")
        : Error(string.Create(CultureInfo.InvariantCulture, $"0x{(byte)opcode:X2} is no opcode of pickle protocols 2 to 5. The file is malformed; get it again."));

    private static string Printable(string text) =>
        string.Concat(text.Take(100).Select(static character => char.IsControl(character) ? '?' : character));

    private InputException Error(string message) => _file.Error(_opcodeStart, message);
}

/// <summary>The opcodes of pickle protocols 2 to 5 (Python's <c>pickletools</c>).</summary>
internal enum PickleOpcode : byte
{
    Mark = (byte)'(',
    Stop = (byte)'.',
    Pop = (byte)'0',
    PopMark = (byte)'1',
    Dup = (byte)'2',
    BinBytes = (byte)'B',
    ShortBinBytes = (byte)'C',
    BinFloat = (byte)'G',
    BinInt = (byte)'J',
    BinInt1 = (byte)'K',
    BinInt2 = (byte)'M',
    None = (byte)'N',
    PersistentId = (byte)'P',
    BinPersistentId = (byte)'Q',
    Reduce = (byte)'R',
    BinString = (byte)'T',
    ShortBinString = (byte)'U',
    BinUnicode = (byte)'X',
    EmptyList = (byte)']',
    Append = (byte)'a',
    Build = (byte)'b',
    Global = (byte)'c',
    Dict = (byte)'d',
    Appends = (byte)'e',
    BinGet = (byte)'h',
    Inst = (byte)'i',
    LongBinGet = (byte)'j',
    List = (byte)'l',
    Obj = (byte)'o',
    BinPut = (byte)'q',
    LongBinPut = (byte)'r',
    SetItem = (byte)'s',
    Tuple = (byte)'t',
    SetItems = (byte)'u',
    EmptyDict = (byte)'}',
    EmptyTuple = (byte)')',
    Proto = 0x80,
    NewObj = 0x81,
    Ext1 = 0x82,
    Ext2 = 0x83,
    Ext4 = 0x84,
    Tuple1 = 0x85,
    Tuple2 = 0x86,
    Tuple3 = 0x87,
    NewTrue = 0x88,
    NewFalse = 0x89,
    Long1 = 0x8A,
    Long4 = 0x8B,
    ShortBinUnicode = 0x8C,
    BinUnicode8 = 0x8D,
    BinBytes8 = 0x8E,
    EmptySet = 0x8F,
    AddItems = 0x90,
    FrozenSet = 0x91,
    NewObjEx = 0x92,
    StackGlobal = 0x93,
    Memoize = 0x94,
    Frame = 0x95,
    ByteArray8 = 0x96,
    NextBuffer = 0x97,
    ReadOnlyBuffer = 0x98,
}
