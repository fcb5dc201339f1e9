using System.Globalization;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>The stack, marks and memo of a pickle being read, bounded by a budget whatever the file claims.</summary>
internal sealed class PickleStack(Func<string, InputException> error)
{
    // Values, memo entries and copied items a pickle may make in all; a dump of 100,000 clips needs under a million.
    private const int Budget = 4_000_000;

    private const int DeepestNesting = 1000;

    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _spent;

    public bool IsEmpty => _values.Count == 0 && _marks.Count == 0;

    public void OpenMark()
    {
        if (_marks.Count == DeepestNesting)
        {
            throw error($"containers are nested more than {DeepestNesting.ToString(CultureInfo.InvariantCulture)} deep.");
        }

        _marks.Add(_values.Count);
    }

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

    public object?[] Take(int count)
    {
        var bottom = _marks.Count > 0 ? _marks[^1] : 0;
        return _values.Count - bottom >= count
            ? TakeFrom(_values.Count - count)
            : throw error("a value is missing. The pickle is malformed; get it again.");
    }

    public object? Pop() => Take(1)[0];

    public object? Peek() => _values.Count > (_marks.Count > 0 ? _marks[^1] : 0)
        ? _values[^1]
        : throw error("a value is missing. The pickle is malformed; get it again.");

    public void Push(object? value)
    {
        Spend(1);
        _values.Add(value);
    }

    public void Remember(uint key)
    {
        Spend(1);
        _memo[key] = Peek();
    }

    public void Memoize() => Remember((uint)_memo.Count);

    public object? Recall(uint key) => _memo.TryGetValue(key, out var value)
        ? value
        : throw error("the pickle recalls a value it never stored. It is malformed; get it again.");

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
