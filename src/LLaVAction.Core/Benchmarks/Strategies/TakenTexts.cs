namespace LLaVAction.Benchmarks.Strategies;

/// <summary>Whether a text is among the few that a question already shows.</summary>
internal static class TakenTexts
{
    public static bool HasText(this IReadOnlyList<ComparedText> taken, ComparedText text)
    {
        for (var i = 0; i < taken.Count; i++)
        {
            if (taken[i].Normalised == text.Normalised)
            {
                return true;
            }
        }

        return false;
    }
}
