using System.Globalization;
using LLaVAction.Training;

namespace LLaVAction.Reports.Figures;

/// <summary>Losses and accuracy of trainings over their optimizer steps, in panels side by side, a line a training.</summary>
internal static class TrainingPlot
{
    // A point of a line stands for the mean of as many steps as leave this many points.
    private const int MostPoints = 200;
    private const double Left = 48;
    private const double Gap = 44;
    private const double Top = 30;
    private const double PanelHeight = 210;

    // Null where no training has done a step.
    public static Drawing? Draw(IReadOnlyList<TrainingCurve> curves)
    {
        (string Title, bool IsShare, (int Step, double Value)[][] Lines)[] panels =
        [
            ("Loss", false, [.. curves.Select(static curve => Thinned(curve.Metrics.Steps.Select(static step => (step.Step, step.Loss))))]),
            ("Loss on answers", false, [.. curves.Select(static curve => Thinned(curve.Metrics.Steps.Where(static step => step.AnswerLoss is not null).Select(static step => (step.Step, step.AnswerLoss!.Value))))]),
            ("Accuracy of checkpoints", true, [.. curves.Select(static curve => curve.Metrics.Evaluations.OrderBy(static pair => pair.Key).Select(static pair => (pair.Key, pair.Value.Accuracy)).ToArray())]),
        ];
        panels = [.. panels.Where(static panel => panel.Lines.Any(static line => line.Length > 0))];
        if (panels.Length == 0)
        {
            return null;
        }

        var last = panels.Max(static panel => panel.Lines.Max(static line => line.Length > 0 ? line[^1].Step : 0));
        var canvas = new Canvas();
        var width = (Canvas.Width - Left - (Gap * panels.Length)) / panels.Length;
        for (var i = 0; i < panels.Length; i++)
        {
            DrawPanel(canvas, panels[i].Title, panels[i].IsShare, panels[i].Lines, last, Left + (i * (width + Gap)), width);
        }

        var shown = curves.Index().Select(static entry => new SharePoint(entry.Index, "", 0));
        return canvas.ToDrawing(canvas.Legend(Top + PanelHeight + 50, [.. curves.Select(static curve => curve.Name)], shown, []));
    }

    private static void DrawPanel(Canvas canvas, string title, bool isShare, (int Step, double Value)[][] lines, int last, double left, double width)
    {
        var axis = AxisOf([.. lines.SelectMany(static line => line).Select(static point => point.Value).Where(double.IsFinite), .. isShare ? [0] : Array.Empty<double>()]);
        double X(int step) => left + ((double)step / Math.Max(1, last) * width);
        double Y(double value) => axis.Place(value, Top + PanelHeight, Top);
        canvas.Label(left, Top - 12, title, style: "title");
        for (var tick = 0; tick <= axis.Ticks; tick++)
        {
            canvas.Segment(left, Y(axis.Tick(tick)), left + width, Y(axis.Tick(tick)), "grid");
            canvas.Label(left - 6, Y(axis.Tick(tick)) + 4, isShare ? FormattableString.Invariant($"{100 * axis.Tick(tick):0.#} %") : axis.Tick(tick).ToString("0.####", CultureInfo.InvariantCulture), "end", "soft");
        }

        canvas.Label(left, Top + PanelHeight + 18, "0", "middle", "soft");
        canvas.Label(left + width, Top + PanelHeight + 18, FormattableString.Invariant($"{last} steps"), "end", "soft");
        for (var series = 0; series < lines.Length; series++)
        {
            if (lines[series].Length > 1)
            {
                canvas.Polyline(lines[series].Select(point => (X(point.Step), Y(point.Value))), series);
            }

            foreach (var (step, value) in isShare ? lines[series] : [.. lines[series].TakeLast(1)])
            {
                canvas.Mark(X(step), Y(value), series, FormattableString.Invariant($"step {step}: {(isShare ? Canvas.Percent(value) : value.ToString("0.0000", CultureInfo.InvariantCulture))}"));
            }
        }
    }

    // About five round steps around the values.
    private static Axis AxisOf(IReadOnlyList<double> values)
    {
        var (lower, upper) = values.Count > 0 ? (values.Min(), values.Max()) : (0, 1);
        var reach = Math.Max(upper - lower, Math.Max(1e-3, 1e-3 * Math.Abs(upper)));
        var power = Math.Pow(10, Math.Floor(Math.Log10(reach / 5)));
        var step = power * (reach / 5 / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        return new Axis(step * Math.Floor(lower / step), step * Math.Max(Math.Floor(lower / step) + 1, Math.Ceiling(upper / step)), step);
    }

    private static (int Step, double Value)[] Thinned(IEnumerable<(int Step, double Value)> points)
    {
        (int Step, double Value)[] all = [.. points];
        return [.. all.Chunk(Math.Max(1, (all.Length + MostPoints - 1) / MostPoints)).Select(static part => (part[^1].Step, part.Average(static point => point.Value)))];
    }
}
