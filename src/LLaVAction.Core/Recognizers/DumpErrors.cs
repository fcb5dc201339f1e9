using System.Globalization;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>Sentences that several readers say.</summary>
internal static class DumpErrors
{
    public static string UnknownClass(string what, ActionClass actionClass, PredictionRequest request) => string.Create(
        CultureInfo.InvariantCulture,
        $"{what} '{actionClass}' is not among the {request.Pool.Classes.Count} classes of {string.Join(", ", request.Pool.Paths)}. "
        + $"Add the annotations the recogniser was trained on by --narrations.");

    /// <summary>Checks that a dump keyed by id has every clip asked for.</summary>
    /// <exception cref="InputException">Clips are missing; the message lists the first of them.</exception>
    public static void RequireAll(string path, IReadOnlyDictionary<string, ActionRanking> rankings, PredictionRequest request)
    {
        const int listed = 10;
        var asked = request.ClipsAsked();
        if (rankings.Count == asked.Count)
        {
            return;
        }

        var missing = request.Annotations.Clips
            .Select(static clip => clip.NarrationId)
            .Where(id => asked.ContainsKey(id) && !rankings.ContainsKey(id))
            .ToArray();
        var ids = string.Join(", ", missing.Take(listed)) + (missing.Length > listed ? ", …" : string.Empty);
        throw new InputException(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: the dump lacks {missing.Length} of the {asked.Count} clips asked for ({ids}), expected all of them. Use a dump of the whole split, or ask for fewer clips by --ids."));
    }
}
