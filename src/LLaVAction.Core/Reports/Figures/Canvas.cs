using System.Globalization;

namespace LLaVAction.Reports.Figures;

/// <summary>Collects shapes, with coordinates of at most two decimals.</summary>
internal sealed class Canvas
{
    public const double Width = 960;
    public const double LetterWidth = 7.2; // of 12 pixel letters of a wide sans serif, on average

    private const double LegendRow = 20;
    private const int Colours = 6;
    private const int Forms = 3;
    private const int LongestName = 120;
    private readonly List<Shape> _shapes = [];

    public Drawing ToDrawing(double height) => new(Width, Round(height), _shapes);

    public void Segment(double x1, double y1, double x2, double y2, string style, string title = "") =>
        _shapes.Add(new Segment(Round(x1), Round(y1), Round(x2), Round(y2), style, title));

    public void Label(double x, double y, string text, string anchor = "start", string style = "", double turn = 0) =>
        _shapes.Add(new Label(Round(x), Round(y), text, anchor, style, turn));

    public void Tile(double x, double y, double width, double height, double share, string title) =>
        _shapes.Add(new Tile(Round(x), Round(y), Round(width), Round(height), Math.Round(share, 3), title));

    public void Mark(double x, double y, int series, string title) =>
        _shapes.Add(new Mark(Round(x), Round(y), StyleOf(series), series % Forms, title));

    public void Polyline(IEnumerable<(double X, double Y)> points, int series) =>
        _shapes.Add(new Polyline(string.Join(' ', points.Select(static point => string.Create(CultureInfo.InvariantCulture, $"{point.X:0.##},{point.Y:0.##}"))), StyleOf(series)));

    // Names of the series shown, and of reference lines by their style, in as many rows as they need; tells where the next row would be.
    public double Legend(double y, IReadOnlyList<string> series, IEnumerable<SharePoint> shown, IEnumerable<(string Name, string Style)> lines)
    {
        double x = 12;
        foreach (var index in shown.Select(static point => point.Series).Distinct().Order())
        {
            var at = Place(series[index]);
            Mark(at, y - 4, index, series[index]);
        }

        foreach (var (name, style) in lines)
        {
            var at = Place(name);
            Segment(at - 8, y - 4, at + 8, y - 4, style);
        }

        return y + LegendRow;

        double Place(string name)
        {
            name = Short(name, LongestName);
            var width = 36 + (name.Length * LetterWidth);
            if (x > 12 && x + width > Width)
            {
                (x, y) = (12, y + LegendRow);
            }

            Label(x + 14, y, name);
            x += width;
            return x - width;
        }
    }

    // A text of at most so many letters: the middle goes, for beginning and end tell names apart.
    public static string Short(string text, int most) => text.Length <= most ? text : text[..(most / 2)] + "…" + text[^((most - 1) / 2)..];

    public static string StyleOf(int series) => "s" + (series % Colours).ToString(CultureInfo.InvariantCulture);

    public static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    public static string Points(double difference) => (100 * difference).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    private static double Round(double value) => Math.Round(value, 2);
}
