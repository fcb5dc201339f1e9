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
}
