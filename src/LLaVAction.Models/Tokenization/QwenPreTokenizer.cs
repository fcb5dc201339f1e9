using System.Globalization;
using System.Text;

namespace LLaVAction.Models.Tokenization;

/// <summary>
/// Cuts text into the pieces that byte pairs are merged in: <see cref="Pattern"/>, matched by hand on whole characters,
/// because .NET's regular expressions see UTF-16 units and so miss letters and digits beyond U+FFFF. Linear in the length.
/// </summary>
internal static class QwenPreTokenizer
{
    // The pattern of Qwen2 and Qwen2.5, as their 'tokenizer.json' has it.
    public const string Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private enum Kind : byte
    {
        Other,
        Letter,
        Number,
        NewLine,

        Space,
    }

    /// <summary>The pieces of a text in order, without gaps, in UTF-16 units.</summary>
    /// <param name="text">Well-formed UTF-16.</param>
    public static List<(int Offset, int Length)> Split(ReadOnlySpan<char> text)
    {
        var pieces = new List<(int Offset, int Length)>((text.Length / 4) + 4);
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = EndOfPiece(text, start);
            pieces.Add((start, end - start));
        }

        return pieces;
    }

    private static int EndOfPiece(ReadOnlySpan<char> text, int start)
    {
        if (ContractionLength(text[start..]) is > 0 and int length)
        {
            return start + length;
        }

        var first = KindAt(text, start, out var next);
        if (first == Kind.Letter)
        {
            return EndOf(Kind.Letter, text, next);
        }

        if (first == Kind.Number)
        {
            return next;
        }

        // [^\r\n\p{L}\p{N}]?\p{L}+ with one character before the letters.
        if (first != Kind.NewLine && next < text.Length && KindAt(text, next, out var second) == Kind.Letter)
        {
            return EndOf(Kind.Letter, text, second);
        }

        if (first == Kind.Other)
        {
            return EndOf(Kind.NewLine, text, EndOf(Kind.Other, text, next));
        }

        if (text[start] == ' ' && next < text.Length && KindAt(text, next, out second) == Kind.Other)
        {
            return EndOf(Kind.NewLine, text, EndOf(Kind.Other, text, second));
        }

        return EndOfWhiteSpace(text, start);
    }

    // '\s*[\r\n]+|\s+(?!\S)|\s+': up to the last line break of the run; else the run but its last character, which belongs to
    // what follows.
    private static int EndOfWhiteSpace(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        var afterLineBreak = -1;
        while (end < text.Length)
        {
            var kind = KindAt(text, end, out var next);
            if (kind is not (Kind.Space or Kind.NewLine))
            {
                break;
            }

            end = next;
            afterLineBreak = kind == Kind.NewLine ? end : afterLineBreak;
        }

        if (afterLineBreak >= 0)
        {
            return afterLineBreak;
        }

        // All white space is in the basic plane, so that the last character is one unit.
        return end == text.Length || end - start == 1 ? end : end - 1;
    }

    private static int EndOf(Kind kind, ReadOnlySpan<char> text, int start)
    {
        while (start < text.Length && KindAt(text, start, out var next) == kind)
        {
            start = next;
        }

        return start;
    }

    // Case-insensitive, which makes U+017F (long s) an s.
    private static int ContractionLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\'')
        {
            return 0;
        }

        var second = Fold(text[1]);
        if (second is 's' or 't' or 'm' or 'd')
        {
            return 2;
        }

        var third = text.Length > 2 ? Fold(text[2]) : '\0';
        return (second, third) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private static char Fold(char unit) => unit == '\u017F' ? 's' : char.ToLowerInvariant(unit);

    private static Kind KindAt(ReadOnlySpan<char> text, int position, out int next)
    {
        var unit = text[position];
        next = position + 1;
        if (unit < 0x80)
        {
            return unit switch
            {
                '\r' or '\n' => Kind.NewLine,
                ' ' or '\t' or '\v' or '\f' => Kind.Space,
                >= '0' and <= '9' => Kind.Number,
                >= 'a' and <= 'z' or >= 'A' and <= 'Z' => Kind.Letter,
                _ => Kind.Other,
            };
        }

        if (char.IsWhiteSpace(unit))
        {
            return Kind.Space;
        }

        Rune.DecodeFromUtf16(text[position..], out var rune, out var length);
        next = position + length;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Kind.Number,
            _ => Kind.Other,
        };
    }
}
