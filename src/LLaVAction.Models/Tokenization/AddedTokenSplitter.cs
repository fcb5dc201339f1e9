using System.Buffers;
using System.Globalization;
using System.Text;

namespace LLaVAction.Models.Tokenization;

/// <summary>Cuts a text at its added tokens: leftmost first, the longest of those that begin at one place.</summary>
internal sealed class AddedTokenSplitter
{
    private readonly Dictionary<char, AddedToken[]> _byFirstUnit;
    private readonly SearchValues<char> _firstUnits;

    public AddedTokenSplitter(IEnumerable<AddedToken> tokens)
    {
        _byFirstUnit = tokens.GroupBy(token => token.Content[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Content.Length).ToArray());
        _firstUnits = SearchValues.Create(_byFirstUnit.Keys.ToArray());
    }

    public bool IsEmpty => _byFirstUnit.Count == 0;

    public IEnumerable<(int Start, int End, AddedToken? Token)> Split(string text)
    {
        var textStart = 0;
        for (var position = 0; NextMatch(text, position) is var (matchStart, token);)
        {
            var matchEnd = matchStart + token.Content.Length;
            position = matchEnd;
            if (token.IsSingleWord && (EndsWithWord(text.AsSpan(0, matchStart)) || StartsWithWord(text.AsSpan(matchEnd))))
            {
                continue;
            }

            var start = token.StripsLeft ? StartOfSpace(text, textStart, matchStart) : matchStart;
            var end = token.StripsRight ? EndOfSpace(text, matchEnd) : matchEnd;
            if (start > textStart)
            {
                yield return (textStart, start, null);
            }

            yield return (start, end, token);
            textStart = end;
            position = end;
        }

        if (textStart < text.Length)
        {
            yield return (textStart, text.Length, null);
        }
    }

    private (int Start, AddedToken Token)? NextMatch(string text, int start)
    {
        while (start < text.Length)
        {
            var offset = text.AsSpan(start).IndexOfAny(_firstUnits);
            if (offset < 0)
            {
                return null;
            }

            start += offset;
            foreach (var token in _byFirstUnit[text[start]])
            {
                if (string.CompareOrdinal(text, start, token.Content, 0, token.Content.Length) == 0)
                {
                    return (start, token);
                }
            }

            start++;
        }

        return null;
    }

    private static int StartOfSpace(string text, int lowest, int end)
    {
        while (end > lowest && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return end;
    }

    private static int EndOfSpace(string text, int start)
    {
        while (start < text.Length && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        return start;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsWord(rune);

    // '\w' of UTS #18: letters, marks, decimal digits, letter numbers, connectors, joiners.
    private static bool IsWord(Rune rune) =>
        rune.Value is 0x200C or 0x200D
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.ConnectorPunctuation;
}
