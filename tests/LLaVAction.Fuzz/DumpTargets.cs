using System.Text.Json;
using LLaVAction.Epic;
using LLaVAction.Recognizers;
using LLaVAction.Testing;

namespace LLaVAction.Fuzz;

/// <summary>Every format of prediction dumps, over the clips of the golden pickles and of the demo.</summary>
internal static class DumpTargets
{
    private static readonly string[] Pickles =
    [
        "avion-numpy-core-p2-little-f4-C", "avion-numpy-_core-p5-little-f8-C", "avion-numpy-core-p4-big-f2-F",
        "tim-numpy-core-p3-little-f4-C", "tim-numpy-_core-p5-big-f4-C", "tim-numpy-core-p4-little-f4-C-ids-text",
    ];

    /// <summary>The readers.</summary>
    /// <param name="golden">The path of a golden.</param>
    public static IEnumerable<FuzzTarget> All(Func<string, string> golden)
    {
        var request = PickleGoldens.Request(JsonDocument.Parse(File.ReadAllBytes(golden("pickles/expected-numpy-core.json"))).RootElement, hasOwnOrder: true);
        foreach (var name in Pickles)
        {
            yield return Of("dump-" + name, FuzzTargets.Load(golden("pickles"), name + ".pkl"), name.StartsWith("tim", StringComparison.Ordinal) ? request : request with { Classes = null });
        }

        request = request with { Classes = null };
        var ids = request.Annotations.Clips.Select(static clip => clip.NarrationId).ToArray();
        var baseline = PickleBuilder.Write(4, pickle => pickle.Dict(
            ("verb_output", value => value.Array("f4", [ids.Length, 97], Scores(ids.Length * 97))),
            ("noun_output", value => value.Array("f4", [ids.Length, 300], Scores(ids.Length * 300))),
            ("narration_id", value => value.List([.. ids.Select(id => (Action<PickleBuilder>)(text => text.Text(id)))]))));
        yield return Of("dump-baseline", new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["dump.pkl"] = baseline }, request);
        yield return Of("dump-torch", new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["dump.pt"] = Torch(ids) }, request);
        yield return Of("dump-csv", FuzzTargets.Files(("dump.csv", "narration_id,rank,verb_class,noun_class,score\n" + string.Concat(ids.Select(static id => $"{id},1,0,2,0.75\n{id},2,0,0,0.25\n")))), request);
        yield return Of("dump-challenge", FuzzTargets.Files(("dump.json", Submission(ids))), request);
        yield return Of("dump-json", FuzzTargets.Files(("dump.json", Json(request, static (_, row) => $"{row}"))), request);
        yield return Of("dump-json-ids", FuzzTargets.Files(("dump.json", Json(request, static (clip, _) => clip.NarrationId))), request);
        yield return FuzzTargets.Of("classes", FuzzTargets.Files(("classes.csv", "action_class,verb_class,noun_class\n0,0,2\n1,10,1\n")), ["classes.csv"], static folder => ScoreColumns(folder));
    }

    private static void ScoreColumns(string folder) => ClassOrder.Read(FuzzTargets.In(folder, "classes.csv"));

    private static FuzzTarget Of(string name, IReadOnlyDictionary<string, byte[]> files, PredictionRequest request) => FuzzTargets.Of(name, files, [.. files.Keys], folder =>
    {
        using var dump = PredictionDumpReader.Read(FuzzTargets.In(folder, files.Keys.First()), request);
        foreach (var ranking in dump.Rankings.Values)
        {
            _ = ranking.ToArray();
        }
    });

    private static byte[] Torch(string[] ids) => TorchZip.Write(
        pickle => pickle.Dict(
            ("verb_output", value => value.Tensor("0", ids.Length * 97, 0, [ids.Length, 97], [97, 1])),
            ("noun_output", value => value.Tensor("1", ids.Length * 300, 0, [ids.Length, 300], [300, 1])),
            ("narration_id", value => value.List([.. ids.Select(id => (Action<PickleBuilder>)(text => text.Text(id)))]))),
        ("0", Scores(ids.Length * 97)),
        ("1", Scores(ids.Length * 300)));

    // Logits that are not all equal.
    private static byte[] Scores(int count) => [.. Enumerable.Range(0, count).SelectMany(static i => BitConverter.GetBytes(i * 7 % 31 / 8f))];

    private static string Submission(string[] ids) =>
        "{\"version\":\"0.2\",\"challenge\":\"action_recognition\",\"sls_pt\":2,\"sls_tl\":3,\"sls_td\":3,\"results\":{"
        + string.Join(',', ids.Select(static id => $$"""
            "{{id}}":{"verb":{"0":1.5,"1":0.5},"noun":{"2":2.5,"3":0},"action":{"0,2":4.25,"0,0":0.125} }
            """)) + "}}";

    private static string Json(PredictionRequest request, Func<ClipAnnotation, int, string> key) =>
        "{" + string.Join(',', request.Annotations.Clips.Select((clip, row) => $$"""
            "{{key(clip, row)}}":{"predictions":["{{clip.Class}}","{{(clip.Class == new ActionClass(0, 2) ? "0:10" : "0:2")}}"],"target":"{{clip.Class}}"}
            """)) + "}";
}
