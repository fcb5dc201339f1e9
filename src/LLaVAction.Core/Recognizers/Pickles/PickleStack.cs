using System.Globalization;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>The stack, marks and memo of a pickle being read, bounded by a budget whatever the file claims.</summary>
internal sealed class PickleStack(Func<string, InputException> error)
{
    /// <summary>Values, memo entries and copied items a pickle may make in all; a dump of 100,000 clips needs under a million.</summary>
    private const int Budget = 4_000_000;

    /// <summary>Marks that may be open at once.</summary>
    private const int DeepestNesting = 1000;

    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _spent;

    /// <summary>Whether no value and no mark is left.</summary>
    public bool IsEmpty => _values.Count == 0 && _marks.Count == 0;

    /// <summary>Marks where a container starts.</summary>
    public void OpenMark()
    {
        if (_marks.Count == DeepestNesting)
        {
            throw error($"containers are nested more than {DeepestNesting.ToString(CultureInfo.InvariantCulture)} deep.");
        }

        _marks.Add(_values.Count);
    }

    /// <summary>Takes what was pushed since the last mark, and the mark.</summary>
    public object?[] TakeToMark()
    {
        if (_marks.Count == 0)
        {
            throw error("a mark is missing. The pickle is malformed; get it again.");
        }

        var mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return TakeFrom(mark);
    }

    /// <summary>Takes the last values.</summary>
    public object?[] Take(int count)
    {
        var bottom = _marks.Count > 0 ? _marks[^1] : 0;
        return _values.Count - bottom >= count
            ? TakeFrom(_values.Count - count)
            : throw error("a value is missing. The pickle is malformed; get it again.");
    }

    /// <summary>Takes the last value.</summary>
    public object? Pop() => Take(1)[0];

    /// <summary>The last value, which stays.</summary>
    public object? Peek() => _values.Count > (_marks.Count > 0 ? _marks[^1] : 0)
        ? _values[^1]
        : throw error("a value is missing. The pickle is malformed; get it again.");

    /// <summary>Pushes a value.</summary>
    public void Push(object? value)
    {
        Spend(1);
        _values.Add(value);
    }

    /// <summary>Stores the last value in the memo.</summary>
    public void Remember(uint key)
    {
        Spend(1);
        _memo[key] = Peek();
    }

    /// <summary>Stores the last value in the memo under the next number.</summary>
    public void Memoize() => Remember((uint)_memo.Count);

    /// <summary>A value of the memo.</summary>
    public object? Recall(uint key) => _memo.TryGetValue(key, out var value)
        ? value
        : throw error("the pickle recalls a value it never stored. It is malformed; get it again.");

    /// <summary>Charges values to the budget.</summary>
    public void Spend(int count)
    {
        if (count > Budget - _spent)
        {
            throw error(string.Create(
                CultureInfo.InvariantCulture,
                $"the pickle makes more than {Budget:N0} values; a prediction dump is a few arrays and ids. Save it as NumPy arrays."));
        }

        _spent += count;
    }

    private object?[] TakeFrom(int start)
    {
        var items = new object?[_values.Count - start];
        _values.CopyTo(start, items, 0, items.Length);
        _values.RemoveRange(start, items.Length);
        return items;
    }
}
