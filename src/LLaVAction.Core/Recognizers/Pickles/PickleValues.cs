namespace LLaVAction.Recognizers.Pickles;

/// <summary>Bytes that stay where they are until they are needed.</summary>
internal abstract record PickleBytes;

/// <summary>Bytes in the file.</summary>
/// <param name="Offset">Where they start.</param>
/// <param name="Length">How many there are in the file.</param>
/// <param name="IsLatin1AsUtf8">
/// Protocol 2 writes bytes as text whose characters are the bytes; in the file they stand in UTF-8, up to twice as long.
/// </param>
internal sealed record PickleFileBytes(long Offset, long Length, bool IsLatin1AsUtf8 = false) : PickleBytes;

/// <summary>Bytes that are the characters of a short text.</summary>
internal sealed record PickleTextBytes(string Text) : PickleBytes;

/// <summary>A text too long to be a name or an id: the bytes of a protocol 2 array look like this.</summary>
internal sealed record PickleLongText(long Offset, long Length);

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object?[] Items)
{
    public static PickleTuple Empty { get; } = new([]);
}

/// <summary>A list, or a set, whose members are not compared: nothing in a dump is one.</summary>
internal sealed class PickleList(params object?[] first)
{
    private static readonly List<object?> Nothing = [];
    private List<object?>? _items = first.Length > 0 ? [.. first] : null;

    public IReadOnlyList<object?> Items => _items ?? Nothing;

    public void Add(object?[] added) => (_items ??= []).AddRange(added);
}

/// <summary>A dict or OrderedDict: pairs in the order of insertion.</summary>
internal sealed class PickleDict
{
    private static readonly List<KeyValuePair<object?, object?>> Nothing = [];
    private List<KeyValuePair<object?, object?>>? _entries;

    // Whether it stands for an 'argparse.Namespace', whose members arrive as its state.
    public bool IsNamespace { get; init; }

    // The pairs; of equal keys the last counts.
    public IReadOnlyList<KeyValuePair<object?, object?>> Entries => _entries ?? Nothing;

    public void Add(object? key, object? value) => (_entries ??= []).Add(new KeyValuePair<object?, object?>(key, value));

    public bool Has(string key) => _entries?.Exists(entry => KeyOf(entry) == key) ?? false;

    // The last value under a key, as Python has it; null where there is none. Keys of bytes, as Python 2 wrote them, are texts
    // here.
    public object? Find(string key) => _entries is null ? null : _entries.FindLast(entry => KeyOf(entry) == key).Value;

    public string KeyList() => _entries is null
        ? "no keys"
        : string.Join(", ", _entries.Take(20).Select(static entry => KeyOf(entry) ?? "(not a text)"));

    private static string? KeyOf(KeyValuePair<object?, object?> entry) => entry.Key as string ?? (entry.Key as PickleTextBytes)?.Text;
}
