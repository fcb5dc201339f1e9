using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>
/// The score pickles of EPIC-KITCHENS' own baselines (C1-Action-Recognition, epic-kitchens-slowfast): <c>verb_output</c>
/// (clips × 97), <c>noun_output</c> (clips × 300) and <c>narration_id</c>, as one dict of stacked arrays or as a list of one
/// dict per clip. Scores that are no probabilities in some row are logits, and are put through softmax. An action's score is
/// the product of its verb's and its noun's, over the classes of the pool.
/// </summary>
internal static class BaselinePickleReader
{
    private const string Ids = "narration_id";
    private const double SumTolerance = 0.02;

    public static bool Recognises(object? value) => value switch
    {
        PickleDict dict => dict.Has("verb_output") || dict.Has("noun_output"),
        PickleList { Items: [PickleDict first, ..] } => Recognises(first),
        _ => false,
    };

    public static PredictionDump Read(PickleFile file, object value, PredictionRequest request)
    {
        var rows = value is PickleList list ? Listed(file, list) : Stacked(file, (PickleDict)value);
        var asked = request.ClipsAsked();
        var table = new ProductTable(request.Pool.Classes);
        var verbs = Probabilities(file, "verb_output", rows.Verbs, table.Verbs);
        var nouns = Probabilities(file, "noun_output", rows.Nouns, table.Nouns);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var rankings = new Dictionary<string, ActionRanking>(StringComparer.Ordinal);
        for (var row = 0; row < rows.Ids.Count; row++)
        {
            var id = rows.Ids[row];
            var place = FormattableString.Invariant($"{file.Path} row {row} ({id})");
            if (!seen.TryAdd(id, row))
            {
                throw new InputException(FormattableString.Invariant($"{place}: the id stands in row {seen[id]} already, expected each clip once."));
            }

            if (asked.TryGetValue(id, out var clip))
            {
                rankings.Add(id, table.Rank(verbs[row], nouns[row], request.Top, clip.Class, place));
            }
        }

        DumpErrors.RequireAll(file.Path, rankings, request);
        return new PredictionDump(file.Path, PredictionFormat.BaselinePickle, rankings) { Source = file };
    }

    private static Rows Stacked(PickleFile file, PickleDict dict)
    {
        var arrays = new PickledArrays(file, dict);
        var ids = arrays.Texts(Ids);
        return new Rows(ids, Matrix("verb_output"), Matrix("noun_output"));

        double[][] Matrix(string name)
        {
            var array = arrays.Matrix(name);
            if (array.Shape[0] != ids.Count)
            {
                throw new InputException(FormattableString.Invariant(
                    $"{file.Path}: '{Ids}' has {ids.Count} entries and '{name}' {array.Shape[0]} rows, expected as many. The dump is incomplete; write it again."));
            }

            return [.. new ArrayContent(file, array).Numbers().Chunk((int)array.Shape[1])];
        }
    }

    private static Rows Listed(PickleFile file, PickleList list)
    {
        var clips = list.Items.Select((item, row) => new PickledArrays(file, item as PickleDict
            ?? throw new InputException(FormattableString.Invariant($"{file.Path} row {row}: no dict, expected one dict per clip with verb_output, noun_output and {Ids}.")))).ToArray();
        return new Rows(
            [.. clips.Select(static clip => clip.SingleText(Ids))],
            [.. clips.Select(static clip => clip.Vector("verb_output"))],
            [.. clips.Select(static clip => clip.Vector("noun_output"))]);
    }

    private static double[][] Probabilities(PickleFile file, string name, double[][] rows, IReadOnlyList<bool> needed)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row].Length < needed.Count || rows[row].Length != rows[0].Length)
            {
                throw new InputException(FormattableString.Invariant(
                    $"{file.Path} row {row}: '{name}' has {rows[row].Length} classes, expected the same number in every row and at least {needed.Count}, those of the annotations."));
            }

            if (Array.FindIndex(rows[row], static score => !double.IsFinite(score)) is >= 0 and var column)
            {
                throw new InputException(FormattableString.Invariant(
                    $"{file.Path} row {row}: {name} of class {column} is {rows[row][column]}, expected a finite number. The recogniser failed on this clip; run it again."));
            }
        }

        return Array.TrueForAll(rows, static row => row.Min() >= 0 && Math.Abs(row.Sum() - 1) <= SumTolerance)
            ? rows
            : Array.ConvertAll(rows, Softmax);
    }

    private static double[] Softmax(double[] logits)
    {
        var most = logits.Max();
        var powers = Array.ConvertAll(logits, logit => Math.Exp(logit - most));
        var sum = powers.Sum();
        return Array.ConvertAll(powers, power => power / sum);
    }

    private sealed record Rows(IReadOnlyList<string> Ids, double[][] Verbs, double[][] Nouns);
}
