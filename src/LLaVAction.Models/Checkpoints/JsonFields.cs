using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// One object of an untrusted JSON file, read key by key. A key that is absent or null takes the default; a value of the
/// wrong kind or out of range is an <see cref="InputException"/> that names file and key.
/// </summary>
public sealed class JsonFields
{
    /// <summary>No file of this kind that anyone publishes comes near this length.</summary>
    public const long MaximumFileLength = 1 << 28;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private readonly string _file;
    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);

    private JsonFields(string file, string path, JsonElement element)
    {
        _file = file;
        _path = path;
        foreach (var member in element.EnumerateObject())
        {
            _members[NameOf(member)] = member.Value;
        }
    }

    /// <summary>The members of the object.</summary>
    public IReadOnlyDictionary<string, JsonElement> Members => _members;

    /// <summary>Reads a file; null where it does not exist.</summary>
    public static JsonFields? TryOpen(string file) => File.Exists(file) ? Open(file) : null;

    /// <summary>Reads a file whose top is an object.</summary>
    public static JsonFields Open(string file)
    {
        var root = OpenElement(file);
        return root.ValueKind == JsonValueKind.Object
            ? new JsonFields(file, "", root)
            : throw new InputException($"{file} holds a JSON {Kind(root)}; expected an object.");
    }

    /// <summary>Reads and parses a file.</summary>
    public static JsonElement OpenElement(string file)
    {
        try
        {
            if (new FileInfo(file).Length > MaximumFileLength)
            {
                throw new InputException($"{file} is longer than 256 MiB; that is no configuration or tokenizer file.");
            }

            ReadOnlyMemory<byte> text = File.ReadAllBytes(file);
            if (!Utf8.IsValid(text.Span))
            {
                throw new InputException($"{file} is not valid UTF-8, as JSON is. Copy or download it again.");
            }

            using var document = JsonDocument.Parse(text.Span.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text);
            return document.RootElement.Clone();
        }
        catch (JsonException failure)
        {
            throw new InputException($"{file} is not valid JSON: {DisplayText.Shorten(failure.Message)} Copy or download it again.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>The value of a key; null where absent or null. Of a key given twice, the last.</summary>
    public JsonElement? Value(string key) =>
        _members.TryGetValue(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>An object; null where absent.</summary>
    public JsonFields? Object(string key) => Value(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonFields(_file, _path + key + ".", value),
        { } value => throw Wrong(key, value, "an object"),
    };

    /// <summary>A list of objects; empty where absent.</summary>
    public IReadOnlyList<JsonFields> Objects(string key)
    {
        if (Value(key) is not { } value)
        {
            return [];
        }

        return List(key, value, "a list of objects")
            .Select(item => item.ValueKind == JsonValueKind.Object ? new JsonFields(_file, _path + key + ".", item) : throw Wrong(key, item, "an object"))
            .ToArray();
    }

    /// <summary>A whole number in a range; null where absent.</summary>
    public int? Integer(string key, int minimum, int maximum) =>
        Value(key) is { } value ? IntegerOf(key, value, minimum, maximum) : null;

    /// <summary>A positive size of a tensor or a count of layers or heads; null where absent.</summary>
    public int? Size(string key) => Integer(key, 1, 1 << 24);

    /// <summary>A finite number greater than zero; null where absent.</summary>
    public double? Positive(string key)
    {
        if (Value(key) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && number > 0
            ? number
            : throw Wrong(key, value, "a number greater than 0");
    }

    /// <summary>A text; null where absent.</summary>
    public string? Text(string key) => Value(key) is { } value ? TextOf(key, value) : null;

    /// <summary>A Boolean; null where absent.</summary>
    public bool? Flag(string key) => Value(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(key, value, "true or false"),
    };

    /// <summary>A list of texts; empty where absent.</summary>
    public IReadOnlyList<string> Texts(string key) =>
        Value(key) is { } value ? List(key, value, "a list of texts").Select(item => TextOf(key, item)).ToArray() : [];

    /// <summary>A whole number or a list of them, from 0 up; null where absent.</summary>
    public IReadOnlyList<int>? IntegerOrList(string key) => Value(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } value => value.EnumerateArray().Select(item => IntegerOf(key, item, 0, int.MaxValue - 1)).ToArray(),
        { } value => [IntegerOf(key, value, 0, int.MaxValue - 1)],
    };

    /// <summary>A list of finite numbers; null where absent.</summary>
    public IReadOnlyList<double>? Numbers(string key)
    {
        if (Value(key) is not { } value)
        {
            return null;
        }

        return List(key, value, "a list of numbers")
            .Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetDouble(out var number) && double.IsFinite(number)
                ? number
                : throw Wrong(key, item, "a number"))
            .ToArray();
    }

    /// <summary>The complaint that a key's value is not what was expected.</summary>
    public InputException Wrong(string key, JsonElement value, string expected) => Wrong(key, DisplayText.Shorten(value.GetRawText()), expected);

    /// <summary>The complaint that a key's value is not what was expected.</summary>
    public InputException Wrong(string key, string found, string expected) =>
        new($"{_file}: {_path}{key} is {found}; expected {expected}.");

    /// <summary>The complaint that a key is not there.</summary>
    public InputException Missing(string key) => new($"{_file}: {_path}{key} is missing. Copy or download the file again.");

    /// <summary>A JSON string's text; U+FFFD alone where it escapes a lone surrogate, which no .NET API accepts.</summary>
    public static string TextOrReplacement(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    private string NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException failure)
        {
            throw new InputException($"{_file}: a key under '{_path}' is no valid Unicode text.", failure);
        }
    }

    private int IntegerOf(string key, JsonElement value, int minimum, int maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Wrong(key, value, string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}"));

    private string TextOf(string key, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong(key, value, "a text");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(key, value, "a text of valid Unicode");
        }
    }

    private JsonElement.ArrayEnumerator List(string key, JsonElement value, string expected) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw Wrong(key, value, expected);

    private static string Kind(JsonElement element) => element.ValueKind.ToString().ToLowerInvariant();
}
