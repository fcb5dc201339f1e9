using System.IO.Compression;
using System.Text;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>Prediction dumps that are wrong, or were made for other annotations.</summary>
internal static class MalformedDumps
{
    private const string Json = "tim.json";
    private const string Pickle = "tim.pkl";

    private static readonly string[] UsePickle = ["--strategy", "tim=@tim.pkl"];
    private static readonly string[] UsePickleAndClasses = ["--strategy", "tim=@tim.pkl", "--classes", "@classes.csv"];
    private static readonly string[] UseAvion = ["--strategy", "avion=@avion.pkl"];
    private static readonly string[] UseSubmission = ["--strategy", "tim=@submission.json"];
    private static readonly string[] UseCsv = ["--strategy", "tim=@tim.csv"];
    private static readonly string[] UseZip = ["--strategy", "tim=@test.zip"];

    public static IEnumerable<MalformedInput> All => [.. Texts, .. Tables, .. Pickles, .. Zips];

    private static IEnumerable<MalformedInput> Texts =>
    [
        new("dump missing", Json, ["no such file"], "expected a prediction dump", folder => File.Delete(folder[Json])),
        new("dump empty", Json, ["the file is empty"], "expected a prediction dump", folder => folder.Write(Json, "")),
        new("dump of white space", Json, ["the file is empty"], "expected a prediction dump", folder => folder.Write(Json, " \n\n")),
        new("dump a JSON list", Json, ["line 1", "a JSON list"], "expected a prediction dump", folder => folder.Write(Json, "[]")),
        new("dump truncated", Json, ["line 1", "malformed JSON"], "Check that the file is complete", folder => folder.Truncate(Json, 300)),
        new("dump not UTF-8", Json, ["line 1", "byte 0xFE"], "UTF-8", folder => folder.Write(Json, [.. Encoding.UTF8.GetBytes("{\"0\":\""), 0xFE])),
        new("dump lacks a row", Json, ["row 3", "P01_11_11", "val.csv line 5", "the row is missing"], "expected one entry per row", folder => RemoveRow(folder, 3)),
        new("dump of more rows than the annotations", Json, ["row 96", "only the rows 0..11"], "--annotations", folder => folder.Replace(Json, "\"11\":", "\"96\":")),
        new("dump misordered", Json, ["row 0 (P01_11_0, ", "val.csv line 2)", "target is '0:0'"], "expected the row's class '1:5'", folder =>
        {
            folder.Replace(Json, "\"0\":", "\"x\":");
            folder.Replace(Json, "\"1\":", "\"0\":");
            folder.Replace(Json, "\"x\":", "\"1\":");
        }),
        new("dump with a row twice", Json, ["row 2", "twice"], "expected once", folder => folder.Replace(Json, "\"3\":", "\"2\":")),
        new("dump with a class outside the pool", Json, ["row 0", "'96:299' is not among the"], "--narrations", folder => folder.Replace(Json, "[\"1:5\"", "[\"96:299\"")),
        new("dump with a class that is no pair", Json, ["row 0", "'place carrot' is no class"], "expected verb:noun", folder => folder.Replace(Json, "[\"1:5\"", "[\"place carrot\"")),
        new("dump with a class twice", Json, ["row 0", "'1:5' twice"], "expected each class once", folder => folder.Replace(Json, "[\"1:5\",\"0:0\"", "[\"1:5\",\"1:5\"")),
        new("dump with fewer than K candidates", Json, ["narration id 'P01_11_0'", "usable distractors among its 3 ranked classes"], "but 4 are needed for 5 options", folder => KeepRanks(folder, 3)),
        new("dump without targets", Json, ["row 0", "lacks target"], "expected predictions and target", folder => folder.Replace(Json, "\"target\"", "\"truth\"")),
        new("submission without results", "submission.json", ["lacks results"], "expected", folder => folder.Replace("submission.json", "\"results\"", "\"scores\""), UseSubmission),
        new("submission without a clip", "submission.json", ["lacks 1 of the 12 clips asked for (P01_11_0)"], "expected all of them", folder => folder.Replace("submission.json", "\"P01_11_0\"", "\"P01_99_0\""), UseSubmission),
        new("submission with a score that is no number", "submission.json", ["line 1", "P01_11_0", "NaN"], "expected", folder => folder.Replace("submission.json", "\"1,5\":0.5", "\"1,5\":NaN"), UseSubmission),
        new("submission of another challenge", "submission.json", ["challenge is 'action_anticipation'"], "expected", folder => folder.Replace("submission.json", "action_recognition", "action_anticipation"), UseSubmission),
        new("submission with a clip twice", "submission.json", ["clip 'P01_11_0'", "twice"], "expected", folder => folder.Replace("submission.json", "\"P01_11_1\"", "\"P01_11_0\""), UseSubmission),
    ];

    private static IEnumerable<MalformedInput> Tables =>
    [
        new("CSV dump lacks a column", "tim.csv", ["line 1", "lacks rank"], "place", folder => folder.Replace("tim.csv", "rank", "place"), UseCsv),
        new("CSV dump with a rank left out", "tim.csv", ["line 3 (P01_11_0)", "rank is 3"], "expected 2", folder => folder.Replace("tim.csv", "P01_11_0,2,", "P01_11_0,3,"), UseCsv),
        new("CSV dump with a NaN", "tim.csv", ["line 2", "score is 'NaN'"], "expected a finite number", folder => folder.Replace("tim.csv", "1,5,0.5\n", "1,5,NaN\n"), UseCsv),
        new("CSV dump with rising scores", "tim.csv", ["line 3 (P01_11_0)", "score is 0.9"], "expected at most", folder => folder.Replace("tim.csv", "P01_11_0,2,0,0,0.3333333333333333", "P01_11_0,2,0,0,0.9"), UseCsv),
        new("CSV dump lacks a clip", "tim.csv", ["lacks 1 of the 12 clips asked for (P01_11_0)"], "expected all of them", folder => folder.Write("tim.csv", folder.Read("tim.csv").Replace("P01_11_0,", "P01_98_0,", StringComparison.Ordinal)), UseCsv),
        new("classes with a gap", "classes.csv", ["action classes are not 0.."], "Give one row per score column", folder => folder.Replace("classes.csv", "\n1,", "\n999,"), UsePickleAndClasses),
        new("classes with a class twice", "classes.csv", ["line 3", "the class 0:0 stands in an earlier row"], "expected each pair of verb and noun once", folder => folder.Replace("classes.csv", "\n1,0,1\n", "\n1,0,0\n"), UsePickleAndClasses),
        new("classes of a class outside the pool", "classes.csv", ["the class of score column 1, '96:299' is not among"], "--narrations", folder => folder.Replace("classes.csv", "\n1,0,1\n", "\n1,96,299\n"), UsePickleAndClasses),
        new("classes fewer than the dump's columns", Pickle, ["'action' has"], "Give the class order of this dump by --classes", folder =>
            folder.Write("classes.csv", "action_class,verb_class,noun_class\n0,0,0\n1,0,1\n"), UsePickleAndClasses),
    ];

    private static IEnumerable<MalformedInput> Pickles =>
    [
        new("pickle that runs a command", Pickle, ["at byte", "names the global posix.system"], "expected", folder => folder.Write(Pickle, Bytes("\x80\x02" + "cposix\nsystem\nX\x02\0\0\0id\x85R.")), UsePickle),
        new("pickle that imports by reduce", Pickle, ["at byte", "names the global builtins.eval"], "expected", folder => folder.Write(Pickle, PickleBuilder.Write(4, pickle => pickle.Global("builtins", "eval").Tuple(value => value.Text("1")).Raw("R"))), UsePickle),
        new("pickle of a torch tensor", Pickle, ["at byte", "names the global torch._utils._rebuild_tensor_v2"], "expected", folder => folder.Write(Pickle, PickleBuilder.Write(4, pickle => pickle.Global("torch._utils", "_rebuild_tensor_v2"))), UsePickle),
        new("pickle with a persistent id", Pickle, ["at byte", "BinPersistentId"], "expected", folder => folder.Write(Pickle, Bytes("\x80\x02K\x01Q.")), UsePickle),
        new("pickle that claims 10 GB of bytes", Pickle, ["at byte", "10,000,000,000 bytes are claimed"], "truncated", folder => folder.Write(Pickle, Bytes("\x80\x04\x8E\0\xE4\x0B\x54\x02\0\0\0.")), UsePickle),
        new("pickle that claims an array of 10 GB in 100 bytes", Pickle, ["at byte", "50000 x 50000 float32 claims 10,000,000,000 bytes"], "get it again", folder => folder.Write(Pickle, PickleBuilder.Write(4, pickle => pickle.Array("f4", [50_000, 50_000], new byte[4]))), UsePickle),
        new("pickle truncated", Pickle, ["at byte 1992: 11 bytes are claimed, but the file has 8 left"], "truncated", folder => folder.Truncate(Pickle, 2000), UsePickle),
        new("pickle of a list", Pickle, ["the pickle holds no dict"], "expected AVION's dict", folder => folder.Write(Pickle, Bytes("\x80\x02].")), UsePickle),
        new("pickle of other arrays", Pickle, ["the pickle has features"], "expected AVION's dict of probs and targets", folder => folder.Write(Pickle, PickleBuilder.Write(4, pickle => pickle.Dict(("features", value => value.None())))), UsePickle),
        new("TIM pickle without class order", Pickle, ["does not say which class each column"], "--classes", _ => { }, UsePickle),
        new("TIM pickle with a NaN", Pickle, ["row 11 (v_", "is NaN"], "expected", folder =>
        {
            var scores = folder.Scores;
            scores[^1] = float.NaN;
            folder.Write(Pickle, folder.Tim(scores: scores));
        }, UsePickleAndClasses),
        new("TIM pickle with a clip twice", Pickle, ["row 1: the id 'v_P01_11_0' stands in row 0"], "expected each clip once", folder => folder.Write(Pickle, folder.Tim(["v_P01_11_0", .. folder.Ids[..1].Concat(folder.Ids[2..]).Select(id => "v_" + id)])), UsePickleAndClasses),
        new("TIM pickle without a clip", Pickle, ["lacks 1 of the 12 clips asked for"], "expected all of them", folder => folder.Write(Pickle, folder.Tim([.. folder.Ids[..11].Append("P99_99_9").Select(id => "v_" + id)])), UsePickleAndClasses),
        new("AVION pickle misordered", "avion.pkl", ["row 0 (P01_11_0, ", "val.csv line 2)", "target is"], "expected the row's class '1:5'", folder => folder.Write("avion.pkl", folder.Avion(targets: [.. folder.Columns.Reverse()])), UseAvion),
        new("AVION pickle filtered", "avion.pkl", ["row 11 (", "val.csv line 13)", "the row is missing"], "expected one row per annotation", folder =>
            folder.Write("avion.pkl", folder.Avion(targets: folder.Columns[..11], scores: folder.Scores[..(11 * folder.Classes.Length)])), UseAvion),
        new("AVION pickle of other classes", "avion.pkl", ["'probs' has 6 columns"], "--narrations", folder => folder.Write("avion.pkl", folder.Avion(scores: new float[InputFolder.Clips * 6], columns: 6)), UseAvion),
    ];

    private static IEnumerable<MalformedInput> Zips =>
    [
        new("zip without test.json", "test.zip", ["no test.json"], "expected an EPIC-KITCHENS-100 submission", folder => Zip(folder, "archive/data.txt", "x"), UseZip),
        new("zip bomb", "test.zip", ["test.json unpacks to more than"], "expected at most 100 times its packed size", folder => Zip(folder, "test.json", "{\"results\":" + new string(' ', 20_000_000)), UseZip),
        new("zip truncated", "test.zip", ["the zip is malformed"], "Check that the file is complete", folder =>
        {
            Zip(folder, "test.json", folder.Read("submission.json"));
            folder.Truncate("test.zip", 200);
        }, UseZip),
    ];

    private static byte[] Bytes(string latin1) => Encoding.Latin1.GetBytes(latin1);

    private static void KeepRanks(InputFolder folder, int count)
    {
        var rows = Enumerable.Range(0, InputFolder.Clips).Select(row =>
            $"\"{row}\":{{\"predictions\":[\"{string.Join("\",\"", folder.Rankings[row].Take(count))}\"],\"target\":\"{folder.Targets[row]}\"}}");
        folder.Write(Json, $"{{{string.Join(',', rows)}}}");
    }

    private static void RemoveRow(InputFolder folder, int row)
    {
        var text = folder.Read(Json);
        var start = text.IndexOf($"\"{row}\":", StringComparison.Ordinal);
        var end = text.IndexOf($"\"{row + 1}\":", StringComparison.Ordinal);
        folder.Write(Json, text.Remove(start, end - start));
    }

    private static void Zip(InputFolder folder, string name, string text)
    {
        using var file = File.Create(folder["test.zip"]);
        using var zip = new ZipArchive(file, ZipArchiveMode.Create);
        using var entry = new StreamWriter(zip.CreateEntry(name).Open());
        entry.Write(text);
    }
}
