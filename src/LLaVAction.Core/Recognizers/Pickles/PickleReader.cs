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

            if (!Number(opcode) && !TextOrBytes(opcode) && !Container(opcode) && !Machine(opcode))
            {
                throw Refused(opcode);
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

    private bool Number(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case None:
                _stack.Push(null);
                return true;
            case NewTrue:
                _stack.Push(true);
                return true;
            case NewFalse:
                _stack.Push(false);
                return true;
            case BinInt:
                _stack.Push((long)_cursor.Int32());
                return true;
            case BinInt1:
                _stack.Push((long)_cursor.Byte());
                return true;
            case BinInt2:
                _stack.Push((long)_cursor.UInt16());
                return true;
            case BinFloat:
                _stack.Push(_cursor.BigEndianDouble());
                return true;
            case Long1:
                _stack.Push(LongInteger(_cursor.Byte()));
                return true;
            case Long4:
                _stack.Push(LongInteger(_cursor.UInt32()));
                return true;
            default:
                return false;
        }
    }

    private bool TextOrBytes(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case ShortBinUnicode:
                PushText(_cursor.Byte());
                return true;
            case BinUnicode:
                PushText(_cursor.UInt32());
                return true;
            case BinUnicode8:
                PushText(_cursor.UInt64());
                return true;
            case ShortBinBytes or ShortBinString:
                PushBytes(_cursor.Byte());
                return true;
            case BinBytes or BinString:
                PushBytes(_cursor.UInt32());
                return true;
            case BinBytes8 or ByteArray8:
                PushBytes(_cursor.UInt64());
                return true;
            default:
                return false;
        }
    }

    private bool Container(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case EmptyList or EmptySet:
                _stack.Push(new PickleList());
                return true;
            case EmptyTuple:
                _stack.Push(PickleTuple.Empty);
                return true;
            case EmptyDict:
                _stack.Push(new PickleDict());
                return true;
            case List or FrozenSet:
                _stack.Push(ListOf(_stack.TakeToMark()));
                return true;
            case PickleOpcode.Tuple:
                _stack.Push(new PickleTuple(_stack.TakeToMark()));
                return true;
            case Tuple1:
                _stack.Push(new PickleTuple(_stack.Take(1)));
                return true;
            case Tuple2:
                _stack.Push(new PickleTuple(_stack.Take(2)));
                return true;
            case Tuple3:
                _stack.Push(new PickleTuple(_stack.Take(3)));
                return true;
            case PickleOpcode.Dict:
                AddPairs(new PickleDict(), _stack.TakeToMark(), push: true);
                return true;
            case Append:
                AddTo(_stack.Take(1));
                return true;
            case Appends or AddItems:
                AddTo(_stack.TakeToMark());
                return true;
            case SetItem:
                AddPairs(_stack.Take(2));
                return true;
            case SetItems:
                AddPairs(_stack.TakeToMark());
                return true;
            default:
                return false;
        }
    }

    private bool Machine(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case Frame:
                _cursor.Require(_cursor.UInt64());
                return true;
            case Mark:
                _stack.OpenMark();
                return true;
            case PickleOpcode.Pop:
                _stack.Pop();
                return true;
            case PopMark:
                _stack.TakeToMark();
                return true;
            case Dup:
                _stack.Push(_stack.Peek());
                return true;
            case Memoize:
                _stack.Memoize();
                return true;
            case BinPut:
                _stack.Remember(_cursor.Byte());
                return true;
            case LongBinPut:
                _stack.Remember(_cursor.UInt32());
                return true;
            case BinGet:
                _stack.Push(_stack.Recall(_cursor.Byte()));
                return true;
            case LongBinGet:
                _stack.Push(_stack.Recall(_cursor.UInt32()));
                return true;
            case Global:
                PushGlobal(_cursor.Line(), _cursor.Line());
                return true;
            case StackGlobal:
                var names = _stack.Take(2);
                PushGlobal(
                    names[0] as string ?? throw Error("the module of a global is no text."),
                    names[1] as string ?? throw Error("the name of a global is no text."));
                return true;
            case Reduce:
                var call = _stack.Take(2);
                _stack.Push(_factory.Call(call[0], call[1]));
                return true;
            case BinPersistentId when _findStorage is not null:
                _stack.Push(_stack.Pop() is PickleTuple id ? _findStorage(id, Error) : throw Error("a persistent id that torch never writes. The file is malformed or hostile."));
                return true;
            case NewObj when _findStorage is not null:
                _stack.Push(_stack.Take(2) is [PickleGlobal.Namespace, PickleTuple { Items: [] }] ? new PickleDict { IsNamespace = true } : throw Refused(opcode));
                return true;
            case Build:
                var state = _stack.Pop();
                _factory.SetState(_stack.Peek(), state);
                return true;
            default:
                return false;
        }
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

    private void PushText(ulong length)
    {
        if (length > PickleCursor.Largest)
        {
            _stack.Push(new PickleLongText(_cursor.Skip(length), (long)length));
            return;
        }

        var bytes = _cursor.Take((int)length);
        _stack.Push(System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Error("a text is not UTF-8."));
    }

    private void PushBytes(ulong length) => _stack.Push(new PickleFileBytes(_cursor.Skip(length), (long)length));

    private void PushGlobal(string module, string name)
    {
        if (_findStorage is not null && module == "torch" && PickleStorageType.Find(name) is { } type)
        {
            _stack.Push(type);
            return;
        }

        if (!PickleGlobals.TryFind(module, name, isTorch: _findStorage is not null, out var global))
        {
            throw Error(
                $"the pickle names the global {Printable(module)}.{Printable(name)}; expected numbers, texts, containers and NumPy arrays only. "
                + "Such a pickle can run code when Python loads it: use a file you trust, saved as plain arrays.");
        }

        _stack.Push(global);
    }

    private void AddTo(ReadOnlySpan<object?> items)
    {
        var list = _stack.Peek() as PickleList ?? throw Error("items are added to what is no list or set.");
        list.Add(items);
    }

    private void AddPairs(ReadOnlySpan<object?> items)
    {
        var dict = _stack.Peek() as PickleDict ?? throw Error("entries are added to what is no dict.");
        AddPairs(dict, items, push: false);
    }

    private void AddPairs(PickleDict dict, ReadOnlySpan<object?> items, bool push)
    {
        if (items.Length % 2 != 0)
        {
            throw Error("a key of a dict has no value.");
        }

        for (var i = 0; i < items.Length; i += 2)
        {
            dict.Add(items[i], items[i + 1]);
        }

        if (push)
        {
            _stack.Push(dict);
        }
    }

    private static PickleList ListOf(ReadOnlySpan<object?> items)
    {
        var list = new PickleList();
        list.Add(items);
        return list;
    }

    private InputException Refused(PickleOpcode opcode) => Enum.IsDefined(opcode)
        ? Error($"the pickle uses the opcode {opcode}, which builds objects by code; expected numbers, texts, containers and NumPy arrays only.")
        : Error(string.Create(CultureInfo.InvariantCulture, $"0x{(byte)opcode:X2} is no opcode of pickle protocols 2 to 5. The file is malformed; get it again."));

    private static string Printable(string text) =>
        string.Concat(text.Take(100).Select(static character => char.IsControl(character) ? '?' : character));

    private InputException Error(string message) => _file.Error(_opcodeStart, message);
}
