using System.Globalization;
using System.Text;

namespace LLaVAction.Epic;

/// <summary>
/// A strict reader of the list literals that the CSVs hold: flat lists of quoted strings (<c>['plate', 'rack']</c>) or
/// of non-negative integers (<c>[2, 78]</c>).
/// </summary>
public static class PythonListLiteral
{
    /// <summary>Reads a list of strings in single or double quotes; <paramref name="problem"/> says what is wrong.</summary>
    public static bool TryParseStrings(ReadOnlySpan<char> text, out IReadOnlyList<string> items, out string problem) =>
        TryParse(text, static (ref Cursor cursor, out string item) => cursor.TryString(out item), out items, out problem);

    /// <summary>Reads a list of non-negative integers; <paramref name="problem"/> says what is wrong.</summary>
    public static bool TryParseIntegers(ReadOnlySpan<char> text, out IReadOnlyList<int> items, out string problem) =>
        TryParse(text, static (ref Cursor cursor, out int item) => cursor.TryInteger(out item), out items, out problem);

    private static bool TryParse<T>(ReadOnlySpan<char> text, ItemParser<T> parseItem, out IReadOnlyList<T> items, out string problem)
    {
        items = [];
        var cursor = new Cursor(text);
        if (!cursor.TryTake('['))
        {
            return Fail(ref cursor, "'['", out problem);
        }

        var parsed = new List<T>(1);
        while (!cursor.TryTake(']'))
        {
            if (parsed.Count > 0 && !cursor.TryTake(','))
            {
                return Fail(ref cursor, "',' or ']'", out problem);
            }

            // Python allows a comma after the last item.
            if (parsed.Count > 0 && cursor.TryTake(']'))
            {
                break;
            }

            if (!parseItem(ref cursor, out var item))
            {
                return Fail(ref cursor, typeof(T) == typeof(int) ? "a non-negative integer" : "a quoted string", out problem);
            }

            parsed.Add(item);
        }

        if (!cursor.IsAtEnd)
        {
            return Fail(ref cursor, "the end of the list", out problem);
        }

        items = parsed.ToArray();
        problem = string.Empty;
        return true;
    }

    private static bool Fail(ref Cursor cursor, string expected, out string problem)
    {
        problem = string.Create(CultureInfo.InvariantCulture, $"character {cursor.Position + 1}: expected {expected}");
        return false;
    }

    private delegate bool ItemParser<T>(ref Cursor cursor, out T item);

    private ref struct Cursor(ReadOnlySpan<char> text)
    {
        private readonly ReadOnlySpan<char> _text = text;

        public int Position { get; private set; }

        public bool IsAtEnd
        {
            get
            {
                SkipSpaces();
                return Position == _text.Length;
            }
        }

        public bool TryTake(char expected)
        {
            SkipSpaces();
            if (Position < _text.Length && _text[Position] == expected)
            {
                Position++;
                return true;
            }

            return false;
        }

        public bool TryInteger(out int item)
        {
            SkipSpaces();
            var digits = _text[Position..];
            var end = digits.IndexOfAnyExceptInRange('0', '9');
            digits = end < 0 ? digits : digits[..end];
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out item))
            {
                return false;
            }

            Position += digits.Length;
            return true;
        }

        public bool TryString(out string item)
        {
            item = string.Empty;
            SkipSpaces();
            if (Position == _text.Length || _text[Position] is not ('\'' or '"'))
            {
                return false;
            }

            var quote = _text[Position];
            var content = _text[(Position + 1)..];
            var end = content.IndexOfAny(quote, '\\');
            if (end < 0)
            {
                return false;
            }

            if (content[end] == quote)
            {
                item = content[..end].ToString();
                Position += end + 2;
                return true;
            }

            return TryEscapedString(quote, out item);
        }

        private bool TryEscapedString(char quote, out string item)
        {
            var result = new StringBuilder();
            item = string.Empty;
            for (var i = Position + 1; i < _text.Length; i++)
            {
                if (_text[i] == quote)
                {
                    item = result.ToString();
                    Position = i + 1;
                    return true;
                }

                if (_text[i] == '\\')
                {
                    i++;
                    if (i == _text.Length || _text[i] is not ('\\' or '\'' or '"'))
                    {
                        Position = Math.Min(i, _text.Length);
                        return false;
                    }
                }

                result.Append(_text[i]);
            }

            return false;
        }

        private void SkipSpaces()
        {
            while (Position < _text.Length && _text[Position] == ' ')
            {
                Position++;
            }
        }
    }
}
