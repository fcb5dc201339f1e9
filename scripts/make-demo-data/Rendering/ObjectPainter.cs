namespace LLaVAction.DemoData.Rendering;

/// <summary>Paints the nouns: each has a shape and a colour of its own.</summary>
public static class ObjectPainter
{
    private static readonly Colour White = new(0.95, 0.95, 0.92);
    private static readonly Colour Grey = new(0.66, 0.69, 0.72);
    private static readonly Colour Dark = new(0.12, 0.12, 0.14);

    /// <summary>Paints a noun.</summary>
    /// <param name="canvas">The picture.</param>
    /// <param name="noun">Noun class of the demo vocabulary.</param>
    /// <param name="pose">Where it is and how it is turned.</param>
    public static void Paint(Canvas canvas, int noun, Pose pose)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        var (x, y, turn) = (pose.X, pose.Y, pose.Turn);
        canvas.Paint(Shape.Ellipse(x + 0.015, y + 0.03, 0.12, 0.05), Dark, 0.25);
        switch (noun)
        {
            case 0: // plate
                canvas.Paint(Shape.Ellipse(x, y, 0.14, 0.14 * (1 - (0.5 * Math.Abs(Math.Sin(turn))))), White);
                canvas.Paint(Shape.Ellipse(x, y, 0.09, 0.09 * (1 - (0.5 * Math.Abs(Math.Sin(turn))))), White.Shade(0.85));
                break;
            case 1: // cup
                canvas.Paint(Shape.Circle(x + 0.075, y, 0.04), new Colour(0.75, 0.15, 0.15));
                canvas.Paint(Shape.Box(x, y, 0.065, 0.08, 0.02, turn), new Colour(0.85, 0.2, 0.2));
                break;
            case 2: // bowl
                canvas.Paint(Shape.HalfCircle(x, y - 0.04, 0.13, turn), new Colour(0.2, 0.35, 0.8));
                canvas.Paint(Shape.Ellipse(x, y - 0.04, 0.13, 0.03, turn), new Colour(0.12, 0.2, 0.5));
                break;
            case 3: // pan
                canvas.Paint(Shape.Box(x + (0.2 * Math.Cos(turn)), y + (0.2 * Math.Sin(turn)), 0.1, 0.018, 0.01, turn), Dark.Shade(1.6));
                canvas.Paint(Shape.Circle(x, y, 0.13), Dark);
                canvas.Paint(Shape.Circle(x, y, 0.105), Dark.Shade(2.2));
                break;
            case 4: // tomato
                canvas.Paint(Shape.Circle(x, y, 0.07).LeftPart(pose.Split * 0.07), new Colour(0.9, 0.15, 0.1));
                canvas.Paint(Shape.Ellipse(x, y - 0.06, 0.02, 0.012), new Colour(0.15, 0.55, 0.15));
                Slices(canvas, pose, 0.055, new Colour(0.95, 0.45, 0.35));
                break;
            case 5: // carrot
                canvas.Paint(Shape.Wedge(x, y, 0.13, 0.05, turn).LeftPart(pose.Split * 0.13), new Colour(0.95, 0.55, 0.1));
                canvas.Paint(Shape.Ellipse(x - 0.14, y, 0.03, 0.02), new Colour(0.2, 0.6, 0.2));
                Slices(canvas, pose, 0.03, new Colour(1.0, 0.7, 0.3));
                break;
            case 6: // chopping board
                canvas.Paint(Shape.Box(x, y, 0.19, 0.11, 0.02, turn), new Colour(0.82, 0.66, 0.4));
                canvas.Paint(Shape.Circle(x + 0.15, y, 0.018), new Colour(0.45, 0.3, 0.18));
                break;
            case 7: // bottle
                canvas.Paint(Shape.Box(x, y + 0.02, 0.045, 0.11, 0.02, turn), new Colour(0.15, 0.6, 0.3));
                canvas.Paint(Shape.Box(x + (0.12 * Math.Sin(turn)), y - (0.12 * Math.Cos(turn)), 0.018, 0.04, 0.008, turn), new Colour(0.1, 0.45, 0.22));
                break;
            case 8: // fridge: the door swings open
                canvas.Paint(Shape.Box(x, y, 0.2, 0.24, 0.01), new Colour(0.98, 0.95, 0.75));
                canvas.Paint(Shape.Box(x, y - 0.05, 0.19, 0.006), Grey);
                canvas.Paint(Shape.Box(x, y + 0.08, 0.19, 0.006), Grey);
                canvas.Paint(Shape.Box(x - (0.2 * pose.Opening), y, 0.2 * (1 - (0.85 * pose.Opening)), 0.24, 0.01), Grey.Shade(1.2));
                break;
            default: // tap
                canvas.Paint(Shape.Box(x, y - 0.12, 0.02, 0.12, 0.01), Grey);
                canvas.Paint(Shape.Box(x - 0.05, y - 0.22, 0.07, 0.02, 0.01), Grey.Shade(1.15));
                canvas.Paint(Shape.Box(x, y - 0.27, 0.05, 0.012, 0.006, turn), new Colour(0.75, 0.2, 0.2));
                break;
        }
    }

    /// <summary>Paints running water or a pouring stream.</summary>
    public static void PaintStream(Canvas canvas, double x, double top, double bottom, Colour colour)
    {
        ArgumentNullException.ThrowIfNull(canvas);
        if (bottom > top)
        {
            canvas.Paint(Shape.Box(x, (top + bottom) / 2, 0.012, (bottom - top) / 2), colour, 0.85);
        }
    }

    private static void Slices(Canvas canvas, Pose pose, double halfHeight, Colour colour)
    {
        for (var slice = 0; slice < 4; slice++)
        {
            var position = 1 - (slice * 0.5);
            if (pose.Split <= position - 0.5)
            {
                canvas.Paint(Shape.Ellipse(pose.X + 0.1 + (0.05 * (3 - slice)), pose.Y, 0.014, halfHeight), colour);
            }
        }
    }
}
