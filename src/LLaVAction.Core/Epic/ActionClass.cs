using System.Globalization;

namespace LLaVAction.Epic;

/// <summary>
/// An action class of EPIC-KITCHENS-100: the pair of a verb class and a noun class, written <c>verb:noun</c>.
/// </summary>
/// <param name="Verb">Verb class, 0..96.</param>
/// <param name="Noun">Noun class, 0..299 (0..304 with the second version of the noun classes).</param>
public readonly record struct ActionClass(int Verb, int Noun)
{
    /// <summary>The largest verb or noun class that any file may name; the published files end at 96 and 304.</summary>
    public const int Maximum = 999;

    /// <summary>
    /// Orders classes by the ordinal text of <c>verb:noun</c> (0:0, 0:1, 0:10, 0:100, …): the column order of AVION's
    /// score matrices and the tie-break between equal scores.
    /// </summary>
    public static IComparer<ActionClass> ByText { get; } = Comparer<ActionClass>.Create(CompareText);

    /// <summary>The class as <c>verb:noun</c>, for example <c>0:2</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Verb}:{Noun}");

    /// <summary>Reads <c>verb:noun</c>; false when the text is not two non-negative decimal integers.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ActionClass actionClass)
    {
        actionClass = default;
        var colon = text.IndexOf(':');
        if (colon <= 0
            || !int.TryParse(text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var verb)
            || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var noun))
        {
            return false;
        }

        actionClass = new ActionClass(verb, noun);
        return true;
    }

    private static int CompareText(ActionClass left, ActionClass right)
    {
        // "verb:noun" never needs more than two integers and the colon.
        Span<char> leftText = stackalloc char[24];
        Span<char> rightText = stackalloc char[24];
        leftText.TryWrite(CultureInfo.InvariantCulture, $"{left.Verb}:{left.Noun}", out var leftLength);
        rightText.TryWrite(CultureInfo.InvariantCulture, $"{right.Verb}:{right.Noun}", out var rightLength);
        return leftText[..leftLength].SequenceCompareTo(rightText[..rightLength]);
    }
}
