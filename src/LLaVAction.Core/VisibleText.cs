using System.Buffers;
using System.Globalization;
using System.Text;

namespace LLaVAction;

/// <summary>
/// Text from files and options as it may stand in a message or a table: characters that would steer a terminal, end a line,
/// turn the direction of reading or stand for nothing are shown as <c>\u001B</c>.
/// </summary>
public static class VisibleText
{
    private static readonly SearchValues<char> Hidden = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(static code => (char)code).Where(IsHidden)]);

    /// <summary>The text with its hidden characters written out; the text itself where it has none.</summary>
    public static string Of(string text)
    {
        var first = text.AsSpan().IndexOfAny(Hidden);
        if (first < 0)
        {
            return text;
        }

        var visible = new StringBuilder(text, 0, first, text.Length + 16);
        for (var i = first; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text, i))
            {
                visible.Append(text, i++, 2);
            }
            else if (IsHidden(text[i]))
            {
                visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            }
            else
            {
                visible.Append(text[i]);
            }
        }

        return visible.ToString();
    }

    /// <summary>As <see cref="Of"/>, for text of several lines: line feeds stay.</summary>
    public static string Lines(string text) =>
        text.Contains('\n', StringComparison.Ordinal) ? string.Join('\n', text.Split('\n').Select(Of)) : Of(text);

    private static bool IsHidden(char character) => char.GetUnicodeCategory(character) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
}
