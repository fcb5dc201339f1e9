using System.Globalization;

namespace LLaVAction.Video.Frames;

/// <summary>
/// Squares of the short side that the decoder cuts out of every frame, resizes by ffmpeg's bicubic and sets side by side, as
/// AVION's fused decoder does: the centre, or both ends of the long side and the centre.
/// </summary>
/// <param name="Size">Width and height of each square after resizing, in pixels; even.</param>
/// <param name="Count">1 or 3.</param>
public sealed record SquareViews(int Size, int Count = 1)
{
    internal string Filters
    {
        get
        {
            if (Count == 1)
            {
                return Square("(iw-min(iw,ih))/2", "(ih-min(iw,ih))/2");
            }

            var squares = Enumerable.Range(0, Count).Select(view => string.Create(
                CultureInfo.InvariantCulture,
                $"[whole{view}]{Square($"(iw-min(iw,ih))*{view}/{Count - 1}", $"(ih-min(iw,ih))*{view}/{Count - 1}")}[square{view}]"));
            return string.Create(
                CultureInfo.InvariantCulture,
                $"split={Count}{Labels("whole")};{string.Join(';', squares)};{Labels("square")}hstack=inputs={Count}");
        }
    }

    private string Square(string x, string y) => string.Create(
        CultureInfo.InvariantCulture, $"crop='min(iw,ih)':'min(iw,ih)':'{x}':'{y}',scale={Size}:{Size}:flags=bicubic,format=rgb24");

    private string Labels(string name) => string.Concat(Enumerable.Range(0, Count).Select(view => string.Create(CultureInfo.InvariantCulture, $"[{name}{view}]")));
}
