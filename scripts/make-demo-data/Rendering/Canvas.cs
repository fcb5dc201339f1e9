namespace LLaVAction.DemoData.Rendering;

/// <summary>A colour with components in 0..1.</summary>
public readonly record struct Colour(double Red, double Green, double Blue)
{
    /// <summary>This colour with its brightness multiplied.</summary>
    public Colour Shade(double factor) => new(Red * factor, Green * factor, Blue * factor);
}

/// <summary>
/// An RGB picture that shapes are painted on with soft edges. Coordinates are in picture heights from the upper left
/// corner, so a picture of 320 × 180 spans 1.78 × 1.
/// </summary>
public sealed class Canvas
{
    private readonly double[] _pixels;

    /// <summary>Creates a black picture.</summary>
    public Canvas(int width, int height)
    {
        Width = width;
        Height = height;
        _pixels = new double[width * height * 3];
    }

    /// <summary>Width, in pixels.</summary>
    public int Width { get; }

    /// <summary>Height, in pixels.</summary>
    public int Height { get; }

    /// <summary>Width over height.</summary>
    public double Aspect => (double)Width / Height;

    /// <summary>Sets every pixel to the colour at its place.</summary>
    public void Fill(Func<double, double, Colour> colourAt)
    {
        ArgumentNullException.ThrowIfNull(colourAt);
        for (var row = 0; row < Height; row++)
        {
            for (var column = 0; column < Width; column++)
            {
                Blend(row, column, colourAt((column + 0.5) / Height, (row + 0.5) / Height), 1);
            }
        }
    }

    /// <summary>Paints where a signed distance (negative inside, in picture heights) says so, one pixel of soft edge.</summary>
    /// <param name="shape">The shape, placed and turned.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="opacity">0 to 1.</param>
    public void Paint(Shape shape, Colour colour, double opacity = 1)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var top = Math.Max(0, (int)((shape.Y - shape.Reach) * Height) - 1);
        var bottom = Math.Min(Height - 1, (int)((shape.Y + shape.Reach) * Height) + 1);
        var left = Math.Max(0, (int)((shape.X - shape.Reach) * Height) - 1);
        var right = Math.Min(Width - 1, (int)((shape.X + shape.Reach) * Height) + 1);
        for (var row = top; row <= bottom; row++)
        {
            for (var column = left; column <= right; column++)
            {
                var distance = shape.DistanceAt((column + 0.5) / Height, (row + 0.5) / Height) * Height;
                var coverage = Math.Clamp(0.5 - distance, 0, 1) * opacity;
                if (coverage > 0)
                {
                    Blend(row, column, colour, coverage);
                }
            }
        }
    }

    /// <summary>The picture as 8-bit RGB, row major.</summary>
    public void CopyTo(Span<byte> rgb)
    {
        for (var index = 0; index < _pixels.Length; index++)
        {
            rgb[index] = (byte)Math.Clamp((_pixels[index] * 255) + 0.5, 0, 255);
        }
    }

    private void Blend(int row, int column, Colour colour, double coverage)
    {
        var at = ((row * Width) + column) * 3;
        _pixels[at] += coverage * (colour.Red - _pixels[at]);
        _pixels[at + 1] += coverage * (colour.Green - _pixels[at + 1]);
        _pixels[at + 2] += coverage * (colour.Blue - _pixels[at + 2]);
    }
}
