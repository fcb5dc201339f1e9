using System.Text;

namespace LLaVAction.Prompts;

/// <summary>Options as the prompt shows them: <c>A. take plate, B. wash plate, …</c> on one line.</summary>
public static class OptionList
{
    /// <summary>The most options that letters can name.</summary>
    public const int MaximumOptions = 26;

    /// <summary>The letter of a position: 0 → <c>A</c> … 25 → <c>Z</c>.</summary>
    public static char Letter(int position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, MaximumOptions);
        return (char)('A' + position);
    }

    /// <summary>The texts of the first <paramref name="count"/> letters.</summary>
    public static IReadOnlyList<string> Letters(int count) =>
        [.. Enumerable.Range(0, count).Select(position => Letter(position).ToString())];

    /// <summary>Writes the options, in the order given.</summary>
    public static string Format(IReadOnlyList<string> options)
    {
        var text = new StringBuilder();
        for (var position = 0; position < options.Count; position++)
        {
            text.Append(position == 0 ? "" : ", ").Append(Letter(position)).Append(". ").Append(options[position]);
        }

        return text.ToString();
    }
}
