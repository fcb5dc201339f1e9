using System.Globalization;
using System.Text;
using LLaVAction.DemoData.Rendering;
using LLaVAction.DemoData.Scenes;
using LLaVAction.Epic;

namespace LLaVAction.DemoData.Files;

/// <summary>Writes the kitchen's annotations in the columns and number formats of EPIC-KITCHENS-100.</summary>
public static class AnnotationFiles
{
    private const string Header =
        "narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,"
        + "narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes";

    /// <summary>Writes every CSV of the kitchen into a folder.</summary>
    public static void Write(DemoKitchen kitchen, string folder)
    {
        ArgumentNullException.ThrowIfNull(kitchen);
        Directory.CreateDirectory(folder);
        WriteLines(folder, "EPIC_100_validation.csv", Header, kitchen.Validation.Select(Row));
        WriteLines(folder, "EPIC_100_train.csv", Header, kitchen.Train.Select(Row));
        WriteLines(folder, "EPIC_100_video_info.csv", "video_id,duration,fps,resolution", kitchen.Videos.Select(static video =>
            Invariant($"{video.VideoId},{video.DurationSeconds:F6},{VideoFormat.Committed.FrameRate},{VideoFormat.Committed.Width}x{VideoFormat.Committed.Height}")));
        WriteClasses(folder);
        WriteLines(folder, "EPIC_100_tail_verbs.csv", "verb", ["5", "6", "7"]);
        WriteLines(folder, "EPIC_100_tail_nouns.csv", "noun", ["6", "7", "8", "9"]);
        WriteLines(folder, "EPIC_100_unseen_participant_ids_validation.csv", "participant_id", ["P04"]);
    }

    /// <summary>Writes the rows and classes of videos to train on.</summary>
    public static void WriteTraining(IReadOnlyList<DemoVideo> videos, string folder)
    {
        Directory.CreateDirectory(folder);
        WriteLines(folder, "EPIC_100_train.csv", Header, videos.SelectMany(static video => video.Clips)
            .OrderBy(static clip => clip.NarrationId, StringComparer.Ordinal).Select(Row));
        WriteClasses(folder);
    }

    private static void WriteClasses(string folder)
    {
        WriteLines(folder, "EPIC_100_verb_classes.csv", "id,key,instances,category", DemoVocabulary.Verbs.Select(static (verb, id) =>
            Invariant($"{id},{verb.Key},\"{PythonList(verb.Phrases)}\",{verb.Category}")));
        WriteLines(folder, "EPIC_100_noun_classes_v2.csv", "id,key,instances,category", DemoVocabulary.Nouns.Select(static (noun, id) =>
            Invariant($"{id},{noun.Key},\"{PythonList([noun.Key])}\",{noun.Category}")));
    }

    private static string Row(ClipAnnotation clip) => Invariant(
        $"{clip.NarrationId},{clip.ParticipantId},{clip.VideoId},{Timestamp(clip.NarrationSeconds!.Value, "fff")},{Timestamp(clip.StartSeconds, "ff")},{Timestamp(clip.StopSeconds, "ff")},{clip.StartFrame},{clip.StopFrame},{clip.Narration},{clip.Verb},{clip.Class.Verb},{clip.Noun},{clip.Class.Noun},{Quoted(PythonList(clip.AllNouns))},{Quoted(Invariant($"[{string.Join(", ", clip.AllNounClasses)}]"))}");

    private static string Timestamp(double seconds, string fraction) =>
        TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)).ToString(@"hh\:mm\:ss\." + fraction, CultureInfo.InvariantCulture);

    private static string PythonList(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(static item => $"'{item}'"))}]";

    private static string Quoted(string text) => text.Contains(',', StringComparison.Ordinal) ? $"\"{text}\"" : text;

    private static void WriteLines(string folder, string name, string header, IEnumerable<string> rows)
    {
        var text = new StringBuilder(header).Append('\n');
        foreach (var row in rows)
        {
            text.Append(row).Append('\n');
        }

        File.WriteAllBytes(Path.Combine(folder, name), Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
