using System.Buffers.Text;
using System.Globalization;
using CsvHelper;

namespace LLaVAction.Files;

/// <summary>
/// A CSV file read row by row: columns are found by header name in any order, further columns are ignored, and every
/// error names the file, the line and what was expected.
/// </summary>
public sealed class CsvTable : IDisposable
{
    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        DetectSeparatorHint = false,
        TrackLineNumbers = true,
        MalformedData = CsvMalformedDataHandling.Throw,
        PoolStrings = true,
    };

    private const int Absent = -1;

    private readonly CsvReader _reader;
    private readonly string[] _columns;
    private readonly int[] _fields;
    private readonly int _headerCount;

    private CsvTable(string path, CsvReader reader, string[] columns, int[] fields, int headerCount)
    {
        Path = path;
        _reader = reader;
        _columns = columns;
        _fields = fields;
        _headerCount = headerCount;
    }

    /// <summary>The file, as the user gave it.</summary>
    public string Path { get; }

    /// <summary>The 1-based line of the file on which the current row starts.</summary>
    public int Line => checked((int)_reader.LineNumber);

    /// <summary>Opens a file and finds its columns; the accessors take the position of a name in <paramref name="columns"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What the file should be, for messages.</param>
    /// <param name="columns">The required columns.</param>
    /// <exception cref="InputException">The file cannot be read, is empty, is not UTF-8, or lacks a column.</exception>
    public static CsvTable Open(string path, string expected, params string[] columns) =>
        Open(path, Utf8File.Read(path, expected), columns, []);

    /// <summary>
    /// Reads a table from text that is in memory already; the positions of <paramref name="optional"/> columns follow
    /// those of the required ones.
    /// </summary>
    /// <exception cref="InputException">The header is malformed or lacks a column.</exception>
    public static CsvTable Open(string path, ReadOnlyMemory<byte> text, IReadOnlyList<string> required, IReadOnlyList<string> optional)
    {
        if (FileSniffer.Identify(text.Span[..Math.Min(text.Length, FileSniffer.EnoughBytes)]) == FileKind.Json)
        {
            throw new InputException($"{path} line 1: this is JSON; expected a comma-separated header with {string.Join(", ", required)}, in any order.");
        }

        var csv = CsvReader.Create(text, Options);
        try
        {
            csv.ReadHeader();
            var headers = csv.Headers;
            string[] names = [.. required, .. optional];
            var missing = new List<string>();
            var positions = new int[names.Length];
            for (var i = 0; i < names.Length; i++)
            {
                if (!csv.TryGetFieldIndex(names[i], out positions[i]))
                {
                    positions[i] = Absent;
                    if (i < required.Count)
                    {
                        missing.Add(names[i]);
                    }
                }
                else if (csv.TryGetFieldIndex(names[i], 1, out _))
                {
                    throw new InputException(
                        $"{path} line 1: the header has the column {names[i]} more than once; expected it once. Remove one of them.");
                }
            }

            if (missing.Count > 0)
            {
                throw new InputException(
                    $"{path} line 1: the header lacks {string.Join(", ", missing)} (found: {Shorten(string.Join(",", headers))}). "
                    + $"Expected a comma-separated header with {string.Join(", ", required)}, in any order.{OtherFormat(text.Span)}");
            }

            return new CsvTable(path, csv, names, positions, headers.Count);
        }
        catch (CsvFormatException failure)
        {
            csv.Dispose();
            throw Malformed(path, 1, failure);
        }
        catch (InputException)
        {
            csv.Dispose();
            throw;
        }
    }

    /// <summary>Moves to the next row that is not blank; false at the end.</summary>
    /// <exception cref="InputException">The row is malformed or has another number of fields than the header.</exception>
    public bool Read()
    {
        try
        {
            if (!_reader.Read())
            {
                return false;
            }
        }
        catch (CsvFormatException failure)
        {
            throw Malformed(Path, failure.LineNumber, failure);
        }

        if (_reader.FieldCount != _headerCount)
        {
            throw Error(string.Create(
                CultureInfo.InvariantCulture,
                $"the row has {_reader.FieldCount} fields, expected the header's {_headerCount}. Quote fields that hold a comma; check that the file is complete."));
        }

        return true;
    }

    /// <summary>Whether the file has an optional column.</summary>
    public bool Has(int column) => _fields[column] != Absent;

    /// <summary>The field of a column as UTF-8, valid until the next row.</summary>
    public ReadOnlySpan<byte> Span(int column) => _reader.GetSpan(_fields[column]);

    /// <summary>The field of a column as text; equal texts of one column often share one instance.</summary>
    public string Text(int column) => _reader.GetString(_fields[column]);

    /// <summary>The field of a column as text that may not be empty.</summary>
    /// <exception cref="InputException">The field is empty.</exception>
    public string RequiredText(int column)
    {
        var text = Text(column);
        return text.Length > 0 ? text : throw FieldError(column, "a text");
    }

    /// <summary>The field of a column as a decimal integer.</summary>
    /// <exception cref="InputException">The field is no integer between <paramref name="minimum"/> and <paramref name="maximum"/>.</exception>
    public int Integer(int column, int minimum = 0, int maximum = int.MaxValue)
    {
        var span = Span(column);
        return Utf8Parser.TryParse(span, out int value, out var consumed)
            && consumed == span.Length && span[0] is not (byte)'+' && value >= minimum && value <= maximum
            ? value
            : throw FieldError(column, string.Create(CultureInfo.InvariantCulture, $"an integer between {minimum} and {maximum}"));
    }

    /// <summary>The field of a column as a finite decimal number.</summary>
    /// <exception cref="InputException">The field is no finite number.</exception>
    public double Number(int column)
    {
        var span = Span(column);
        return Utf8Parser.TryParse(span, out double value, out var consumed) && consumed == span.Length && double.IsFinite(value)
            ? value
            : throw FieldError(column, "a finite number");
    }

    /// <summary>An error at the current row.</summary>
    public InputException Error(string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Path} line {Line}: {message}"));

    /// <summary>An error at a field of the current row: what it is and what was expected.</summary>
    public InputException FieldError(int column, string expected) =>
        Error($"{_columns[column]} is '{Shorten(Text(column))}', expected {expected}.");

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static string OtherFormat(ReadOnlySpan<byte> text)
    {
        var header = text[..(text.IndexOf((byte)'\n') is >= 0 and var end ? end : text.Length)];
        return header.Contains((byte)',') ? string.Empty
            : header.Contains((byte)'\t') ? " The file is separated by tabs; save it with commas."
            : header.Contains((byte)';') ? " The file is separated by semicolons; save it with commas."
            : string.Empty;
    }

    internal static string Shorten(string text) => text.Length <= 200 ? text : string.Concat(text.AsSpan(0, 200), "…");

    private static InputException Malformed(string path, long line, CsvFormatException failure) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{path} line {line}: malformed quotes ({failure.Message}). Expected fields that hold a comma or a quote in double quotes, with quotes inside doubled."),
            failure);
}
