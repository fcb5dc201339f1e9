using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>The official name of an action class, <c>{verb key} {noun key}</c>.</summary>
public static class OfficialKey
{
    /// <summary>
    /// The verb key as it is (<c>turn-on</c>) and the noun key in spoken order; null where the class files lack the class.
    /// </summary>
    public static string? Of(ActionClass actionClass, ActionTaxonomy taxonomy) =>
        taxonomy.Contains(actionClass)
            ? taxonomy.VerbKey(actionClass.Verb) + " " + SpokenNoun(taxonomy.NounKey(actionClass.Noun))
            : null;

    /// <summary>
    /// Noun keys are written head first; spoken, the head comes last: <c>board:chopping</c> is <c>chopping board</c> and
    /// <c>machine:sous:vide</c> is <c>sous vide machine</c>.
    /// </summary>
    public static string SpokenNoun(string key)
    {
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? key : key[(colon + 1)..].Replace(':', ' ') + " " + key[..colon];
    }
}
