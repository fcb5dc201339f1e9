using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// Action scores as the product of verb and noun probabilities, over the classes that annotations know: P(verb) · P(noun)
/// over all pairs would propose actions that nobody has seen or named.
/// </summary>
internal sealed class ProductScores : ScoreRows
{
    private readonly List<(double[] Verbs, double[] Nouns)> _parts = [];
    private readonly double[] _row;
    private TopScores<double>? _best;

    public ProductScores(ActionClassIndex classes)
        : base(new ColumnClasses(classes))
    {
        Verbs = Needed(classes.Classes.Select(static entry => entry.Verb).ToArray());
        Nouns = Needed(classes.Classes.Select(static entry => entry.Noun).ToArray());
        _row = new double[Columns.Count];
    }

    /// <summary>Per verb class, whether a class of the pool has it.</summary>
    public IReadOnlyList<bool> Verbs { get; }

    /// <summary>Per noun class, whether a class of the pool has it.</summary>
    public IReadOnlyList<bool> Nouns { get; }

    /// <summary>Ranks one clip by its verb and noun probabilities.</summary>
    public ActionRanking Rank(double[] verbs, double[] nouns, int top, ActionClass truth)
    {
        _parts.Add((verbs, nouns));
        Read(_parts.Count - 1, _row);
        _best ??= new TopScores<double>(Math.Min(top, Columns.Count), Columns.TieOrder);
        _best.Rank(_row);
        return ScoreRanking.Create(this, _parts.Count - 1, _best, _row, truth);
    }

    protected override void Read(int row, Span<double> destination)
    {
        var (verbs, nouns) = _parts[row];
        for (var column = 0; column < destination.Length; column++)
        {
            var actionClass = Columns.Classes[column];
            destination[column] = verbs[actionClass.Verb] * nouns[actionClass.Noun];
        }
    }

    private static bool[] Needed(int[] ids)
    {
        var needed = new bool[ids.Max() + 1];
        foreach (var id in ids)
        {
            needed[id] = true;
        }

        return needed;
    }
}
