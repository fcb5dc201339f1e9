namespace LLaVAction.Scoring;

/// <summary>
/// Rotations of a question's options. Rotation r shows option (j + r) mod K at letter j, so rotation 0 is the question as
/// written, and over all K rotations every option stands at every letter once.
/// </summary>
public static class Rotation
{
    /// <summary>The option shown at each letter.</summary>
    /// <param name="options">Number of options, K.</param>
    /// <param name="rotation">0..K−1.</param>
    public static int[] OptionOrder(int options, int rotation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rotation);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rotation, options);
        var order = new int[options];
        for (var letter = 0; letter < options; letter++)
        {
            order[letter] = (letter + rotation) % options;
        }

        return order;
    }

    /// <summary>Puts the options in the order shown.</summary>
    public static string[] Show(IReadOnlyList<string> options, IReadOnlyList<int> optionOrder)
    {
        var shown = new string[optionOrder.Count];
        for (var letter = 0; letter < shown.Length; letter++)
        {
            shown[letter] = options[optionOrder[letter]];
        }

        return shown;
    }
}
