using LLaVAction.Statistics;
using LLaVAction.Tables;

namespace LLaVAction.Comparison;

/// <summary>What each variant of an ablation is compared with.</summary>
public enum AblationShape
{
    /// <summary>The variant before it: each adds one thing (the paper's table 3).</summary>
    BuildUp,

    /// <summary>The first: each leaves one thing out of it (the paper's table 7).</summary>
    LeaveOneOut,
}

/// <summary>A variant of an ablation: a run, and how its training stands to each set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Run">The run's folder.</param>
/// <param name="RelationTo">Strategy of a set → <c>iid</c> where the same teacher ranked the distractors of training and set, else <c>ood</c>; null where it is not trained here, or on other rows.</param>
public sealed record AblationVariant(string Name, string Run, Func<string, string?> RelationTo);

/// <summary>An ablation as one table: every set in the order of the variants, each with its paired test.</summary>
public static class Ablation
{
    /// <summary>The table; its own tests are the family of Holm's correction.</summary>
    /// <param name="comparison">The comparison of the variants' runs.</param>
    /// <param name="variants">The variants, in the order of the table; those without a run in the comparison are left out.</param>
    /// <param name="shape">What each is compared with.</param>
    public static Table Of(RunComparison comparison, IReadOnlyList<AblationVariant> variants, AblationShape shape)
    {
        var rows = new List<(int Cell, AblationVariant Variant, AblationVariant? Against, (PairReport Report, int Sign)? Pair)>();
        var sets = comparison.Cells.Select(static cell => (cell.Summary.Strategy, cell.Summary.Frames)).Distinct().ToArray();
        foreach (var (strategy, frames) in sets)
        {
            (int Cell, AblationVariant Variant)? first = null;
            (int Cell, AblationVariant Variant)? before = null;
            foreach (var variant in variants)
            {
                var cell = comparison.Cells.Index().Select(static entry => entry.Index).FirstOrDefault(
                    index => IsOf(comparison.Answers[index].Run, variant) && comparison.Cells[index].Summary.Strategy == strategy && comparison.Cells[index].Summary.Frames == frames, -1);
                if (cell < 0)
                {
                    continue;
                }

                var against = shape == AblationShape.BuildUp ? before : first;
                rows.Add((cell, variant, against?.Variant, against is { } other ? PairOf(comparison, other.Cell, cell) : null));
                first ??= (cell, variant);
                before = (cell, variant);
            }
        }

        var holm = HolmCorrection.Adjust([.. rows.Where(static row => row.Pair is not null).Select(static row => row.Pair!.Value.Report.PValue)]).ToList();
        var table = new Table(
            new TableColumn("variant", "Variant"),
            new TableColumn("strategy", "Strategy"),
            TableColumn.Number("frames", "Frames"),
            new TableColumn("teacher", "Teacher"),
            TableColumn.Count("questions", "Questions"),
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Percent("lower", "95 % low"),
            TableColumn.Percent("upper", "95 % high"),
            new TableColumn("against", "Compared with"),
            TableColumn.Points("difference", "Difference, points"),
            TableColumn.Points("difference_lower", "95 % low"),
            TableColumn.Points("difference_upper", "95 % high"),
            TableColumn.Probability("p", "p"),
            TableColumn.Probability("p_holm", "p (Holm)"),
            new TableColumn("caveats", "Caveats"));
        var tested = 0;
        foreach (var (index, variant, against, pair) in rows)
        {
            var cell = comparison.Cells[index];
            var difference = pair is { } found ? found.Sign * found.Report.Difference.Estimate : (double?)null;
            table.Add(
                variant.Name, cell.Summary.Strategy, cell.Summary.Frames, variant.RelationTo(cell.Summary.Strategy) ?? "-", cell.Summary.Questions,
                cell.Summary.Accuracy, Finite(cell.Interval.Lower), Finite(cell.Interval.Upper),
                against?.Name ?? "-", difference,
                Finite(pair is { } low ? (low.Sign > 0 ? low.Report.Difference.Lower : -low.Report.Difference.Upper) : double.NaN),
                Finite(pair is { } high ? (high.Sign > 0 ? high.Report.Difference.Upper : -high.Report.Difference.Lower) : double.NaN),
                Finite(pair?.Report.PValue ?? double.NaN),
                pair is null ? null : Finite(holm[tested++]),
                string.Join(", ", cell.Caveats));
        }

        return table;
    }

    private static bool IsOf(ComparedRun run, AblationVariant variant) => Path.GetFullPath(run.Path) == Path.GetFullPath(variant.Run);

    // The paired test of two cells on the same questions, and whether its difference is the second's over the first's.
    private static (PairReport Report, int Sign)? PairOf(RunComparison comparison, int first, int second) =>
        comparison.Pairs.FirstOrDefault(pair => pair.HasSameQuestions && ((pair.First == first && pair.Second == second) || (pair.First == second && pair.Second == first))) is { } found
            ? (found, found.First == first ? 1 : -1)
            : null;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
