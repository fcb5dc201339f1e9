using System.Text.RegularExpressions;

namespace LLaVAction.Scoring;

/// <summary>What was read from an answer.</summary>
/// <param name="Position">0-based position, in the order shown, of the option meant; null where it cannot be told.</param>
/// <param name="Rule">The rule that fired, one of <see cref="StagedParser"/>'s, or <see cref="StagedParser.Unparsed"/>.</param>
/// <param name="TextDiffers">The letter and the text beside it name different options; the letter was trusted.</param>
public readonly record struct ParsedAnswer(int? Position, string Rule, bool TextDiffers)
{
    /// <summary>The rule as it is stored: <c>+text-differs</c> is added where letter and text disagree.</summary>
    public string RuleText => TextDiffers ? Rule + "+text-differs" : Rule;
}

/// <summary>
/// Reads the option that an answer means, by the first rule that fires. Only the K letters shown count; the words "A" and
/// "I" are never taken for letters; an answer that lists every option, or names none, is unparsed.
/// </summary>
public static partial class StagedParser
{
    /// <summary>The answer is a letter, or begins with one: <c>C</c>, <c>c)</c>, <c>(C)</c>, <c>C. take plate</c>, <c>C take plate</c>.</summary>
    public const string Letter = "letter";

    /// <summary>A phrase gives the letter: "the answer is C".</summary>
    public const string Phrase = "phrase";

    /// <summary>The last lettered option in the answer: "… C. take plate".</summary>
    public const string LetteredText = "lettered-text";

    /// <summary>The whole answer is the text of one option.</summary>
    public const string ExactText = "exact-text";

    /// <summary>The text of one option stands in the answer.</summary>
    public const string ContainedText = "contained-text";

    /// <summary>No rule fired.</summary>
    public const string Unparsed = "unparsed";

    /// <summary>Reads an answer.</summary>
    /// <param name="answer">The generated text.</param>
    /// <param name="shown">The options' texts, in the order shown.</param>
    public static ParsedAnswer Read(string answer, IReadOnlyList<string> shown)
    {
        var text = AnswerText.Clean(answer);
        string[] options = [.. shown.Select(AnswerText.Normalise)];
        return ByFirstLetter(text, options)
            ?? ByPhrase(text, options)
            ?? ByLastLetteredText(text, options)
            ?? ByWholeText(text, options)
            ?? ByContainedText(text, options)
            ?? new ParsedAnswer(null, Unparsed, false);
    }

    private static ParsedAnswer? ByFirstLetter(string text, string[] options)
    {
        if (OnlyLetter().Match(text) is { Success: true } only && Position(only.Groups["letter"].Value, options) is { } alone)
        {
            return new ParsedAnswer(alone, Letter, false);
        }

        var match = FirstLetter().Match(text);
        if (!match.Success || Position(match.Groups["letter"].Value, options) is not { } position)
        {
            return ByLetterAndText(text, options);
        }

        return ListsEveryOption(text, options) ? null : Lettered(position, text[match.Length..], Letter, options);
    }

    // "C take plate": a capital without any mark, trusted only with the text of an option behind it.
    private static ParsedAnswer? ByLetterAndText(string text, string[] options)
    {
        if (text.Length < 3 || text[1] != ' ' || !char.IsAsciiLetterUpper(text[0]) || Position(text[..1], options) is not { } position)
        {
            return null;
        }

        var rest = AnswerText.Normalise(text[2..]);
        return Array.Exists(options, option => option == rest) ? Lettered(position, rest, Letter, options) : null;
    }

    private static ParsedAnswer? ByPhrase(string text, string[] options)
    {
        foreach (var match in AnswerPhrase().Matches(text).Reverse())
        {
            var rest = text[(match.Index + match.Length)..];
            if (Position(match.Groups["letter"].Value, options) is { } position
                && (match.Groups["mark"].Success || !IsArticle(match.Groups["letter"].Value, rest)))
            {
                return Lettered(position, rest, Phrase, options);
            }
        }

        return null;
    }

    private static ParsedAnswer? ByLastLetteredText(string text, string[] options)
    {
        if (ListsEveryOption(text, options))
        {
            return null;
        }

        foreach (var match in InnerLetter().Matches(text).Reverse())
        {
            if (Position(match.Groups["letter"].Value, options) is { } position)
            {
                return Lettered(position, text[(match.Index + match.Length)..], LetteredText, options);
            }
        }

        return null;
    }

    private static ParsedAnswer? ByWholeText(string text, string[] options)
    {
        var whole = AnswerText.Normalise(text);
        return Only(position => options[position] == whole, options) is { } position
            ? new ParsedAnswer(position, ExactText, false)
            : null;
    }

    private static ParsedAnswer? ByContainedText(string text, string[] options)
    {
        var whole = AnswerText.Normalise(text);
        bool[] contained = [.. options.Select(option => AnswerText.ContainsWords(whole, option))];

        // "take plate" is contained wherever "take plate from rack" is: the longer text is the one meant.
        bool IsMeant(int position) => contained[position] && !Enumerable.Range(0, options.Length).Any(other =>
            other != position && contained[other] && options[other].Length > options[position].Length
            && AnswerText.ContainsWords(options[other], options[position]));

        return Only(IsMeant, options) is { } position ? new ParsedAnswer(position, ContainedText, false) : null;
    }

    private static ParsedAnswer Lettered(int position, string rest, string rule, string[] options)
    {
        var text = AnswerText.Normalise(AnswerText.FirstClause(rest));
        var differs = options[position] != text && Array.Exists(options, option => option == text);
        return new ParsedAnswer(position, rule, differs);
    }

    private static int? Position(string letter, string[] options)
    {
        var position = char.ToUpperInvariant(letter[0]) - 'A';
        return position >= 0 && position < options.Length ? position : null;
    }

    private static int? Only(Func<int, bool> isMeant, string[] options)
    {
        int? found = null;
        for (var position = 0; position < options.Length; position++)
        {
            if (!isMeant(position))
            {
                continue;
            }

            if (found is not null)
            {
                return null;
            }

            found = position;
        }

        return found;
    }

    // "The answer is A plate": a word follows the capital as it follows an article.
    private static bool IsArticle(string letter, string rest) =>
        letter is "A" or "I" && WordAfterArticle().IsMatch(rest) && !ReasonAfterLetter().IsMatch(rest);

    // The options read back to us choose nothing.
    private static bool ListsEveryOption(string text, string[] options)
    {
        var whole = AnswerText.Normalise(text);
        return InnerLetter().Matches(text).Select(match => Position(match.Groups["letter"].Value, options)).OfType<int>().Distinct().Count() == options.Length
            && Array.TrueForAll(options, option => AnswerText.ContainsWords(whole, option));
    }

    [GeneratedRegex(@"^[(\[{]?(?<letter>[A-Za-z])[)\]}]?[.,:;)!]?$", RegexOptions.CultureInvariant)]
    private static partial Regex OnlyLetter();

    [GeneratedRegex(@"^(?:(?:(?:final |correct )?(?:answer|option|choice))\s*:?\s*)?(?:[(\[](?<letter>[A-Za-z])[)\]]|(?<letter>[A-Za-z])(?:[.):](?=\s|$)|\s-\s|,?$))[.:,]?\s*", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex FirstLetter();

    [GeneratedRegex(@"\b(?i:answer|option|choice)(?:\s+(?i:is|would be|should be|must be)\s*:?|\s*:)\s*(?i:option\s+)?(?:(?<mark>[(\[])(?<letter>[A-Za-z])[)\]]|['""]?(?<letter>[A-Z])(?<mark>[.):,;'""]|$)?)(?![A-Za-z'’])", RegexOptions.CultureInvariant)]
    private static partial Regex AnswerPhrase();

    [GeneratedRegex(@"(?<![A-Za-z0-9'’])(?:\((?<letter>[A-Z])\)|(?<letter>[A-Z])[.):])\s+(?=\S)", RegexOptions.CultureInvariant)]
    private static partial Regex InnerLetter();

    [GeneratedRegex(@"^\s+[a-z]", RegexOptions.CultureInvariant)]
    private static partial Regex WordAfterArticle();

    [GeneratedRegex(@"^\s+(?:because|since|as|for|given|and|based|with)\b", RegexOptions.CultureInvariant)]
    private static partial Regex ReasonAfterLetter();
}
