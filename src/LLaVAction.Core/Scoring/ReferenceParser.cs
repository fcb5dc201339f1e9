using System.Text.RegularExpressions;

namespace LLaVAction.Scoring;

/// <summary>
/// The original's reading of an answer, defects included: a bare letter, a lower-case letter, <c>(B)</c>, or a letter with
/// another option's text is wrong, and an option whose text ends in a period can never be right.
/// </summary>
public static partial class ReferenceParser
{
    /// <summary>
    /// The text that the original compares with the truth: without trailing commas; with <c>None</c> in it, the whole
    /// without <c>None. </c>; else the last <c>X. text</c> of a line, cut at its first period; else the whole.
    /// </summary>
    public static string ReadText(string answer)
    {
        var raw = answer.Trim().TrimEnd(',');
        if (raw.Contains("None", StringComparison.Ordinal))
        {
            return raw.Replace("None. ", "", StringComparison.Ordinal);
        }

        var matches = LetteredText().Matches(raw);
        if (matches.Count == 0)
        {
            return raw;
        }

        var last = matches[^1].Groups["text"].Value;
        var period = last.IndexOf('.', StringComparison.Ordinal);
        return period < 0 ? last : last[..period];
    }

    /// <summary>The option whose text equals the text read, exactly; null where none does.</summary>
    public static int? Read(string answer, IReadOnlyList<string> options)
    {
        var text = ReadText(answer);
        for (var option = 0; option < options.Count; option++)
        {
            if (string.Equals(options[option], text, StringComparison.Ordinal))
            {
                return option;
            }
        }

        return null;
    }

    [GeneratedRegex(@"[A-Z]\.\s(?<text>.+)", RegexOptions.CultureInvariant)]
    private static partial Regex LetteredText();
}
