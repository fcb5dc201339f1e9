using System.Globalization;
using System.Text.Json;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Testing;

/// <summary>What the golden pickles in <c>Goldens/pickles</c> were written for.</summary>
public static class PickleGoldens
{
    /// <summary>The clips and classes of an <c>expected-*.json</c>.</summary>
    /// <param name="golden">The document.</param>
    /// <param name="hasOwnOrder">Whether the columns follow the document's numbering (TIM) and not the order of the texts (AVION).</param>
    public static PredictionRequest Request(JsonElement golden, bool hasOwnOrder)
    {
        string[] Texts(string name) => [.. golden.GetProperty(name).EnumerateArray().Select(static text => text.GetString()!)];
        var clips = Texts("clips").Zip(Texts("truths"), Clip).ToArray();
        var others = Texts("pool").Select(static (text, row) => Clip(string.Create(CultureInfo.InvariantCulture, $"P80_11_{row}"), text)).ToArray();
        var annotations = new AnnotationFile("val.csv", clips, [.. Enumerable.Range(2, clips.Length)]);
        return new PredictionRequest
        {
            Annotations = annotations,
            Pool = AnnotationPool.Unite(annotations, new AnnotationFile("train.csv", others, [.. Enumerable.Range(2, others.Length)])),
            Classes = hasOwnOrder ? new ClassOrder("classes.csv", [.. Texts("numbering").Select(Class)]) : null,
        };
    }

    /// <summary>The class of a text <c>verb:noun</c>.</summary>
    public static ActionClass Class(string text) =>
        ActionClass.TryParse(text, out var actionClass) ? actionClass : throw new InvalidOperationException($"'{text}' is no class.");

    private static ClipAnnotation Clip(string id, string actionClass) => new()
    {
        NarrationId = id,
        ParticipantId = id[..3],
        VideoId = id[..id.LastIndexOf('_')],
        StartSeconds = 1,
        StopSeconds = 2,
        StartFrame = 60,
        StopFrame = 120,
        Narration = "lift jar",
        Verb = "lift",
        Noun = "jar",
        Class = Class(actionClass),
        AllNouns = ["jar"],
        AllNounClasses = [Class(actionClass).Noun],
    };
}
