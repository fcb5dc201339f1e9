using System.Text;
using System.Text.RegularExpressions;

namespace LLaVAction.Scoring;

/// <summary>Brings answers and options into a form in which they can be compared.</summary>
public static partial class AnswerText
{
    /// <summary>The answer without thoughts (<c>&lt;think&gt;…&lt;/think&gt;</c>) and markdown, white space reduced to single spaces.</summary>
    public static string Clean(string answer)
    {
        var text = Thoughts().Replace(answer, " ");

        // An end without a beginning: the template had opened the thought.
        var end = text.LastIndexOf("</think>", StringComparison.OrdinalIgnoreCase);
        text = end < 0 ? text : text[(end + "</think>".Length)..];
        text = Markdown().Replace(text, "");
        return WhiteSpace().Replace(text, " ").Trim();
    }

    /// <summary>
    /// Trimmed, in lower case, white space reduced to single spaces, without quotes around it and without final periods:
    /// the form in which options are pairwise different.
    /// </summary>
    public static string Normalise(string text) =>
        WhiteSpace().Replace(text, " ").Trim(' ', '"', '\'', '“', '”', '‘', '’').TrimEnd('.', ' ').ToLowerInvariant();

    /// <summary>Whether the words stand in the text, not as parts of longer words.</summary>
    public static bool ContainsWords(string text, string words)
    {
        if (words.Length == 0)
        {
            return false;
        }

        for (var at = text.IndexOf(words, StringComparison.Ordinal); at >= 0; at = text.IndexOf(words, at + 1, StringComparison.Ordinal))
        {
            var end = at + words.Length;
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text up to its first period that ends a clause, or its first line end.</summary>
    public static string FirstClause(string text)
    {
        var clause = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var ends = text[i] == '\n' || (text[i] == '.' && (i + 1 == text.Length || text[i + 1] == ' '));
            if (ends)
            {
                break;
            }

            clause.Append(text[i]);
        }

        return clause.ToString();
    }

    [GeneratedRegex("<think>.*?</think>", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Thoughts();

    [GeneratedRegex(@"\*+|`+|^#+\s*|\\boxed|(?<![A-Za-z0-9])_+|_+(?![A-Za-z0-9])", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Markdown();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex WhiteSpace();
}
