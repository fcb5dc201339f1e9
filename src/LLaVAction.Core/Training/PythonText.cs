using System.Globalization;
using System.Text;

namespace LLaVAction.Training;

/// <summary>Texts as Python writes them in its source: the original keeps option lists so, and reads them by <c>ast.literal_eval</c>.</summary>
public static class PythonText
{
    /// <summary><c>repr</c> of a list of texts: <c>['A. open tap', "B. pick up cook's knife"]</c>.</summary>
    public static string ReprOf(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(ReprOf))}]";

    /// <summary><c>repr</c> of a text: in single quotes, or in double ones where it holds single quotes alone.</summary>
    public static string ReprOf(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var repr = new StringBuilder().Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => repr.Append("\\\\"),
                '\n' => repr.Append("\\n"),
                '\r' => repr.Append("\\r"),
                '\t' => repr.Append("\\t"),
                _ when rune.Value == quote => repr.Append('\\').Append(quote),
                _ when IsPrintable(rune) => repr.Append(rune.ToString()),
                <= 0xFF => repr.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                <= 0xFFFF => repr.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => repr.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return repr.Append(quote).ToString();
    }

    // Python's 'str.isprintable': no separator but the space, nothing of the categories "other".
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
