using System.Globalization;
using System.Text;
using System.Text.Json;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>
/// The inputs of <c>build-benchmark</c> in a folder that a test may spoil: twelve clips of the synthetic kitchen, its
/// other rows as further narrations, class files, and one recogniser's rankings in every format of a dump.
/// </summary>
internal sealed class InputFolder : IDisposable
{
    public const int Clips = 12;
    private readonly TemporaryFolder _folder = new();

    public InputFolder()
    {
        var demo = Path.Combine(Repository.Root, "data", "demo");
        string Annotations(string name) => File.ReadAllText(Path.Combine(demo, "annotations", name));
        var rows = Annotations("EPIC_100_validation.csv").Split('\n');
        Header = rows[0];
        Write("val.csv", string.Join('\n', rows.Take(1 + Clips)) + "\n");
        Write("train.csv", Annotations("EPIC_100_train.csv"));
        Write("rest.csv", string.Join('\n', rows.Take(1).Concat(rows.Skip(1 + Clips))));
        Write("verbs.csv", Annotations("EPIC_100_verb_classes.csv"));
        Write("nouns.csv", Annotations("EPIC_100_noun_classes_v2.csv"));
        Ids = [.. rows.Skip(1).Take(Clips).Select(row => row[..row.IndexOf(',', StringComparison.Ordinal)])];
        Targets = [.. rows.Skip(1).Take(Clips).Select(ClassOf)];
        Classes =
        [
            .. rows.Skip(1).Concat(Annotations("EPIC_100_train.csv").Split('\n').Skip(1))
                .Where(row => row.Length > 0).Select(ClassOf).Distinct().Order(StringComparer.Ordinal),
        ];
        using var dump = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(demo, "predictions", "tim_pred_ids_val.json")));
        Rankings =
        [
            .. Enumerable.Range(0, Clips).Select(row => dump.RootElement.GetProperty(row.ToString(CultureInfo.InvariantCulture))
                .GetProperty("predictions").EnumerateArray().Select(text => text.GetString()!).ToArray()),
        ];
        WriteDumps();
    }

    /// <summary>Header of the annotation CSVs.</summary>
    public string Header { get; }

    /// <summary>Narration ids of the clips, in the order of <c>val.csv</c>.</summary>
    public string[] Ids { get; }

    /// <summary>The class of each clip.</summary>
    public string[] Targets { get; }

    /// <summary>The classes of the pool, in the order of their text.</summary>
    public string[] Classes { get; }

    /// <summary>The dump's classes of each clip, best first.</summary>
    public string[][] Rankings { get; }

    /// <summary>Scores of all classes for each clip, row by row, that order them as <see cref="Rankings"/> does.</summary>
    public float[] Scores => [.. Rankings.SelectMany(ranking => Classes.Select(entry =>
        Array.IndexOf(ranking, entry) is var rank and >= 0 ? 1f / (2 + rank) : 0f))];

    /// <summary>Where a benchmark goes.</summary>
    public string Output => _folder["mqa"];

    public string this[string name] => _folder[name];

    public void Dispose() => _folder.Dispose();

    public string Write(string name, string text) => _folder.Write(name, text);

    public void Write(string name, byte[] bytes) => File.WriteAllBytes(_folder[name], bytes);

    public string Read(string name) => File.ReadAllText(_folder[name]);

    /// <summary>Replaces the first occurrence of a text, which has to be there.</summary>
    public void Replace(string name, string old, string replacement)
    {
        var text = Read(name);
        var place = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(place >= 0, $"'{old}' is not in {name}");
        Write(name, string.Concat(text.AsSpan(0, place), replacement, text.AsSpan(place + old.Length)));
    }

    /// <summary>Changes a field of a row of an annotation CSV without quoted commas before it; row 0 is the first clip.</summary>
    public void SetField(string name, int row, string column, string value)
    {
        var lines = Read(name).Split('\n');
        var cells = lines[row + 1].Split(',');
        cells[Array.IndexOf(Header.Split(','), column)] = value;
        lines[row + 1] = string.Join(',', cells);
        Write(name, string.Join('\n', lines));
    }

    /// <summary>Cuts a file to its first bytes.</summary>
    public void Truncate(string name, int bytes) => Write(name, File.ReadAllBytes(_folder[name])[..bytes]);

    /// <summary>
    /// Arguments of <c>build-benchmark</c> with one set from a dump; those given win over the usual ones, and one given
    /// without a value leaves the usual one out.
    /// </summary>
    public string[] Build(params string[] more)
    {
        string[][] usual =
        [
            ["--annotations", _folder["val.csv"]],
            ["--narrations", _folder["train.csv"], "--narrations", _folder["rest.csv"]],
            ["--verb-classes", _folder["verbs.csv"]],
            ["--noun-classes", _folder["nouns.csv"]],
            ["--strategy", $"tim={_folder["tim.json"]}"],
            ["--output", Output],
        ];
        string[] all = [.. usual.Where(option => !more.Contains(option[0])).SelectMany(option => option), .. more];
        return ["build-benchmark", .. all.Where((argument, place) => argument.Length > 0 && !(place + 1 < all.Length && all[place + 1].Length == 0))];
    }

    /// <summary>Builds a benchmark, which has to succeed.</summary>
    public async Task BuildAsync(params string[] more)
    {
        var result = await CliHost.RunAsync(Build(more));
        Assert.True(result.ExitCode == 0, result.Error);
    }

    /// <summary>AVION's pickle of these clips; columns in the order of the classes' text.</summary>
    public byte[] Avion(long[]? targets = null, float[]? scores = null, int? columns = null) => PickleBuilder.Write(4, pickle => pickle.Dict(
        ("logits", value => value.Array("f4", [1, 1], new byte[4])),
        ("probs", value => value.Array("f4", [(scores ?? Scores).Length / (columns ?? Classes.Length), columns ?? Classes.Length], BytesOf(scores ?? Scores))),
        ("targets", value => value.Array("i8", [(targets ?? Columns).Length], BytesOf(targets ?? Columns)))));

    /// <summary>TIM's pickle of these clips.</summary>
    public byte[] Tim(string[]? ids = null, float[]? scores = null, string[]? classes = null) => PickleBuilder.Write(4, pickle => pickle.Dict(
    [
        ("action", value => value.Array("f4", [Clips, Classes.Length], BytesOf(scores ?? Scores))),
        ("v_narration_ids", value => value.ObjectArray(ids ?? [.. Ids.Select(id => "v_" + id)])),
        .. classes is null ? Array.Empty<(string, Action<PickleBuilder>)>() : [("classes", value => value.ObjectArray(classes))],
    ]));

    /// <summary>The column of each clip's class.</summary>
    public long[] Columns => [.. Targets.Select(target => (long)Array.IndexOf(Classes, target))];

    private static byte[] BytesOf<T>(T[] values)
        where T : struct => System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(values).ToArray();

    private static string ClassOf(string row)
    {
        var cells = row.Split(',');
        return $"{cells[10]}:{cells[12]}";
    }

    private void WriteDumps()
    {
        var json = new StringBuilder();
        var submission = new StringBuilder();
        var csv = new StringBuilder("narration_id,rank,verb_class,noun_class,score\n");
        for (var row = 0; row < Clips; row++)
        {
            var ranking = Rankings[row];
            json.Append(CultureInfo.InvariantCulture, $",\"{row}\":{{\"predictions\":[\"{string.Join("\",\"", ranking)}\"],\"target\":\"{Targets[row]}\"}}");
            var actions = ranking.Select((entry, rank) => $"\"{entry.Replace(':', ',')}\":{Score(rank)}");
            submission.Append(CultureInfo.InvariantCulture, $",\"{Ids[row]}\":{{\"verb\":{{\"0\":1}},\"noun\":{{\"0\":1}},\"action\":{{{string.Join(',', actions)}}}}}");
            for (var rank = 0; rank < ranking.Length; rank++)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{Ids[row]},{rank + 1},{ranking[rank].Replace(':', ',')},{Score(rank)}\n");
            }
        }

        Write("tim.json", $"{{{json.ToString(1, json.Length - 1)}}}");
        Write("submission.json", $"{{\"version\":\"0.2\",\"challenge\":\"action_recognition\",\"results\":{{{submission.ToString(1, submission.Length - 1)}}}}}");
        Write("tim.csv", csv.ToString());
        Write("avion.pkl", Avion());
        Write("tim.pkl", Tim());
        Write("classes.csv", "action_class,verb_class,noun_class\n" + string.Concat(Classes.Select((entry, column) => $"{column},{entry.Replace(':', ',')}\n")));
    }

    private static string Score(int rank) => (1.0 / (2 + rank)).ToString("R", CultureInfo.InvariantCulture);
}
