using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using static LLaVAction.Predictions.Pickles.PickleOpcode;

namespace LLaVAction.Predictions.Pickles;

/// <summary>
/// A restricted reader of Python pickles, protocols 2 to 5: numbers, texts, bytes, containers and NumPy arrays, and
/// nothing else. No code is ever looked up or run, every global outside a short list is refused by name, large bytes
/// stay in the file, and what is built is bounded by a budget of values whatever the file claims.
/// </summary>
internal sealed class PickleReader
{
    /// <summary>Values, memo entries and copied items a pickle may make in all; a dump of 100,000 clips needs under a million.</summary>
    private const int Budget = 4_000_000;

    /// <summary>Marks that may be open at once.</summary>
    private const int DeepestNesting = 1000;

    private readonly PickleFile file;
    private readonly PickleCursor cursor;
    private readonly PickleFactory factory;
    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<uint, object?> memo = [];
    private long opcodeStart;
    private int spent;

    private PickleReader(PickleFile file)
    {
        this.file = file;
        cursor = new PickleCursor(file);
        factory = new PickleFactory(Error, Spend);
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

        var result = Pop();
        if (stack.Count > 0 || marks.Count > 0)
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
                Push(null);
                return true;
            case NewTrue:
                Push(true);
                return true;
            case NewFalse:
                Push(false);
                return true;
            case BinInt:
                Push((long)cursor.Int32());
                return true;
            case BinInt1:
                Push((long)cursor.Byte());
                return true;
            case BinInt2:
                Push((long)cursor.UInt16());
                return true;
            case BinFloat:
                Push(cursor.BigEndianDouble());
                return true;
            case Long1:
                Push(LongInteger(cursor.Byte()));
                return true;
            case Long4:
                Push(LongInteger(cursor.UInt32()));
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
                Push(new PickleList());
                return true;
            case EmptyTuple:
                Push(PickleTuple.Empty);
                return true;
            case EmptyDict:
                Push(new PickleDict());
                return true;
            case List or FrozenSet:
                Push(ListOf(TakeToMark()));
                return true;
            case PickleOpcode.Tuple:
                Push(new PickleTuple(TakeToMark()));
                return true;
            case Tuple1:
                Push(new PickleTuple(Take(1)));
                return true;
            case Tuple2:
                Push(new PickleTuple(Take(2)));
                return true;
            case Tuple3:
                Push(new PickleTuple(Take(3)));
                return true;
            case PickleOpcode.Dict:
                AddPairs(new PickleDict(), TakeToMark(), push: true);
                return true;
            case Append:
                AddTo(Take(1));
                return true;
            case Appends or AddItems:
                AddTo(TakeToMark());
                return true;
            case SetItem:
                AddPairs(Take(2));
                return true;
            case SetItems:
                AddPairs(TakeToMark());
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
                OpenMark();
                return true;
            case PickleOpcode.Pop:
                Pop();
                return true;
            case PopMark:
                TakeToMark();
                return true;
            case Dup:
                Push(Peek());
                return true;
            case Memoize:
                Remember((uint)memo.Count);
                return true;
            case BinPut:
                Remember(cursor.Byte());
                return true;
            case LongBinPut:
                Remember(cursor.UInt32());
                return true;
            case BinGet:
                Push(Recall(cursor.Byte()));
                return true;
            case LongBinGet:
                Push(Recall(cursor.UInt32()));
                return true;
            case Global:
                PushGlobal(cursor.Line(), cursor.Line());
                return true;
            case StackGlobal:
                var names = Take(2);
                PushGlobal(
                    names[0] as string ?? throw Error("the module of a global is no text."),
                    names[1] as string ?? throw Error("the name of a global is no text."));
                return true;
            case Reduce:
                var call = Take(2);
                Push(factory.Call(call[0], call[1]));
                return true;
            case Build:
                var state = Pop();
                factory.SetState(Peek(), state);
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
            Push(new PickleLongText(cursor.Skip(length), (long)length));
            return;
        }

        var bytes = cursor.Take((int)length);
        Push(System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Error("a text is not UTF-8."));
    }

    private void PushBytes(ulong length) => Push(new PickleFileBytes(cursor.Skip(length), (long)length));

    private void PushGlobal(string module, string name)
    {
        if (!PickleGlobals.TryFind(module, name, out var global))
        {
            throw Error(
                $"the pickle names the global {Printable(module)}.{Printable(name)}; expected numbers, texts, containers and NumPy arrays only. "
                + "Such a pickle can run code when Python loads it: use a file you trust, saved as plain arrays.");
        }

        Push(global);
    }

    private void AddTo(ReadOnlySpan<object?> items)
    {
        var list = Peek() as PickleList ?? throw Error("items are added to what is no list or set.");
        list.Add(items);
    }

    private void AddPairs(ReadOnlySpan<object?> items)
    {
        var dict = Peek() as PickleDict ?? throw Error("entries are added to what is no dict.");
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
            Push(dict);
        }
    }

    private static PickleList ListOf(ReadOnlySpan<object?> items)
    {
        var list = new PickleList();
        list.Add(items);
        return list;
    }

    private void OpenMark()
    {
        if (marks.Count == DeepestNesting)
        {
            throw Error($"containers are nested more than {DeepestNesting.ToString(CultureInfo.InvariantCulture)} deep.");
        }

        marks.Add(stack.Count);
    }

    private object?[] TakeToMark()
    {
        if (marks.Count == 0)
        {
            throw Error("a mark is missing. The pickle is malformed; get it again.");
        }

        var mark = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        return TakeFrom(mark);
    }

    private object?[] Take(int count)
    {
        var bottom = marks.Count > 0 ? marks[^1] : 0;
        return stack.Count - bottom >= count
            ? TakeFrom(stack.Count - count)
            : throw Error("a value is missing. The pickle is malformed; get it again.");
    }

    private object?[] TakeFrom(int start)
    {
        var items = stack.GetRange(start, stack.Count - start).ToArray();
        stack.RemoveRange(start, items.Length);
        return items;
    }

    private object? Pop() => Take(1)[0];

    private object? Peek() => stack.Count > (marks.Count > 0 ? marks[^1] : 0)
        ? stack[^1]
        : throw Error("a value is missing. The pickle is malformed; get it again.");

    private void Push(object? value)
    {
        Spend(1);
        stack.Add(value);
    }

    private void Remember(uint key)
    {
        Spend(1);
        memo[key] = Peek();
    }

    private object? Recall(uint key) => memo.TryGetValue(key, out var value)
        ? value
        : throw Error("the pickle recalls a value it never stored. It is malformed; get it again.");

    private void Spend(int values)
    {
        if (values > Budget - spent)
        {
            throw Error(string.Create(
                CultureInfo.InvariantCulture,
                $"the pickle makes more than {Budget:N0} values; a prediction dump is a few arrays and ids. Save it as NumPy arrays."));
        }

        spent += values;
    }

    private InputException Refused(PickleOpcode opcode) => Enum.IsDefined(opcode)
        ? Error($"the pickle uses the opcode {opcode}, which builds objects by code; expected numbers, texts, containers and NumPy arrays only.")
        : Error(string.Create(CultureInfo.InvariantCulture, $"0x{(byte)opcode:X2} is no opcode of pickle protocols 2 to 5. The file is malformed; get it again."));

    private static string Printable(string text) =>
        string.Concat(text.Take(100).Select(static character => char.IsControl(character) ? '?' : character));

    private InputException Error(string message) => file.Error(opcodeStart, message);
}
