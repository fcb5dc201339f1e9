using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>The classes of score columns, and their order among equal scores: that of the text <c>verb:noun</c>.</summary>
internal sealed class ColumnClasses
{
    private readonly ActionClassIndex _index;
    private readonly int[]? _columnOfIndex;

    /// <summary>Columns in the order of an index.</summary>
    public ColumnClasses(ActionClassIndex classes)
    {
        Classes = classes.Classes;
        _index = classes;
    }

    /// <summary>Columns in any order; the classes are distinct.</summary>
    public ColumnClasses(IReadOnlyList<ActionClass> classes)
    {
        Classes = classes;
        _index = new ActionClassIndex(classes);
        var order = new int[classes.Count];
        var columns = new int[classes.Count];
        var isSorted = true;
        for (var column = 0; column < order.Length; column++)
        {
            order[column] = _index.IndexOf(classes[column]);
            columns[order[column]] = column;
            isSorted &= order[column] == column;
        }

        TieOrder = isSorted ? null : order;
        _columnOfIndex = isSorted ? null : columns;
    }

    /// <summary>The class of each column.</summary>
    public IReadOnlyList<ActionClass> Classes { get; }

    /// <summary>How many columns there are.</summary>
    public int Count => Classes.Count;

    /// <summary>The place of each column among equal scores; null where the columns are in that order already.</summary>
    public int[]? TieOrder { get; }

    /// <summary>The column of a class, or −1.</summary>
    public int ColumnOf(ActionClass actionClass)
    {
        var position = _index.IndexOf(actionClass);
        return position < 0 || _columnOfIndex is null ? position : _columnOfIndex[position];
    }

    /// <summary>
    /// The columns of a dump: those of <c>--classes</c>, else the dump's own, each of them a class of the pool.
    /// </summary>
    /// <exception cref="InputException">A column stands for a class that is not in the pool.</exception>
    public static ColumnClasses From(ClassOrder order, PredictionRequest request)
    {
        for (var column = 0; column < order.Classes.Count; column++)
        {
            if (!request.Pool.Classes.Contains(order.Classes[column]))
            {
                throw new InputException(FormattableString.Invariant(
                    $"{order.Origin}: {DumpErrors.UnknownClass(FormattableString.Invariant($"the class of score column {column},"), order.Classes[column], request)}"));
            }
        }

        return new ColumnClasses(order.Classes);
    }
}
