using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>
/// TIM's features pickle: a dict with <c>action</c> (clips × classes) and <c>v_narration_ids</c>, each id prefixed
/// <c>v_</c>, in any order. Its columns follow TIM's own numbering of actions, which comes from <c>--classes</c> or, where
/// the dump has them, from its <c>classes</c> (texts <c>verb:noun</c>).
/// </summary>
internal static class TimPickleReader
{
    private const string Ids = "v_narration_ids";
    private const string Prefix = "v_";

    public static bool Recognises(PickleDict dict) => dict.Has(Ids);

    public static PredictionDump Read(PickleFile file, PickleDict dict, PredictionRequest request)
    {
        var arrays = new PickledArrays(file, dict);
        var scores = arrays.Matrix("action");
        var ids = arrays.Texts(Ids);
        if (ids.Count != scores.Shape[0])
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: '{Ids}' has {ids.Count} entries and 'action' {scores.Shape[0]} rows, expected as many. The dump is incomplete; write it again."));
        }

        var columns = ScoreColumns.From(Order(file, arrays, scores, request), request);
        var clips = ClipsOfRows(file, ids, request);
        var rankings = PickledTable.RankAll(
            file, scores, "action", columns, tieBreaks: null, clips, request.Top, row => string.Create(CultureInfo.InvariantCulture, $"{file.Path} row {row} ({ids[row]})"));
        DumpErrors.RequireAll(file.Path, rankings, request);
        return new PredictionDump(file.Path, PredictionFormat.TimPickle, rankings) { Source = file };
    }

    private static ClassOrder Order(PickleFile file, PickledArrays arrays, PickleArray scores, PredictionRequest request)
    {
        var order = request.Classes ?? OwnOrder(file, arrays);
        return order.Classes.Count == scores.Shape[1]
            ? order
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: 'action' has {scores.Shape[1]} columns, expected {order.Classes.Count}: the classes of {order.Origin}. Give the class order of this dump by --classes."));
    }

    private static ClassOrder OwnOrder(PickleFile file, PickledArrays arrays)
    {
        if (!arrays.Has("classes"))
        {
            throw new InputException(
                $"{file.Path}: the dump does not say which class each column of 'action' is. Give TIM's numbering by --classes, "
                + "a CSV of action_class,verb_class,noun_class made from TIM's annotation pickles.");
        }

        var classes = new List<ActionClass>();
        var distinct = new HashSet<ActionClass>();
        foreach (var text in arrays.Texts("classes"))
        {
            if (!ActionClass.TryParse(text, out var actionClass) || actionClass.Verb > ActionClass.Maximum
                || actionClass.Noun > ActionClass.Maximum || !distinct.Add(actionClass))
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Path}: 'classes' row {classes.Count} is no new class, expected texts such as '0:2', each once."));
            }

            classes.Add(actionClass);
        }

        return new ClassOrder($"{file.Path} 'classes'", classes);
    }

    // The clip of each row; null where it is not asked for.
    private static ClipAnnotation?[] ClipsOfRows(PickleFile file, IReadOnlyList<string> ids, PredictionRequest request)
    {
        var asked = request.ClipsAsked();
        var rows = new Dictionary<string, int>(ids.Count, StringComparer.Ordinal);
        var clips = new ClipAnnotation?[ids.Count];
        for (var row = 0; row < ids.Count; row++)
        {
            var id = ids[row].StartsWith(Prefix, StringComparison.Ordinal) ? ids[row][Prefix.Length..] : ids[row];
            if (!rows.TryAdd(id, row))
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file.Path} row {row}: the id '{ids[row]}' stands in row {rows[id]} already, expected each clip once."));
            }

            clips[row] = asked.GetValueOrDefault(id);
        }

        return clips;
    }
}
