using System.Text;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>Annotation and class files that are wrong.</summary>
internal static class MalformedAnnotations
{
    private const string Val = "val.csv";

    public static IEnumerable<MalformedInput> All =>
    [
        new("annotations missing", Val, ["no such file"], "expected an EPIC-KITCHENS-100 action CSV", folder => File.Delete(folder[Val])),
        new("annotations are a folder", Val, ["this is a folder"], "expected an EPIC-KITCHENS-100 action CSV", folder =>
        {
            File.Delete(folder[Val]);
            Directory.CreateDirectory(folder[Val]);
        }),
        new("annotations empty", Val, ["the file is empty"], "expected an EPIC-KITCHENS-100 action CSV", folder => folder.Write(Val, "")),
        new("annotations only a byte order mark", Val, ["the file is empty"], "expected an EPIC-KITCHENS-100 action CSV", folder => folder.Write(Val, [0xEF, 0xBB, 0xBF])),
        new("annotations header only", Val, ["line 1", "no rows"], "expected", folder => folder.Write(Val, folder.Header + "\n")),
        new("annotations lack a column", Val, ["line 1", "lacks verb_class"], "verb_klass", folder => folder.Replace(Val, "verb_class", "verb_klass")),
        new("annotations have a column twice", Val, ["line 1", "stop_frame"], "more than once", folder => folder.Replace(Val, "start_frame", "stop_frame")),
        new("annotations of another kind", Val, ["line 1", "lacks narration_id"], "participant_id", folder => File.Copy(folder["verbs.csv"], folder[Val], overwrite: true)),
        new("annotations truncated in a row", Val, ["line 13", "fields"], "expected the header's 15", folder => folder.Truncate(Val, folder.Read(Val).Length - 60)),
        new("annotations with an open quote", Val, ["line 3", "quote"], "quote", folder => folder.SetField(Val, 1, "narration", "\"grab plate")),
        new("annotations with an unquoted comma", Val, ["line 3", "16 fields"], "expected the header's 15", folder => folder.SetField(Val, 1, "narration", "grab, plate")),
        new("annotations with a bad list literal", Val, ["line 3", "all_nouns", "'['plate'"], "Python list", folder => folder.SetField(Val, 1, "all_nouns", "['plate'")),
        new("annotations with a list of other nouns", Val, ["line 3", "all_noun_classes", "[4]"], "noun_class, 0", folder => folder.SetField(Val, 1, "all_noun_classes", "[4]")),
        new("annotations with a verb class beyond the file", Val, ["line 3", "verb_class", "'97'"], "(0..7)", folder => folder.SetField(Val, 1, "verb_class", "97")),
        new("annotations with a noun class beyond the file", Val, ["line 3", "noun_class", "'300'"], "(0..9)", folder => folder.SetField(Val, 1, "noun_class", "300")),
        new("annotations with a class that is no number", Val, ["line 3", "verb_class", "'take'"], "expected", folder => folder.SetField(Val, 1, "verb_class", "take")),
        new("annotations with an id twice", Val, ["line 4", "P01_11_0"], "line 2 already", folder => folder.SetField(Val, 2, "narration_id", "P01_11_0")),
        new("annotations with an id that leaves the folder", Val, ["line 3", "narration_id", "'../../etc/x'"], "letters, digits", folder => folder.SetField(Val, 1, "narration_id", "../../etc/x")),
        new("annotations with a video that leaves the folder", Val, ["line 3", "video_id", "'../P01_11'"], "letters, digits", folder => folder.SetField(Val, 1, "video_id", "../P01_11")),
        new("annotations with a time of another form", Val, ["line 3", "start_timestamp", "'2,85'"], "HH:mm:ss.ff", folder => folder.SetField(Val, 1, "start_timestamp", "\"2,85\"")),
        new("annotations that stop before they start", Val, ["line 3", "stop_timestamp", "00:00:00.01"], "after start_timestamp", folder => folder.SetField(Val, 1, "stop_timestamp", "00:00:00.01")),
        new("annotations with a negative frame", Val, ["line 3", "start_frame", "'-1'"], "between 0 and", folder => folder.SetField(Val, 1, "start_frame", "-1")),
        new("annotations in UTF-16", Val, ["line 1", "byte 0xFF at offset 0"], "UTF-8", folder => File.WriteAllText(folder[Val], folder.Read(Val), Encoding.Unicode)),
        new("annotations in Latin-1", Val, ["line 3", "byte 0xE9"], "UTF-8", folder =>
        {
            folder.SetField(Val, 1, "narration", "grab cafetière é");
            File.WriteAllText(folder[Val], folder.Read(Val).Replace("è", "e", StringComparison.Ordinal), Encoding.Latin1);
        }),
        new("narrations missing", "other.csv", ["no such file"], "expected an EPIC-KITCHENS-100 action CSV", _ => { }, "--narrations", "@other.csv"),
        new("narrations with unequal rows under one id", "train.csv", ["narration_id 'P01_11_1'", "val.csv line 3", "with another narration"], "expected equal rows under one id", folder =>
        {
            var row = folder.Read(Val).Split('\n')[2];
            folder.Write("train.csv", folder.Read("train.csv") + row.Replace("grab plate", "grab a plate", StringComparison.Ordinal) + "\n");
        }),
        new("verb classes in another order", "verbs.csv", ["line 2", "id is '1'"], "expected 0", folder => folder.Replace("verbs.csv", "\n0,", "\n1,")),
        new("verb classes without instances", "verbs.csv", ["line 2", "instances"], "expected a Python list", folder => folder.Replace("verbs.csv", "[", "")),
        new("noun classes empty", "nouns.csv", ["the file is empty"], "expected", folder => folder.Write("nouns.csv", "\n")),
        new("class files swapped for annotations", "nouns.csv", ["line 1", "lacks id"], "key", folder => File.Copy(folder[Val], folder["nouns.csv"], overwrite: true)),
    ];
}
