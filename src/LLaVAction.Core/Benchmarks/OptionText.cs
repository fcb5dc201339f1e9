namespace LLaVAction.Benchmarks;

/// <summary>When two option texts count as the same.</summary>
public static class OptionText
{
    /// <summary>The text without outer white space and final periods, in lower case.</summary>
    public static string Normalise(string text)
    {
        var span = text.AsSpan().TrimStart();
        var end = span.Length;
        while (end > 0 && (span[end - 1] == '.' || char.IsWhiteSpace(span[end - 1])))
        {
            end--;
        }

        return span[..end].ToString().ToLowerInvariant();
    }
}
