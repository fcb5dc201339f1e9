using LLaVAction.Epic;
using LLaVAction.Files;

namespace LLaVAction.Recognizers;

/// <summary>Which class each score column of a dump stands for.</summary>
/// <param name="Origin">Where the order comes from, for messages.</param>
/// <param name="Classes">The class of each column; distinct.</param>
public sealed record ClassOrder(string Origin, IReadOnlyList<ActionClass> Classes)
{
    /// <summary>
    /// Reads the CSV of <c>--classes</c>: columns <c>action_class,verb_class,noun_class</c>, rows in any order, the
    /// action classes 0..n−1.
    /// </summary>
    /// <exception cref="InputException">The file cannot be read, or a number or class is missing or repeated.</exception>
    public static ClassOrder Read(string path)
    {
        using var table = CsvTable.Open(path, "a class order CSV with action_class,verb_class,noun_class", "action_class", "verb_class", "noun_class");
        var rows = new SortedDictionary<int, ActionClass>();
        var distinct = new HashSet<ActionClass>();
        while (table.Read())
        {
            var actionClass = new ActionClass(table.Integer(1, 0, ActionClass.Maximum), table.Integer(2, 0, ActionClass.Maximum));
            if (!rows.TryAdd(table.Integer(0), actionClass))
            {
                throw table.FieldError(0, "each action class once");
            }

            if (!distinct.Add(actionClass))
            {
                throw table.Error($"the class {actionClass} stands in an earlier row already, expected each pair of verb and noun once.");
            }
        }

        var missing = rows.Keys.Where(static (number, position) => number != position).Take(1).ToArray();
        return rows.Count > 0 && missing.Length == 0
            ? new ClassOrder(path, rows.Values.ToArray())
            : throw new InputException(FormattableString.Invariant(
                $"{path}: the {rows.Count} action classes are not 0..{Math.Max(rows.Count - 1, 0)} without gaps (a row has {(missing.Length > 0 ? missing[0] : 0)}). Give one row per score column."));
    }
}

/// <summary>The classes of score columns, and their order among equal scores: that of the text <c>verb:noun</c>.</summary>
internal sealed class ScoreColumns
{
    private readonly ActionClassIndex _index;
    private readonly int[] _columns;

    // Columns in any order; the classes are distinct.
    public ScoreColumns(IReadOnlyList<ActionClass> classes)
    {
        Classes = classes;
        _index = new ActionClassIndex(classes);
        _columns = new int[classes.Count];
        TieOrder = new int[classes.Count];
        for (var column = 0; column < TieOrder.Length; column++)
        {
            TieOrder[column] = _index.IndexOf(classes[column]);
            _columns[TieOrder[column]] = column;
        }
    }

    public IReadOnlyList<ActionClass> Classes { get; }

    public int Count => Classes.Count;

    public int[] TieOrder { get; }

    // The column of a class, or −1.
    public int ColumnOf(ActionClass actionClass)
    {
        var position = _index.IndexOf(actionClass);
        return position < 0 ? -1 : _columns[position];
    }

    /// <summary>The columns of a dump, each of them a class of the pool.</summary>
    /// <exception cref="InputException">A column stands for a class that is not in the pool.</exception>
    public static ScoreColumns From(ClassOrder order, PredictionRequest request)
    {
        for (var column = 0; column < order.Classes.Count; column++)
        {
            if (!request.Pool.Classes.Contains(order.Classes[column]))
            {
                throw new InputException(FormattableString.Invariant(
                    $"{order.Origin}: {DumpErrors.UnknownClass(FormattableString.Invariant($"the class of score column {column},"), order.Classes[column], request)}"));
            }
        }

        return new ScoreColumns(order.Classes);
    }
}
