using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Files;

namespace LLaVAction.Recognizers;

/// <summary>
/// Our own CSV: <c>narration_id,rank,verb_class,noun_class,score</c>, rows in any order, ranks 1..n without gaps for each
/// clip. The column <c>score</c> may be missing or empty.
/// </summary>
internal static class PredictionCsvReader
{
    private const int NarrationId = 0;
    private const int Rank = 1;
    private const int Verb = 2;
    private const int Noun = 3;
    private const int Score = 4;

    private static readonly string[] Required = ["narration_id", "rank", "verb_class", "noun_class"];

    public static PredictionDump Read(string path, ReadOnlyMemory<byte> text, PredictionRequest request)
    {
        using var table = CsvTable.Open(path, text, Required, ["score"]);
        var asked = request.ClipsAsked();
        var entries = new Dictionary<string, List<Entry>>(StringComparer.Ordinal);
        while (table.Read())
        {
            var id = table.RequiredText(NarrationId);
            var entry = ReadEntry(table, request);
            if (asked.ContainsKey(id))
            {
                if (!entries.TryGetValue(id, out var list))
                {
                    entries.Add(id, list = []);
                }

                list.Add(entry);
            }
        }

        var rankings = new Dictionary<string, ActionRanking>(entries.Count, StringComparer.Ordinal);
        foreach (var (id, list) in entries)
        {
            rankings.Add(id, ToRanking(path, id, list));
        }

        DumpErrors.RequireAll(path, rankings, request);
        return new PredictionDump(path, PredictionFormat.Csv, rankings);
    }

    private static Entry ReadEntry(CsvTable table, PredictionRequest request)
    {
        var actionClass = new ActionClass(table.Integer(Verb, 0, ActionClass.Maximum), table.Integer(Noun, 0, ActionClass.Maximum));
        if (!request.Pool.Classes.Contains(actionClass))
        {
            throw table.Error(DumpErrors.UnknownClass("the class", actionClass, request));
        }

        double? score = table.Has(Score) && !table.Span(Score).IsEmpty ? table.Number(Score) : null;
        return new Entry(table.Integer(Rank, 1), new RankedAction(actionClass, score), table.Line);
    }

    private static ActionRanking ToRanking(string path, string id, List<Entry> entries)
    {
        entries.Sort(static (left, right) => left.Rank != right.Rank ? left.Rank.CompareTo(right.Rank) : left.Line.CompareTo(right.Line));
        var classes = new HashSet<ActionClass>();
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (entry.Rank != i + 1)
            {
                throw Error(path, id, entry, string.Create(
                    CultureInfo.InvariantCulture,
                    $"rank is {entry.Rank}, expected {i + 1}: the ranks of a clip are 1..n, each once."));
            }

            if (!classes.Add(entry.Action.Class))
            {
                throw Error(path, id, entry, $"the class '{entry.Action.Class}' has a better rank already, expected each class once.");
            }

            if (i > 0 && entry.Action.Score > entries[i - 1].Action.Score)
            {
                throw Error(path, id, entry, string.Create(
                    CultureInfo.InvariantCulture,
                    $"score is {entry.Action.Score}, expected at most the {entries[i - 1].Action.Score} of rank {i}. Rank by falling score, or leave the scores out."));
            }
        }

        return ActionRanking.FromList(entries.Select(static entry => entry.Action).ToArray());
    }

    private static InputException Error(string path, string id, Entry entry, string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{path} line {entry.Line} ({id}): {message}"));

    private readonly record struct Entry(int Rank, RankedAction Action, int Line);
}
