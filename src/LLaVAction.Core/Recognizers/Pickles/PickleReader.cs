using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using static LLaVAction.Recognizers.Pickles.PickleOpcode;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>
/// A restricted reader of Python pickles, protocols 2 to 5: numbers, texts, bytes, containers and NumPy arrays, and
/// nothing else. No code is ever looked up or run, every global outside a short list is refused by name, large bytes
/// stay in the file, and what is built is bounded by a budget of values whatever the file claims.
/// </summary>
internal sealed class PickleReader
{
    private readonly PickleFile file;
    private readonly PickleCursor cursor;
    private readonly PickleFactory factory;
    private readonly PickleStack stack;
    private long opcodeStart;

    private PickleReader(PickleFile file)
    {
        this.file = file;
        cursor = new PickleCursor(file);
        stack = new PickleStack(Error);
        factory = new PickleFactory(Error, stack.Spend);
    }

    /// <summary>Reads the one object of a pickle.</summary>
    /// <exception cref="InputException">The pickle is malformed, truncated, hostile, or holds what no dump needs.</exception>
    public static object? Read(PickleFile file) => new PickleReader(file).Run();

    private object? Run()
    {
        if ((PickleOpcode)cursor.Byte() != Proto || cursor.Byte() is not (>= 2 and <= 5))
        {
            throw file.Error(0, "no pickle of protocol 2 to 5. Write it again by pickle.dump(value, file, protocol=4).");
        }

        while (true)
        {
            opcodeStart = cursor.Position;
            var opcode = (PickleOpcode)cursor.Byte();
            if (opcode == Stop)
            {
                break;
            }

            if (!Number(opcode) && !TextOrBytes(opcode) && !Container(opcode) && !Machine(opcode))
            {
                throw Refused(opcode);
            }
        }

        var result = stack.Pop();
        if (!stack.IsEmpty)
        {
            throw Error("values are left over at the end of the pickle. It is malformed; get it again.");
        }

        return cursor.Position == file.Length
            ? result
            : throw file.Error(cursor.Position, "bytes follow the end of the pickle, expected one object. Write each object to a file of its own.");
    }

    private bool Number(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case None:
                stack.Push(null);
                return true;
            case NewTrue:
                stack.Push(true);
                return true;
            case NewFalse:
                stack.Push(false);
                return true;
            case BinInt:
                stack.Push((long)cursor.Int32());
                return true;
            case BinInt1:
                stack.Push((long)cursor.Byte());
                return true;
            case BinInt2:
                stack.Push((long)cursor.UInt16());
                return true;
            case BinFloat:
                stack.Push(cursor.BigEndianDouble());
                return true;
            case Long1:
                stack.Push(LongInteger(cursor.Byte()));
                return true;
            case Long4:
                stack.Push(LongInteger(cursor.UInt32()));
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
                PushText(cursor.Byte());
                return true;
            case BinUnicode:
                PushText(cursor.UInt32());
                return true;
            case BinUnicode8:
                PushText(cursor.UInt64());
                return true;
            case ShortBinBytes or ShortBinString:
                PushBytes(cursor.Byte());
                return true;
            case BinBytes or BinString:
                PushBytes(cursor.UInt32());
                return true;
            case BinBytes8 or ByteArray8:
                PushBytes(cursor.UInt64());
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
                stack.Push(new PickleList());
                return true;
            case EmptyTuple:
                stack.Push(PickleTuple.Empty);
                return true;
            case EmptyDict:
                stack.Push(new PickleDict());
                return true;
            case List or FrozenSet:
                stack.Push(ListOf(stack.TakeToMark()));
                return true;
            case PickleOpcode.Tuple:
                stack.Push(new PickleTuple(stack.TakeToMark()));
                return true;
            case Tuple1:
                stack.Push(new PickleTuple(stack.Take(1)));
                return true;
            case Tuple2:
                stack.Push(new PickleTuple(stack.Take(2)));
                return true;
            case Tuple3:
                stack.Push(new PickleTuple(stack.Take(3)));
                return true;
            case PickleOpcode.Dict:
                AddPairs(new PickleDict(), stack.TakeToMark(), push: true);
                return true;
            case Append:
                AddTo(stack.Take(1));
                return true;
            case Appends or AddItems:
                AddTo(stack.TakeToMark());
                return true;
            case SetItem:
                AddPairs(stack.Take(2));
                return true;
            case SetItems:
                AddPairs(stack.TakeToMark());
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
                cursor.Require(cursor.UInt64());
                return true;
            case Mark:
                stack.OpenMark();
                return true;
            case PickleOpcode.Pop:
                stack.Pop();
                return true;
            case PopMark:
                stack.TakeToMark();
                return true;
            case Dup:
                stack.Push(stack.Peek());
                return true;
            case Memoize:
                stack.Memoize();
                return true;
            case BinPut:
                stack.Remember(cursor.Byte());
                return true;
            case LongBinPut:
                stack.Remember(cursor.UInt32());
                return true;
            case BinGet:
                stack.Push(stack.Recall(cursor.Byte()));
                return true;
            case LongBinGet:
                stack.Push(stack.Recall(cursor.UInt32()));
                return true;
            case Global:
                PushGlobal(cursor.Line(), cursor.Line());
                return true;
            case StackGlobal:
                var names = stack.Take(2);
                PushGlobal(
                    names[0] as string ?? throw Error("the module of a global is no text."),
                    names[1] as string ?? throw Error("the name of a global is no text."));
                return true;
            case Reduce:
                var call = stack.Take(2);
                stack.Push(factory.Call(call[0], call[1]));
                return true;
            case Build:
                var state = stack.Pop();
                factory.SetState(stack.Peek(), state);
                return true;
            default:
                return false;
        }
    }

    private long LongInteger(uint length)
    {
        cursor.Require(length);
        if (length > 16)
        {
            throw Error("an integer of more than 16 bytes, expected numbers of at most 64 bits.");
        }

        var value = new BigInteger(cursor.Take((int)length));
        return value >= long.MinValue && value <= long.MaxValue
            ? (long)value
            : throw Error("an integer of more than 64 bits, expected numbers of at most 64 bits.");
    }

    private void PushText(ulong length)
    {
        if (length > PickleCursor.Largest)
        {
            stack.Push(new PickleLongText(cursor.Skip(length), (long)length));
            return;
        }

        var bytes = cursor.Take((int)length);
        stack.Push(System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Error("a text is not UTF-8."));
    }

    private void PushBytes(ulong length) => stack.Push(new PickleFileBytes(cursor.Skip(length), (long)length));

    private void PushGlobal(string module, string name)
    {
        if (!PickleGlobals.TryFind(module, name, out var global))
        {
            throw Error(
                $"the pickle names the global {Printable(module)}.{Printable(name)}; expected numbers, texts, containers and NumPy arrays only. "
                + "Such a pickle can run code when Python loads it: use a file you trust, saved as plain arrays.");
        }

        stack.Push(global);
    }

    private void AddTo(ReadOnlySpan<object?> items)
    {
        var list = stack.Peek() as PickleList ?? throw Error("items are added to what is no list or set.");
        list.Add(items);
    }

    private void AddPairs(ReadOnlySpan<object?> items)
    {
        var dict = stack.Peek() as PickleDict ?? throw Error("entries are added to what is no dict.");
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
            stack.Push(dict);
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

    private InputException Error(string message) => file.Error(opcodeStart, message);
}
