using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using LLaVAction.Epic;
using LLaVAction.Files;

namespace LLaVAction.Exchange.Formats;

/// <summary>A row of a table or an object of a JSON file, by column names.</summary>
internal sealed class Row
{
    private readonly IReadOnlyDictionary<string, JsonElement> _values;

    public Row(string place, IReadOnlyDictionary<string, JsonElement> values)
    {
        Place = place;
        _values = values;
    }

    public string Place { get; }

    public IEnumerable<string> Names => _values.Keys;

    public bool Has(string name) => _values.ContainsKey(name);

    // A value; null where the column is missing or the value null.
    public JsonElement? Value(string name) =>
        _values.TryGetValue(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    /// <summary>A value as text; numbers and Booleans as they are written.</summary>
    /// <exception cref="InputException">The value is a list or an object.</exception>
    /// <exception cref="JsonException">The text is no valid Unicode.</exception>
    public string? Text(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => JsonText.Of(text),
        { ValueKind: JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False } plain => plain.GetRawText(),
        _ => throw new InputException($"{Place}: '{name}' is a list or an object; expected a text."),
    };

    /// <summary>A text that must be there and not be blank.</summary>
    /// <exception cref="InputException">It is missing.</exception>
    public string Required(string name) => Text(name) is { } text && !string.IsNullOrWhiteSpace(text)
        ? text
        : throw new InputException($"{Place}: '{name}' is missing or empty; the row has {string.Join(", ", Names)}.");

    /// <summary>A list of texts: a JSON list, or in a table a Python list as text; null where the column is missing.</summary>
    /// <exception cref="InputException">The value is no list of texts.</exception>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(static item => item.GetString()!)];
        }

        return value.ValueKind == JsonValueKind.String && PythonListLiteral.TryParseStrings(value.GetString(), out var items, out _)
            ? items
            : throw new InputException($"{Place}: '{name}' is no list of texts.");
    }

    /// <summary>A value as a number.</summary>
    /// <exception cref="InputException">The value is no finite number.</exception>
    public double? Number(string name) => Text(name) is not { Length: > 0 } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new InputException($"{Place}: '{name}' is '{text}'; expected a number.");

    /// <summary>A value as a whole number; Python's and pandas' <c>3.0</c> is one.</summary>
    /// <exception cref="InputException">The value is no whole number.</exception>
    public int? Integer(string name) => Text(name) is not { Length: > 0 } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number == Math.Floor(number) && Math.Abs(number) < 1e9
            ? (int)number
            : throw new InputException($"{Place}: '{name}' is '{text}'; expected a whole number.");
}

/// <summary>Reads JSON lines, JSON documents (a list of objects, a column-wise object, or lmms-eval's <c>logs</c>), CSV, TSV and Parquet.</summary>
internal static class RowFile
{
    public static IReadOnlyList<Row> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: no such file.");
        }

        try
        {
            return Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".csv" => ReadTable(path, ','),
                ".tsv" => ReadTable(path, '\t'),
                ".jsonl" => ReadLines(path),
                ".json" => ReadDocument(path),
                ".parquet" => ParquetRows.Read(path),
                ".xlsx" => throw new InputException($"{path}: an Excel workbook. Let VLMEvalKit write text (PRED_FORMAT=tsv), or save the sheet as CSV."),
                var other => throw new InputException($"{path}: extension '{other}'; expected .jsonl, .json, .csv, .tsv or .parquet."),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({exception.Message.TrimEnd('.')}).", exception);
        }
    }

    private static List<Row> ReadLines(string path)
    {
        var rows = new List<Row>();
        var number = 0;
        foreach (var line in File.ReadLines(path, Encoding.UTF8))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            var place = Place(path, "line", number);
            try
            {
                using var document = JsonDocument.Parse(line);
                rows.Add(OfObject(place, document.RootElement));
            }
            catch (JsonException exception)
            {
                throw new InputException($"{place}: not JSON ({exception.Message}).", exception);
            }
        }

        return rows;
    }

    private static List<Row> ReadDocument(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("logs", out var logs))
            {
                root = logs.ValueKind == JsonValueKind.Object ? logs.EnumerateObject().Select(task => task.Value).FirstOrDefault() : logs;
            }

            return root.ValueKind == JsonValueKind.Array
                ? [.. root.EnumerateArray().Select((one, i) => OfObject(Place(path, "entry", i + 1), one))]
                : ReadColumns(path, root);
        }
        catch (JsonException exception)
        {
            throw new InputException($"{path}: not JSON ({exception.Message}).", exception);
        }
    }

    // pandas' to_json: column → row number → value.
    private static List<Row> ReadColumns(string path, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Any(column => column.Value.ValueKind != JsonValueKind.Object))
        {
            throw new InputException($"{path}: expected a list of objects.");
        }

        var rows = new Dictionary<string, Dictionary<string, JsonElement>>(StringComparer.Ordinal);
        foreach (var column in root.EnumerateObject())
        {
            foreach (var cell in column.Value.EnumerateObject())
            {
                if (!rows.TryGetValue(cell.Name, out var row))
                {
                    rows.Add(cell.Name, row = new Dictionary<string, JsonElement>(StringComparer.Ordinal));
                }

                row[column.Name] = cell.Value.Clone();
            }
        }

        return [.. rows.Select(row => new Row($"{path} row {row.Key}", row.Value))];
    }

    private static Row OfObject(string place, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new InputException($"{place}: expected an object with named columns.");
        }

        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            values[member.Name] = member.Value.Clone();
        }

        return new Row(place, values);
    }

    private static List<Row> ReadTable(string path, char separator)
    {
        try
        {
            using var csv = CsvReader.Create(Utf8File.Read(path, "a table of answers"), new CsvReaderOptions
            {
                Separator = separator,
                DetectSeparatorHint = false,
                TrackLineNumbers = true,
                MalformedData = CsvMalformedDataHandling.Throw,
            });
            csv.ReadHeader();
            string[] names = [.. csv.Headers];
            var rows = new List<Row>();
            while (csv.Read())
            {
                var place = Place(path, "line", checked((int)csv.LineNumber));
                if (csv.FieldCount != names.Length)
                {
                    throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{place}: {csv.FieldCount} fields, expected the header's {names.Length}."));
                }

                var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
                for (var i = 0; i < names.Length; i++)
                {
                    values[names[i]] = JsonSerializer.SerializeToElement(csv.GetString(i), TextJson.Default.String);
                }

                rows.Add(new Row(place, values));
            }

            return rows;
        }
        catch (CsvFormatException exception)
        {
            throw new InputException($"{Place(path, "line", checked((int)exception.LineNumber))}: malformed quotes ({exception.Message}).", exception);
        }
    }

    private static string Place(string path, string unit, int number) => string.Create(CultureInfo.InvariantCulture, $"{path} {unit} {number}");
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TextJson : System.Text.Json.Serialization.JsonSerializerContext;
