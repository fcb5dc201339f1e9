using System.Globalization;
using System.Text;

namespace LLaVAction.OtherBenchmarks;

/// <summary>Text as Python sees it where .NET differs: white space, words, letters, lower case. Characters are Unicode's, not UTF-16's.</summary>
internal static class PythonText
{
    public static string Strip(string text)
    {
        int start = 0, end = text.Length;
        while (start < end && IsSpace(text[start]))
        {
            start++;
        }

        while (end > start && IsSpace(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    public static int CountWords(string text)
    {
        var words = 0;
        var isInWord = false;
        foreach (var character in text)
        {
            words += !IsSpace(character) && !isInWord ? 1 : 0;
            isInWord = !IsSpace(character);
        }

        return words;
    }

    public static string Lower(string text) => text.ToLowerInvariant().Replace("İ", "i̇", StringComparison.Ordinal);

    // Whether a character is white space: .NET's, and the four separators of ASCII.
    public static bool IsSpace(char character) => char.IsWhiteSpace(character) || character is >= '\x1c' and <= '\x1f';

    public static bool IsAlphabetic(Rune character) => Rune.GetUnicodeCategory(character) is >= UnicodeCategory.UppercaseLetter and <= UnicodeCategory.OtherLetter;

    // Whether '\w' of a pattern takes a character: letters, numbers of all kinds, the underscore; no combining marks.
    public static bool IsWord(Rune character) =>
        IsAlphabetic(character) || character.Value == '_'
        || Rune.GetUnicodeCategory(character) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    // The first of some ASCII letters that stands between word boundaries; null where none does.
    public static char? FirstStandalone(string text, string letters)
    {
        Rune? before = null;
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length);
            if (rune.IsAscii && letters.Contains((char)rune.Value, StringComparison.Ordinal)
                && !(before is { } left && IsWord(left)) && !(RuneAt(text, i + length) is { } right && IsWord(right)))
            {
                return (char)rune.Value;
            }

            before = rune;
            i += length;
        }

        return null;
    }

    // The character at a place; null at the end.
    public static Rune? RuneAt(string text, int index)
    {
        if (index >= text.Length)
        {
            return null;
        }

        Rune.DecodeFromUtf16(text.AsSpan(index), out var rune, out _);
        return rune;
    }
}
