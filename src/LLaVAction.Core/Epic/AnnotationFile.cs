using System.Globalization;

namespace LLaVAction.Epic;

/// <summary>
/// The rows of one action CSV in file order.
/// </summary>
/// <param name="Path">The file, as the user gave it.</param>
/// <param name="Clips">The rows, in file order; ids are unique.</param>
/// <param name="Lines">For each row the 1-based line of the file on which it starts.</param>
public sealed record AnnotationFile(string Path, IReadOnlyList<ClipAnnotation> Clips, IReadOnlyList<int> Lines)
{
    /// <summary>Where a row stands, for messages: <c>EPIC_100_validation.csv line 41</c>.</summary>
    public string PlaceOf(int row) => string.Create(CultureInfo.InvariantCulture, $"{Path} line {Lines[row]}");
}
