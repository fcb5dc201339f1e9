using LLaVAction.Tables;
using Spectre.Console;
using Table = LLaVAction.Tables.Table;
using TableColumn = LLaVAction.Tables.TableColumn;

namespace LLaVAction.Cli.Output;

/// <summary>
/// A table on a terminal. One that is too wide says once what is the same in every row; one that still is too wide stands in
/// several parts, each with the columns that tell its rows apart. Numbers are never broken.
/// </summary>
internal static class FittedTable
{
    private const int NarrowestText = 24;
    private const int BesideCell = 3;

    public static void Write(Table table, IAnsiConsole console)
    {
        var room = console.Profile.Width - 1;
        if (Needs(table, All(table)) > room)
        {
            (table, var common) = table.WithoutCommonColumns();
            if (common.Length > 0)
            {
                console.Write(new Text($"In every row: {VisibleText.Of(common.ReplaceLineEndings(" "))}.\n"));
            }
        }

        foreach (var part in Parts(table, room))
        {
            console.Write(Part(table, part));
        }
    }

    // Which columns stand together.
    private static IEnumerable<int[]> Parts(Table table, int room)
    {
        var keys = Enumerable.Range(1, table.Columns.Count).FirstOrDefault(count => IsUnique(table, count), 1);
        int[] first = [.. Enumerable.Range(0, keys)];
        List<int> part = [.. first];
        for (var column = keys; column < table.Columns.Count; column++)
        {
            if (part.Count > keys && Needs(table, [.. part, column]) > room)
            {
                yield return [.. part];
                part = [.. first];
            }

            part.Add(column);
        }

        yield return [.. part];
    }

    private static bool IsUnique(Table table, int columns) =>
        table.Rows.DistinctBy(row => string.Join('\u001f', row.Take(columns).Select(TableColumn.Invariant)), StringComparer.Ordinal).Count() == table.Rows.Count;

    private static int Needs(Table table, IEnumerable<int> columns) => columns.Sum(column => BesideCell + (IsNumber(table, column)
        ? Math.Max(Widest(table, column), LongestWord(table.Columns[column].Title))
        : Math.Min(NarrowestText, Math.Max(Widest(table, column), table.Columns[column].Title.Length))));

    private static int Widest(Table table, int column) => table.Rows.Count == 0 ? 0 : table.Rows.Max(row => Cell(table, row, column).Length);

    private static string Cell(Table table, IReadOnlyList<object?> row, int column) =>
        VisibleText.Of(table.Columns[column].TextOf(row[column]).ReplaceLineEndings(" "));

    private static Spectre.Console.Table Part(Table table, int[] columns)
    {
        var part = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (var column in columns)
        {
            var title = VisibleText.Of(table.Columns[column].Title);
            part.AddColumn(IsNumber(table, column)
                ? new Spectre.Console.TableColumn(new Text(Broken(title, Math.Max(Widest(table, column), LongestWord(title))))).RightAligned().NoWrap()
                : new Spectre.Console.TableColumn(new Text(title)));
        }

        foreach (var row in table.Rows)
        {
            part.AddRow(columns.Select(column => new Text(Cell(table, row, column))));
        }

        return part;
    }

    // A heading in lines of at most so many letters.
    private static string Broken(string title, int width)
    {
        var text = "";
        var length = 0;
        foreach (var word in title.Split(' '))
        {
            var isNext = length > 0 && length + 1 + word.Length <= width;
            text += length == 0 ? word : isNext ? " " + word : "\n" + word;
            length = isNext ? length + 1 + word.Length : word.Length;
        }

        return text;
    }

    private static int LongestWord(string title) => title.Split(' ').Max(static word => word.Length);

    private static bool IsNumber(Table table, int column) => table.Columns[column].Alignment == ColumnAlignment.Right;

    private static IEnumerable<int> All(Table table) => Enumerable.Range(0, table.Columns.Count);
}
