using System.Globalization;

namespace LLaVAction.Reports.Figures;

/// <summary>Counts by row and column.</summary>
internal sealed record CountMatrix(string Title, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<int>> Counts);

/// <summary>Matrices side by side, each cell shaded by its share of its row.</summary>
internal static class HeatMap
{
    private const double Labels = 104;
    private const double Top = 118;
    private const double CellHeight = 24;
    private const int LongestName = 14;
    private const double DarkTile = 0.65; // from here on light letters are read better than dark ones

    // Null where no matrix has rows.
    public static Drawing? Draw(IReadOnlyList<CountMatrix> matrices)
    {
        matrices = [.. matrices.Where(static matrix => matrix.Rows.Count > 0)];
        if (matrices.Count == 0)
        {
            return null;
        }

        var canvas = new Canvas();
        var width = Canvas.Width / matrices.Count;
        for (var index = 0; index < matrices.Count; index++)
        {
            DrawMatrix(canvas, matrices[index], index * width, width - 30);
        }

        return canvas.ToDrawing(Top + (CellHeight * matrices.Max(static matrix => matrix.Rows.Count)) + 8);
    }

    private static void DrawMatrix(Canvas canvas, CountMatrix matrix, double left, double width)
    {
        var cell = (width - Labels) / matrix.Columns.Count;
        canvas.Label(left + 4, 16, matrix.Title, style: "title");
        for (var column = 0; column < matrix.Columns.Count; column++)
        {
            canvas.Label(left + Labels + ((column + 0.6) * cell), Top - 6, Canvas.Short(matrix.Columns[column], LongestName), turn: -50);
        }

        for (var row = 0; row < matrix.Rows.Count; row++)
        {
            var total = matrix.Counts[row].Sum();
            canvas.Label(left + Labels - 6, Top + ((row + 0.7) * CellHeight), Canvas.Short(matrix.Rows[row], LongestName), "end");
            for (var column = 0; column < matrix.Columns.Count; column++)
            {
                var count = matrix.Counts[row][column];
                var share = total == 0 ? 0 : (double)count / total;
                canvas.Tile(left + Labels + (column * cell), Top + (row * CellHeight), cell - 1, CellHeight - 1, share, string.Create(
                    CultureInfo.InvariantCulture, $"{matrix.Rows[row]} answered as {matrix.Columns[column]}: {count} of {total}"));
                if (share >= 0.005)
                {
                    canvas.Label(left + Labels + ((column + 0.5) * cell), Top + ((row + 0.7) * CellHeight), (100 * share).ToString("0", CultureInfo.InvariantCulture), "middle", share > DarkTile ? "small onTile" : "small");
                }
            }
        }
    }
}
