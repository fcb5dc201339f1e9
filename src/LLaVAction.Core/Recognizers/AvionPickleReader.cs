using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>
/// AVION's pickle: a dict of <c>logits</c> and <c>probs</c> (clips × classes) and <c>targets</c> (clips). Rows follow the
/// annotation CSV, columns the ordinal order of <c>verb:noun</c> over all annotations; ranked by <c>probs</c>, equal ones by
/// <c>logits</c>, which half precision keeps apart longer; by <c>logits</c> alone where there is nothing else. Nothing but
/// the targets tells whether the rows match, so every target is verified.
/// </summary>
internal static class AvionPickleReader
{
    public static bool Recognises(PickleDict dict) => dict.Has("targets") || dict.Has("probs") || dict.Has("logits");

    public static PredictionDump Read(PickleFile file, PickleDict dict, PredictionRequest request)
    {
        var arrays = new PickledArrays(file, dict);
        var name = arrays.Has("probs") || !arrays.Has("logits") ? "probs" : "logits";
        var scores = arrays.Matrix(name);
        var targets = arrays.Integers("targets");
        if (targets.Length != scores.Shape[0])
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: 'targets' has {targets.Length} rows and '{name}' {scores.Shape[0]}, expected as many. The dump is incomplete; write it again."));
        }

        var columns = Columns(file, name, (int)scores.Shape[1], targets, request);
        var asked = request.RowsAsked();
        var rankings = PickledTable.RankAll(
            file, scores, name, columns, name == "probs" ? TieBreaks(dict, scores) : null,
            [.. request.Annotations.Clips.Select((clip, row) => asked[row] ? clip : null)],
            request.Top,
            row => $"{file.Path} {RowName(row, request.Annotations)}");
        return new PredictionDump(file.Path, PredictionFormat.AvionPickle, rankings) { Source = file };
    }

    private static PickleArray? TieBreaks(PickleDict dict, PickleArray scores) =>
        dict.Find("logits") is PickleArray { Type.Kind: 'f' } logits && logits.Shape.SequenceEqual(scores.Shape) ? logits : null;

    // The columns are in the order of their text, or in that of '--classes', which may be meant for another dump of the same run:
    // the targets decide.
    private static ScoreColumns Columns(PickleFile file, string name, int count, long[] targets, PredictionRequest request)
    {
        InputException? disagreement = null;
        if (request.Pool.Classes.Count == count)
        {
            var columns = new ScoreColumns(request.Pool.Classes.Classes);
            disagreement = Disagreement(file, targets, columns, request.Annotations);
            if (disagreement is null)
            {
                return columns;
            }
        }

        if (request.Classes is { } order && order.Classes.Count == count)
        {
            var columns = ScoreColumns.From(order, request);
            var second = Disagreement(file, targets, columns, request.Annotations);
            if (second is null)
            {
                return columns;
            }

            disagreement ??= second;
        }

        throw disagreement ?? WrongCount(file, name, count, request);
    }

    private static InputException WrongCount(PickleFile file, string name, int count, PredictionRequest request)
    {
        var alternative = request.Classes is { } order ? FormattableString.Invariant($", or {order.Classes.Count}, those of {order.Origin}") : string.Empty;
        return new InputException(FormattableString.Invariant(
            $"{file.Path}: '{name}' has {count} columns, expected {request.Pool.Classes.Count}, the classes of {string.Join(", ", request.Pool.Paths)} in the order of their text{alternative}. Give all annotations the recogniser was trained on by --narrations, or the order of its columns by --classes."));
    }

    // The first row whose target is not the class of its annotation, as an error; null where all agree.
    private static InputException? Disagreement(PickleFile file, long[] targets, ScoreColumns columns, AnnotationFile annotations)
    {
        var clips = annotations.Clips;
        for (var row = 0; row < Math.Min(targets.Length, clips.Count); row++)
        {
            var truth = clips[row].Class;
            if (columns.ColumnOf(truth) != targets[row])
            {
                var found = targets[row] >= 0 && targets[row] < columns.Count ? columns.Classes[(int)targets[row]].ToString() : "no class";
                return new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Path} {RowName(row, annotations)}: target is {targets[row]} ('{found}'), expected the row's class '{truth}'. The dump was made for other or re-ordered annotations, or with other class columns: give its own file as --annotations, all its classes by --narrations, or its columns by --classes."));
            }
        }

        return targets.Length == clips.Count ? null
            : targets.Length < clips.Count ? new InputException(
                $"{file.Path} {RowName(targets.Length, annotations)}: the row is missing, expected one row per annotation. Give the file that the dump was made for as --annotations.")
            : new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path} row {clips.Count}: the dump has {targets.Length} rows, expected the {clips.Count} of {annotations.Path}. Give the file that the dump was made for as --annotations; choose rows by --ids or --limit."));
    }

    private static string RowName(int row, AnnotationFile annotations) =>
        string.Create(CultureInfo.InvariantCulture, $"row {row} ({annotations.Clips[row].NarrationId}, {annotations.PlaceOf(row)})");
}
