using System.Globalization;
using LLaVAction.Tables;

namespace LLaVAction.Comparison;

/// <summary>A comparison as tables; every row carries its caveats.</summary>
public static class ComparisonTables
{
    private static readonly TableColumn Run = new("run", "Model");
    private static readonly TableColumn Strategy = new("strategy", "Strategy");
    private static readonly TableColumn Frames = TableColumn.Number("frames", "Frames");
    private static readonly TableColumn Control = new("control", "Control");
    private static readonly TableColumn Caveats = new("caveats", "Beware");

    /// <summary>The sections of a comparison, in the order to be read; some may be without rows.</summary>
    public static IReadOnlyList<Section> All(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return
        [
            new("accuracy", "Accuracy over all questions asked (95 % interval, clustered by video)", Accuracy(comparison.Cells)),
            new("uncertainty", "How sure: intervals by other means", Uncertainty(comparison.Cells)),
            new("context", "What the figures stand beside", Context(comparison.Cells)),
            new("answers", "What was chosen", Answers(comparison.Cells)),
            new("scorings", "Scorings and stability", Scorings(comparison.Cells)),
            new("pairs", "Differences (second minus first) on what both asked", Pairs(comparison)),
            new("positions", "Accuracy and choice rate by letter", Positions(comparison.Cells)),
            new("splits", "Accuracy by split", SplitRows(comparison.Cells)),
        ];
    }

    /// <summary>The headline: model × strategy × frames.</summary>
    public static Table Accuracy(IReadOnlyList<CellReport> cells)
    {
        var table = new Table(
            Run, Strategy, Frames, Control,
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Percent("lower", "from"),
            TableColumn.Percent("upper", "to"),
            new TableColumn("correct", "Right", ColumnAlignment.Right),
            new TableColumn("questions", "of", ColumnAlignment.Right),
            TableColumn.Percent("accuracy_answered", "Answered only"),
            TableColumn.Percent("chance", "Chance"),
            TableColumn.Percent("options_only", "Options only"),
            new TableColumn("unparsed", "Unparsed", ColumnAlignment.Right),
            new TableColumn("failed", "Failed", ColumnAlignment.Right),
            Caveats);
        foreach (var cell in cells)
        {
            var summary = cell.Summary;
            table.Add(
                cell.Run, summary.Strategy, summary.Frames, cell.Control,
                summary.Accuracy, Finite(cell.ByVideo.Lower), Finite(cell.ByVideo.Upper),
                summary.Correct, summary.Questions, summary.AccuracyAnswered, summary.Chance, cell.OptionsOnlyCeiling,
                summary.Unreadable, summary.Failed + summary.WithoutResult, Beware(cell));
        }

        return table;
    }

    private static Table Uncertainty(IReadOnlyList<CellReport> cells)
    {
        var table = new Table(
            Run, Strategy, Frames, Control,
            TableColumn.Percent("standard_error", "SE (video)"),
            TableColumn.Percent("participant_lower", "By participant from"),
            TableColumn.Percent("participant_upper", "to"),
            TableColumn.Percent("bootstrap_lower", "Bootstrap from"),
            TableColumn.Percent("bootstrap_upper", "to"),
            TableColumn.Percent("wilson_lower", "If independent from"),
            TableColumn.Percent("wilson_upper", "to"),
            new TableColumn("videos", "Videos", ColumnAlignment.Right),
            TableColumn.Number("effective_videos", "count like", 1),
            new TableColumn("participants", "Participants", ColumnAlignment.Right),
            TableColumn.Number("effective_participants", "count like", 1),
            TableColumn.Number("design_effect", "Design effect", 2),
            Caveats);
        foreach (var cell in cells)
        {
            table.Add(
                cell.Run, cell.Summary.Strategy, cell.Summary.Frames, cell.Control,
                Finite(cell.ByVideo.StandardError),
                Finite(cell.ByParticipant.Lower), Finite(cell.ByParticipant.Upper),
                Finite(cell.ByVideoBootstrap.Lower), Finite(cell.ByVideoBootstrap.Upper),
                Finite(cell.Wilson.Lower), Finite(cell.Wilson.Upper),
                cell.Videos.Count, cell.Videos.Effective, cell.Participants.Count, cell.Participants.Effective,
                Finite(cell.DesignEffect), Beware(cell));
        }

        return table;
    }

    private static Table Context(IReadOnlyList<CellReport> cells)
    {
        var table = new Table(
            Run, Strategy, Frames,
            new TableColumn("beside", "Beside"),
            TableColumn.Percent("accuracy", "Ours"),
            TableColumn.Percent("other", "Theirs"),
            new TableColumn("remark", "Remark"),
            Caveats);
        foreach (var cell in cells)
        {
            foreach (var judge in cell.Judges)
            {
                table.Add(
                    cell.Run, cell.Summary.Strategy, cell.Summary.Frames,
                    $"dump '{judge.Dump}' as judge", cell.Summary.Accuracy, judge.Accuracy,
                    judge.IsOwnSet ? "handicapped by construction: the distractors are its own best guesses" : "restricted to the options",
                    Beware(cell));
            }

            if (cell.Paper is { } paper)
            {
                table.Add(
                    cell.Run, cell.Summary.Strategy, cell.Summary.Frames,
                    $"paper, table {paper.Table}: {paper.Model}", cell.Summary.Accuracy, paper.Accuracy, PaperFigures.Label, Beware(cell));
            }
        }

        return table;
    }

    private static Table Answers(IReadOnlyList<CellReport> cells)
    {
        var table = new Table(
            Run, Strategy, Frames, Control,
            new TableColumn("right", "Right", ColumnAlignment.Right),
            new TableColumn("verb_right", "Verb right", ColumnAlignment.Right),
            new TableColumn("noun_right", "Noun right", ColumnAlignment.Right),
            new TableColumn("both_wrong", "Both wrong", ColumnAlignment.Right),
            new TableColumn("no_choice", "No choice", ColumnAlignment.Right),
            Caveats);
        foreach (var cell in cells)
        {
            var taxonomy = cell.Taxonomy;
            table.Add(
                cell.Run, cell.Summary.Strategy, cell.Summary.Frames, cell.Control,
                taxonomy.Right, taxonomy.VerbRight, taxonomy.NounRight, taxonomy.BothWrong, taxonomy.NoChoice, Beware(cell));
        }

        return table;
    }

    private static Table Scorings(IReadOnlyList<CellReport> cells)
    {
        var table = new Table(Run, Strategy, Frames, Control, new TableColumn("measure", "Measure"), TableColumn.Percent("value", "Value"), Caveats);
        foreach (var cell in cells)
        {
            var summary = cell.Summary;
            foreach (var (scoring, accuracy) in summary.AccuracyByScoring)
            {
                Row($"accuracy by {scoring}", accuracy);
            }

            Row("letter and generated answer agree", summary.LetterTextAgreement);
            Row("mean letter mass", summary.MeanLetterMass);
            Row("accuracy, blind prior of the question taken out", cell.PriorCorrected?.PerQuestion);
            Row("accuracy, mean letter prior taken out", cell.PriorCorrected?.MeanLetter);
            Row("mean accuracy over rotations", summary.Rotations?.MeanAccuracy);
            Row("right in every rotation (circular)", summary.Rotations?.CircularAccuracy);
            Row("same choice in every rotation", summary.Rotations?.Consistency);
            Row("worst rotation", summary.Rotations?.WorstAccuracy);
            Row("recognition: action top-1", summary.Recognition?.ActionTop1);
            Row("recognition: action top-5", summary.Recognition?.ActionTop5);
            Row("recognition: verb top-1", summary.Recognition?.VerbTop1);
            Row("recognition: verb top-5", summary.Recognition?.VerbTop5);
            Row("recognition: noun top-1", summary.Recognition?.NounTop1);
            Row("recognition: noun top-5", summary.Recognition?.NounTop5);
            Row("recognition: ceiling (truth among the candidates)", summary.Recognition?.RecallCeiling);
            Row("recognition: the dump's own top-1", summary.Recognition?.DumpTop1);
            Row("direct: verb", summary.Direct?.VerbAccuracy);
            Row("direct: noun", summary.Direct?.NounAccuracy);
            Row("direct: action", summary.Direct?.ActionAccuracy);

            void Row(string measure, double? value)
            {
                if (value is not null)
                {
                    table.Add(cell.Run, summary.Strategy, summary.Frames, cell.Control, measure, value, Beware(cell));
                }
            }
        }

        return table;
    }

    private static Table Pairs(RunComparison comparison)
    {
        var table = new Table(
            new TableColumn("first", "First"),
            new TableColumn("second", "Second"),
            new TableColumn("shared", "Shared", ColumnAlignment.Right),
            new TableColumn("same", "What is shared"),
            TableColumn.Percent("difference", "Difference"),
            TableColumn.Percent("lower", "from"),
            TableColumn.Percent("upper", "to"),
            Probability("p", "p"),
            Probability("p_holm", "p (Holm)"),
            TableColumn.Percent("participant_lower", "By participant from"),
            TableColumn.Percent("participant_upper", "to"),
            new TableColumn("only_first", "Only first", ColumnAlignment.Right),
            new TableColumn("only_second", "Only second", ColumnAlignment.Right),
            Probability("p_mcnemar", "McNemar p, if clips were independent"),
            TableColumn.Percent("detectable", "Detectable"),
            Caveats);
        foreach (var pair in comparison.Pairs)
        {
            var first = comparison.Cells[pair.First];
            var second = comparison.Cells[pair.Second];
            table.Add(
                NameOf(first), NameOf(second), pair.Shared, pair.HasSameQuestions ? "questions" : "clips",
                pair.Difference.Estimate, Finite(pair.Difference.Lower), Finite(pair.Difference.Upper),
                Finite(pair.PValue), Finite(pair.HolmPValue),
                Finite(pair.DifferenceByParticipant.Lower), Finite(pair.DifferenceByParticipant.Upper),
                pair.OnlyFirstRight, pair.OnlySecondRight, pair.McNemarPValue, Finite(pair.MinimalDetectableDifference),
                string.Join(", ", first.Caveats.Union(second.Caveats, StringComparer.Ordinal)));
        }

        return table;
    }

    private static Table Positions(IReadOnlyList<CellReport> cells)
    {
        var table = new Table(
            Run, Strategy, Frames, Control,
            new TableColumn("letter", "Letter"),
            new TableColumn("answers", "Answers", ColumnAlignment.Right),
            TableColumn.Percent("accuracy", "Accuracy"),
            new TableColumn("choices", "Chosen", ColumnAlignment.Right),
            TableColumn.Percent("choice_rate", "Choice rate"),
            Probability("p_choice", "p of even choices"),
            Caveats);
        foreach (var cell in cells.Where(static cell => cell.Positions is not null))
        {
            foreach (var letter in cell.Positions!.Letters)
            {
                table.Add(
                    cell.Run, cell.Summary.Strategy, cell.Summary.Frames, cell.Control, letter.Letter.ToString(),
                    letter.Answers, letter.Accuracy, letter.Choices, letter.ChoiceRate, cell.Positions.ChoiceTest?.PValue, Beware(cell));
            }
        }

        return table;
    }

    private static Table SplitRows(IReadOnlyList<CellReport> cells)
    {
        var table = new Table(
            Run, Strategy, Frames, Control,
            new TableColumn("split", "Split"),
            new TableColumn("group", "Group"),
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Percent("lower", "from"),
            TableColumn.Percent("upper", "to"),
            new TableColumn("correct", "Right", ColumnAlignment.Right),
            new TableColumn("questions", "of", ColumnAlignment.Right),
            Caveats);
        foreach (var cell in cells)
        {
            foreach (var group in cell.Splits)
            {
                table.Add(
                    cell.Run, cell.Summary.Strategy, cell.Summary.Frames, cell.Control, group.Split, group.Group,
                    group.ByVideo.Estimate, Finite(group.ByVideo.Lower), Finite(group.ByVideo.Upper), group.Correct, group.Questions, Beware(cell));
            }
        }

        return table;
    }

    /// <summary>A cell in a few words.</summary>
    public static string NameOf(CellReport cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        var control = cell.Control == "none" ? "" : $", {cell.Control}";
        return string.Create(CultureInfo.InvariantCulture, $"{cell.Run}, {cell.Summary.Strategy}, {cell.Summary.Frames} frames{control}");
    }

    private static string Beware(CellReport cell) => string.Join(
        ", ",
        cell.CoversItsSet
            ? cell.Caveats
            : [.. cell.Caveats, string.Create(CultureInfo.InvariantCulture, $"{cell.Summary.Questions - cell.Summary.WithoutResult} of {cell.Summary.QuestionsInSet}")]);

    private static TableColumn Probability(string key, string title) =>
        new(key, title, ColumnAlignment.Right, static value => Convert.ToDouble(value, CultureInfo.InvariantCulture) is var p && p < 0.0001
            ? "<0.0001"
            : p.ToString("0.0000", CultureInfo.InvariantCulture));

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
