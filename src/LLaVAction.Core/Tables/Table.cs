using System.Globalization;

namespace LLaVAction.Tables;

/// <summary>On which side a column's cells stand.</summary>
public enum ColumnAlignment
{
    /// <summary>Text.</summary>
    Left,

    /// <summary>Numbers.</summary>
    Right,
}

/// <summary>A column of a table.</summary>
/// <param name="Key">Name in CSV and JSON, snake_case.</param>
/// <param name="Title">Heading for people.</param>
/// <param name="Alignment">Left for text, right for numbers.</param>
/// <param name="Format">How a cell reads for people; null for the invariant text of its value.</param>
public sealed record TableColumn(
    string Key, string Title, ColumnAlignment Alignment = ColumnAlignment.Left, Func<object, string>? Format = null)
{
    /// <summary>A column of shares in 0..1, shown in percent with one decimal.</summary>
    public static TableColumn Percent(string key, string title) =>
        new(key, title, ColumnAlignment.Right, value => (100 * Convert.ToDouble(value, CultureInfo.InvariantCulture)).ToString("0.0", CultureInfo.InvariantCulture) + " %");

    /// <summary>A column of numbers with fixed decimals.</summary>
    public static TableColumn Number(string key, string title, int decimals = 0) =>
        new(key, title, ColumnAlignment.Right, value => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    /// <summary>A column of counts.</summary>
    public static TableColumn Count(string key, string title) => new(key, title, ColumnAlignment.Right);

    /// <summary>A column of differences of shares, shown in percentage points with their sign.</summary>
    public static TableColumn Points(string key, string title) =>
        new(key, title, ColumnAlignment.Right, static value => (100 * Convert.ToDouble(value, CultureInfo.InvariantCulture)).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture));

    /// <summary>A column of p values with four decimals.</summary>
    public static TableColumn Probability(string key, string title) =>
        new(key, title, ColumnAlignment.Right, static value => Convert.ToDouble(value, CultureInfo.InvariantCulture) is var p && p < 0.0001
            ? "<0.0001"
            : p.ToString("0.0000", CultureInfo.InvariantCulture));

    /// <summary>What a person reads in a cell; an empty cell for null.</summary>
    public string TextOf(object? value) => value is null ? string.Empty : Format?.Invoke(value) ?? Invariant(value);

    /// <summary>The value's own text, whatever the culture: round-trip numbers, <c>true</c> and <c>false</c>.</summary>
    public static string Invariant(object? value) => value switch
    {
        null => string.Empty,
        bool isTrue => isTrue ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty,
    };
}

/// <summary>
/// Rows of values under named columns, to be written as aligned text, Markdown, CSV or JSON by <see cref="TableWriter"/>.
/// Cells hold values (text, numbers, Booleans or null), not formatted text, so that the machine formats keep full precision.
/// </summary>
public sealed class Table(params TableColumn[] columns)
{
    private readonly List<object?[]> _rows = [];

    /// <summary>The columns.</summary>
    public IReadOnlyList<TableColumn> Columns => columns;

    /// <summary>The rows, each with one value per column.</summary>
    public IReadOnlyList<IReadOnlyList<object?>> Rows => _rows;

    /// <summary>Adds a row.</summary>
    /// <exception cref="ArgumentException">Not one value per column.</exception>
    public Table Add(params object?[] values)
    {
        if (values.Length != columns.Length)
        {
            throw new ArgumentException($"Found {values.Length} values, expected {columns.Length}.", nameof(values));
        }

        _rows.Add(values);
        return this;
    }

    /// <summary>
    /// The table for a narrow page: columns that are empty are left out, and text that is the same in every row is said
    /// once, as <c>title value; title value</c>.
    /// </summary>
    public (Table Table, string Common) WithoutCommonColumns()
    {
        bool IsEmpty(int column) => _rows.TrueForAll(row => columns[column].TextOf(row[column]).Length == 0);
        bool IsCommon(int column) => _rows.Count > 1
            && columns[column].Alignment == ColumnAlignment.Left
            && _rows.TrueForAll(row => Equals(row[column], _rows[0][column]));
        int[] kept = [.. Enumerable.Range(0, columns.Length).Where(column => !IsEmpty(column))];
        int[] common = [.. kept.Where(IsCommon)];
        kept = [.. kept.Except(common)];
        var narrow = new Table([.. kept.Select(column => columns[column])]);
        _rows.ForEach(row => narrow.Add([.. kept.Select(column => row[column])]));
        return (narrow, string.Join("; ", common.Select(column => $"{columns[column].Title.ToLowerInvariant()} {columns[column].TextOf(_rows[0][column])}")));
    }
}
