namespace LLaVAction.Reports.Figures;

/// <summary>A picture of shapes, in pixels, later ones over earlier ones; its SVG is the template <c>figure.liquid</c>.</summary>
internal sealed record Drawing(double Width, double Height, IReadOnlyList<Shape> Shapes);

/// <summary>A shape; the template knows it by its type's name, and its style is a class of <c>figure.css</c>.</summary>
internal abstract record Shape
{
    public string Kind => GetType().Name;
}

/// <summary>A straight line.</summary>
internal sealed record Segment(double X1, double Y1, double X2, double Y2, string Style, string Title) : Shape;

/// <summary>Connected lines through points as SVG writes them.</summary>
internal sealed record Polyline(string Points, string Style) : Shape;

/// <summary>The point of a series: a disc (form 0), square (1) or triangle (2).</summary>
internal sealed record Mark(double X, double Y, string Style, int Form, string Title) : Shape;

/// <summary>A rectangle, as dark as its share in 0..1.</summary>
internal sealed record Tile(double X, double Y, double Width, double Height, double Share, string Title) : Shape;

/// <summary>A line of text that starts, is centred or ends (the anchor) at its place, turned by degrees about it.</summary>
internal sealed record Label(double X, double Y, string Text, string Anchor, string Style, double Turn) : Shape;
