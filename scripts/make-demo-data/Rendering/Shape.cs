namespace LLaVAction.DemoData.Rendering;

/// <summary>
/// A shape given by its signed distance. Formulas of the exact distances to circles, boxes and segments are those of
/// Quilez, "2D distance functions".
/// </summary>
/// <param name="X">Centre, in picture heights.</param>
/// <param name="Y">Centre, in picture heights.</param>
/// <param name="Turn">Turn about the centre, in radians, clockwise.</param>
/// <param name="Reach">No point of the shape is farther from its centre.</param>
/// <param name="LocalDistance">Distance in the shape's own upright frame around its centre.</param>
public sealed record Shape(double X, double Y, double Turn, double Reach, Func<double, double, double> LocalDistance)
{
    /// <summary>Signed distance at a point of the picture.</summary>
    public double DistanceAt(double x, double y)
    {
        var (sine, cosine) = Math.SinCos(Turn);
        var dx = x - X;
        var dy = y - Y;
        return LocalDistance((cosine * dx) + (sine * dy), (cosine * dy) - (sine * dx));
    }

    /// <summary>A circle.</summary>
    public static Shape Circle(double x, double y, double radius) =>
        new(x, y, 0, radius, (dx, dy) => Math.Sqrt((dx * dx) + (dy * dy)) - radius);

    /// <summary>An ellipse, with the distance taken along the scaled radius: exact enough for soft edges.</summary>
    public static Shape Ellipse(double x, double y, double halfWidth, double halfHeight, double turn = 0) =>
        new(x, y, turn, Math.Max(halfWidth, halfHeight), (dx, dy) =>
            (Math.Sqrt((dx * dx / (halfWidth * halfWidth)) + (dy * dy / (halfHeight * halfHeight))) - 1)
            * Math.Min(halfWidth, halfHeight));

    /// <summary>A box with round corners.</summary>
    public static Shape Box(double x, double y, double halfWidth, double halfHeight, double corner = 0.01, double turn = 0) =>
        new(x, y, turn, Math.Sqrt((halfWidth * halfWidth) + (halfHeight * halfHeight)), (dx, dy) =>
        {
            var qx = Math.Abs(dx) - halfWidth + corner;
            var qy = Math.Abs(dy) - halfHeight + corner;
            var outside = Math.Sqrt(Math.Pow(Math.Max(qx, 0), 2) + Math.Pow(Math.Max(qy, 0), 2));
            return outside + Math.Min(Math.Max(qx, qy), 0) - corner;
        });

    /// <summary>The lower half of a circle: a bowl.</summary>
    public static Shape HalfCircle(double x, double y, double radius, double turn = 0) =>
        new(x, y, turn, radius, (dx, dy) => Math.Max(Math.Sqrt((dx * dx) + (dy * dy)) - radius, -dy));

    /// <summary>A triangle that narrows to the right: a carrot, a blade.</summary>
    public static Shape Wedge(double x, double y, double halfLength, double halfWidth, double turn = 0) =>
        new(x, y, turn, halfLength + halfWidth, (dx, dy) =>
        {
            var width = halfWidth * (halfLength - dx) / (2 * halfLength);
            return Math.Max(Math.Abs(dy) - width, Math.Abs(dx) - halfLength);
        });

    /// <summary>The part of this shape on one side of a vertical cut in its own frame.</summary>
    public Shape LeftPart(double cut) =>
        this with { LocalDistance = (dx, dy) => Math.Max(LocalDistance(dx, dy), dx - cut) };
}
