using System.Globalization;
using System.Text.Json;
using LLaVAction.DemoData.Scenes;
using LLaVAction.Epic;

namespace LLaVAction.DemoData.Files;

/// <summary>
/// Ranked predictions of a recogniser that never was: classes that share the verb or the noun of the truth, or that are
/// visible at the same time, come near it, as a real recogniser's mistakes do. Simulated, and labelled so wherever shown.
/// </summary>
public static class SimulatedDump
{
    private const int Ranks = 20;

    /// <summary>The weaker recogniser.</summary>
    public static (string Name, double Strength) Avion { get; } = ("avion", 1.9);

    /// <summary>The stronger recogniser.</summary>
    public static (string Name, double Strength) Tim { get; } = ("tim", 2.5);

    /// <summary>Writes the dump as the row-indexed JSON that the original evaluation code reads.</summary>
    /// <param name="kitchen">The kitchen.</param>
    /// <param name="recogniser">
    /// Name, which keys half of the noise (two recognisers share the other half), and how much evidence the truth gets.
    /// </param>
    /// <param name="path">File to write.</param>
    public static void Write(DemoKitchen kitchen, (string Name, double Strength) recogniser, string path)
    {
        ArgumentNullException.ThrowIfNull(kitchen);
        var rows = kitchen.Validation;
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        for (var row = 0; row < rows.Count; row++)
        {
            json.WriteStartObject(row.ToString(CultureInfo.InvariantCulture));
            json.WriteStartArray("predictions");
            foreach (var prediction in Rank(rows, rows[row], recogniser.Name, recogniser.Strength))
            {
                json.WriteStringValue(prediction.ToString());
            }

            json.WriteEndArray();
            json.WriteString("target", rows[row].Class.ToString());
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static IEnumerable<ActionClass> Rank(
        IReadOnlyList<ClipAnnotation> rows,
        ClipAnnotation clip,
        string recogniser,
        double strength)
    {
        var shared = new KeyedRandom(DemoKitchen.Seed, clip.NarrationId, "recogniser");
        var own = new KeyedRandom(DemoKitchen.Seed, clip.NarrationId, recogniser);
        var visible = rows
            .Where(other => other.VideoId == clip.VideoId && other.StartSeconds < clip.StopSeconds && clip.StartSeconds < other.StopSeconds)
            .Select(static other => other.Class)
            .ToHashSet();
        return DemoVocabulary.Actions
            .Select(action =>
            {
                var score = Gumbel(shared) + Gumbel(own);
                score += action.Verb == clip.Class.Verb ? 0.8 : 0;
                score += action.Noun == clip.Class.Noun ? 1.1 : 0;
                score += visible.Contains(action) ? 1.0 : 0;
                score += action == clip.Class ? strength : 0;
                return (action, score);
            })
            .OrderByDescending(static entry => entry.score)
            .ThenBy(static entry => entry.action, ActionClass.ByText)
            .Take(Ranks)
            .Select(static entry => entry.action);
    }

    private static double Gumbel(KeyedRandom random) => -Math.Log(-Math.Log(random.NextDouble() + 1e-300));
}
