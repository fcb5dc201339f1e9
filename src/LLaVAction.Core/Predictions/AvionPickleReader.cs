using System.Globalization;
using LLaVAction.Annotations;
using LLaVAction.Predictions.Pickles;

namespace LLaVAction.Predictions;

/// <summary>
/// AVION's pickle: a dict of <c>logits</c> and <c>probs</c> (clips × classes) and <c>targets</c> (clips). Rows follow the
/// annotation CSV, columns the ordinal order of <c>verb:noun</c> over all annotations; ranked by <c>probs</c>. Nothing
/// but the targets tells whether the rows match, so every target is verified.
/// </summary>
internal static class AvionPickleReader
{
    /// <summary>Whether the dict is AVION's.</summary>
    public static bool Recognises(PickleDict dict) => dict.TryFind("targets", out _) || dict.TryFind("probs", out _);

    public static PredictionDump Read(PickleFile file, PickleDict dict, PredictionRequest request)
    {
        var arrays = new ScoreArrays(file, dict);
        var probabilities = arrays.Matrix("probs");
        var targets = arrays.Integers("targets");
        var columns = Columns(file, probabilities, request);
        if (targets.Length != probabilities.Shape[0])
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: 'targets' has {targets.Length} rows and 'probs' {probabilities.Shape[0]}, expected as many. The dump is incomplete; write it again."));
        }

        Verify(file, targets, columns, request.Annotations);
        var clips = request.Annotations.Clips;
        var asked = request.RowsAsked();
        var rankings = new ScoreMatrix(file, probabilities, "probs", columns).Rank(
            request.Top,
            row => asked[row] ? clips[row] : null,
            row => RowName(row, request.Annotations));
        return new PredictionDump(file.Path, PredictionFormat.AvionPickle, rankings) { Source = file };
    }

    private static ColumnClasses Columns(PickleFile file, PickleArray probabilities, PredictionRequest request)
    {
        if (request.Classes is { } order)
        {
            return order.Classes.Count == probabilities.Shape[1]
                ? ColumnClasses.From(order, request)
                : throw WrongCount(file, probabilities, order.Classes.Count, $"the classes of {order.Origin}", "Give the class order of this dump by --classes.");
        }

        var classes = request.Pool.Classes;
        return classes.Count == probabilities.Shape[1]
            ? new ColumnClasses(classes)
            : throw WrongCount(
                file,
                probabilities,
                classes.Count,
                $"the classes of {string.Join(", ", request.Pool.Paths)} in the order of their text",
                "Give all annotations the recogniser was trained on by --narrations, or the order of its columns by --classes.");
    }

    private static InputException WrongCount(PickleFile file, PickleArray array, int expected, string what, string next) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{file.Path}: 'probs' has {array.Shape[1]} columns, expected {expected}: {what}. {next}"));

    private static void Verify(PickleFile file, long[] targets, ColumnClasses columns, AnnotationFile annotations)
    {
        for (var row = 0; row < Math.Max(targets.Length, annotations.Clips.Count); row++)
        {
            if (row == annotations.Clips.Count)
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Path} row {row}: the dump has {targets.Length} rows, expected the {row} of {annotations.Path}. Give the file that the dump was made for as --annotations; choose rows by --ids or --limit."));
            }

            if (row == targets.Length)
            {
                throw new InputException($"{file.Path} {RowName(row, annotations)}: the row is missing, expected one row per annotation. Give the file that the dump was made for as --annotations.");
            }

            var truth = annotations.Clips[row].Class;
            if (columns.ColumnOf(truth) != targets[row])
            {
                var found = targets[row] >= 0 && targets[row] < columns.Count
                    ? columns.Classes[(int)targets[row]].ToString()
                    : "no class";
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Path} {RowName(row, annotations)}: target is {targets[row]} ('{found}'), expected the row's class '{truth}'. The dump was made for other or re-ordered annotations, or with other class columns: give its own file as --annotations, all its classes by --narrations, or its columns by --classes."));
            }
        }
    }

    private static string RowName(int row, AnnotationFile annotations) =>
        string.Create(CultureInfo.InvariantCulture, $"row {row} ({annotations.Clips[row].NarrationId}, {annotations.PlaceOf(row)})");
}
