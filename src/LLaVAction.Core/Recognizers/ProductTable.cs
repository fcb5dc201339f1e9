using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// Action scores as the product of verb and noun probabilities, over the classes that annotations know: P(verb) · P(noun)
/// over all pairs would propose actions that nobody has seen or named.
/// </summary>
internal sealed class ProductTable(ActionClassIndex classes) : ScoreTable<double>(new ScoreColumns(classes.Classes), "verb times noun")
{
    private readonly List<(double[] Verbs, double[] Nouns)> _parts = [];
    private readonly ScoreRow<double> _scratch = new(new ScoreColumns(classes.Classes));

    public IReadOnlyList<bool> Verbs { get; } = Needed(classes.Classes.Select(static entry => entry.Verb).ToArray());

    public IReadOnlyList<bool> Nouns { get; } = Needed(classes.Classes.Select(static entry => entry.Noun).ToArray());

    /// <summary>Ranks one clip by its verb and noun probabilities, each as long as the pool needs or longer.</summary>
    /// <exception cref="InputException">All products are equal.</exception>
    public ActionRanking Rank(double[] verbs, double[] nouns, int top, ActionClass truth, string place)
    {
        _parts.Add((verbs, nouns));
        return Rank(_parts.Count - 1, top, truth, _scratch, () => place);
    }

    protected override void Read(int row, ScoreRow<double> scratch)
    {
        var scores = scratch.Scores;
        var (verbs, nouns) = _parts[row];
        for (var column = 0; column < scores.Length; column++)
        {
            var actionClass = Columns.Classes[column];
            scores[column] = verbs[actionClass.Verb] * nouns[actionClass.Noun];
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
