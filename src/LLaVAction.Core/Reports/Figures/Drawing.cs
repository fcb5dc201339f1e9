namespace LLaVAction.Reports.Figures;

/// <summary>A picture of shapes; its SVG is the template <c>figure.liquid</c>.</summary>
/// <param name="Width">Width, in pixels of 1/96 inch.</param>
/// <param name="Height">Height, in the same.</param>
/// <param name="Shapes">What is drawn, later shapes over earlier ones.</param>
public sealed record Drawing(double Width, double Height, IReadOnlyList<Shape> Shapes);

/// <summary>A shape; the template knows it by its type's name.</summary>
public abstract record Shape
{
    /// <summary>Name of the type.</summary>
    public string Kind => GetType().Name;
}

/// <summary>A straight line.</summary>
/// <param name="X1">Start.</param>
/// <param name="Y1">Start.</param>
/// <param name="X2">End.</param>
/// <param name="Y2">End.</param>
/// <param name="Style">Class of the style sheet: <c>grid</c>, <c>chance</c>, <c>ceiling</c> or that of a series.</param>
/// <param name="Title">What it shows; empty for a line that needs no words.</param>
public sealed record Segment(double X1, double Y1, double X2, double Y2, string Style, string Title = "") : Shape;

/// <summary>Connected lines.</summary>
/// <param name="Points">Coordinates as SVG writes them.</param>
/// <param name="Style">Class of the series.</param>
public sealed record Polyline(string Points, string Style) : Shape;

/// <summary>The point of a series; colour and form tell series apart.</summary>
/// <param name="X">Centre.</param>
/// <param name="Y">Centre.</param>
/// <param name="Style">Class of the series.</param>
/// <param name="Form">0 for a disc, 1 for a square, 2 for a triangle.</param>
/// <param name="Title">What it shows.</param>
public sealed record Mark(double X, double Y, string Style, int Form, string Title) : Shape;

/// <summary>A rectangle shaded by a share.</summary>
/// <param name="X">Left.</param>
/// <param name="Y">Top.</param>
/// <param name="Width">Width.</param>
/// <param name="Height">Height.</param>
/// <param name="Share">How dark, in 0..1.</param>
/// <param name="Title">What it shows.</param>
public sealed record Tile(double X, double Y, double Width, double Height, double Share, string Title) : Shape;

/// <summary>A line of text.</summary>
/// <param name="X">Where it starts, is centred or ends.</param>
/// <param name="Y">Its base line.</param>
/// <param name="Text">The text.</param>
/// <param name="Anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
/// <param name="Style">Class of the style sheet; empty for the plain one.</param>
/// <param name="Turn">Degrees clockwise about its place.</param>
public sealed record Label(double X, double Y, string Text, string Anchor = "start", string Style = "", double Turn = 0) : Shape;
