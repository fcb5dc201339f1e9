using LLaVAction.Benchmarks;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Comparison;

/// <summary>A comparison as tables; every row carries its caveats.</summary>
public static class ComparisonTables
{
    private static readonly TableColumn CaveatsColumn = new("caveats", "Caveats");

    /// <summary>The sections of a comparison, in the order to be read; some may be without rows.</summary>
    public static IReadOnlyList<Section> All(RunComparison comparison)
    {
        var cells = comparison.Cells;
        return
        [
            new("accuracy", "Accuracy over all questions asked (95 % confidence interval, clustered by participant)", Accuracy(cells)),
            new("uncertainty", "Alternative intervals", Uncertainty(cells)),
            new("context", "Reference points", Context(cells)),
            new("answers", "Kinds of answers", Answers(cells)),
            new("scorings", "Scoring methods and stability", Scorings(cells)),
            new("pairs", "Paired differences (second minus first) on shared questions", Pairs(comparison)),
            new("positions", "Accuracy and choice rate by letter", Positions(cells)),
            new("splits", "Accuracy by split", SplitRows(cells)),
            new("paper", "The paper's tables 9 to 11 (reruns of its authors) by category", PaperCategories(cells)),
        ];
    }

    /// <summary>The headline: model × strategy × frames.</summary>
    public static Table Accuracy(IReadOnlyList<CellReport> cells) => ForCells(
        cells,
        [
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Percent("lower", "95 % low"),
            TableColumn.Percent("upper", "95 % high"),
            TableColumn.Count("correct", "Correct"),
            TableColumn.Count("questions", "Questions"),
            TableColumn.Percent("accuracy_answered", "Answered only"),
            TableColumn.Percent("chance", "Chance"),
            TableColumn.Percent("options_only", "Options only"),
            TableColumn.Count("unparsed", "Unparsed"),
            TableColumn.Count("failed", "Failed"),
            TableColumn.Count("pending", "Pending"),
        ],
        static cell =>
        [
            [
                cell.Summary.Accuracy, Scored(cell, cell.Interval.Lower), Scored(cell, cell.Interval.Upper), cell.Summary.Correct, cell.Summary.Questions,
                cell.Summary.AccuracyAnswered, cell.Summary.Chance, cell.OptionsOnlyCeiling,
                cell.Summary.Unreadable, cell.Summary.Failed, cell.Summary.WithoutResult,
            ],
        ]);

    private static Table Uncertainty(IReadOnlyList<CellReport> cells) => ForCells(
        cells,
        [
            new TableColumn("clustered_by", "Clustered by"),
            TableColumn.Percent("standard_error", "SE"),
            TableColumn.Number("degrees_of_freedom", "df", 1),
            TableColumn.Percent("video_lower", "By video: low"),
            TableColumn.Percent("video_upper", "high"),
            TableColumn.Percent("bootstrap_lower", "Bootstrap: low"),
            TableColumn.Percent("bootstrap_upper", "high"),
            TableColumn.Percent("wilson_lower", "If independent: low"),
            TableColumn.Percent("wilson_upper", "high"),
            TableColumn.Number("effective_questions", "Effective n", 0),
            TableColumn.Count("videos", "Videos"),
            TableColumn.Number("effective_videos", "Effective videos", 1),
            TableColumn.Count("participants", "Participants"),
            TableColumn.Number("effective_participants", "Effective participants", 1),
            TableColumn.Number("design_effect", "Design effect", 2),
        ],
        static cell =>
        [
            [
                cell.Interval.IsEstimable ? UnitName(cell.Unit) : "not estimable",
                Finite(cell.Interval.StandardError), Finite(cell.Interval.DegreesOfFreedom),
                Finite(cell.ByVideo.Lower), Finite(cell.ByVideo.Upper),
                Finite(cell.ByVideoBootstrap.Lower), Finite(cell.ByVideoBootstrap.Upper),
                Finite(cell.Wilson.Lower), Finite(cell.Wilson.Upper),
                Finite(cell.EffectiveQuestions),
                cell.Videos.Count, cell.Videos.Effective, cell.Participants.Count, cell.Participants.Effective,
                Finite(cell.DesignEffect),
            ],
        ]);

    private static Table Context(IReadOnlyList<CellReport> cells)
    {
        var table = new Table(
            new TableColumn("run", "Model"), new TableColumn("strategy", "Strategy"), TableColumn.Number("frames", "Frames"),
            new TableColumn("beside", "Reference"),
            TableColumn.Percent("accuracy", "This run"),
            TableColumn.Percent("other", "Reference accuracy"),
            new TableColumn("remark", "Remark"),
            CaveatsColumn);
        foreach (var cell in cells)
        {
            foreach (var judge in cell.Judges)
            {
                Add(
                    cell,
                    $"dump '{judge.Accuracy.Dump}' as judge",
                    judge.Accuracy.Accuracy,
                    judge.Accuracy.IsOwnSet ? "handicapped by construction: the distractors are its own best guesses" : "restricted to the options",
                    judge.IsSimulated ? ["simulated"] : []);
            }

            if (cell.Paper is { } paper)
            {
                Add(cell, $"paper, table {paper.Table}: {paper.Model}", paper.Accuracy, cell.IsOfPublishedBenchmark ? "unpaired" : PaperFigures.Label, []);
            }
        }

        return table;

        void Add(CellReport cell, string beside, double other, string remark, IEnumerable<string> more) => table.Add(
            cell.Run, cell.Summary.Strategy, cell.Summary.Frames, beside, cell.Summary.Accuracy, other, remark, CaveatsOf(cell, more));
    }

    private static Table Answers(IReadOnlyList<CellReport> cells) => ForCells(
        [.. cells.Where(static cell => !cell.IsOfPublishedBenchmark)],
        [
            TableColumn.Count("right", "Correct"),
            TableColumn.Count("verb_right", "Only verb correct"),
            TableColumn.Count("noun_right", "Only noun correct"),
            TableColumn.Count("both_wrong", "Both wrong"),
            TableColumn.Count("no_choice", "No choice"),
        ],
        static cell => [[cell.Taxonomy.Right, cell.Taxonomy.VerbRight, cell.Taxonomy.NounRight, cell.Taxonomy.BothWrong, cell.Taxonomy.NoChoice]]);

    private static Table Scorings(IReadOnlyList<CellReport> cells) => ForCells(
        cells,
        [new TableColumn("measure", "Measure"), TableColumn.Percent("value", "Value")],
        static cell => Measures(cell).Where(static measure => measure.Value is not null).Select(static measure => new object?[] { measure.Name, measure.Value }));

    private static IEnumerable<(string Name, double? Value)> Measures(CellReport cell)
    {
        var summary = cell.Summary;
        return
        [
            .. summary.AccuracyByScoring.Select(static scoring => ($"accuracy by {scoring.Key}", (double?)scoring.Value)),
            ("accuracy by published, dice counted as 1/K", cell.PublishedWithDice),
            ("letter and generated answer agree", summary.LetterTextAgreement),
            ("mean letter mass", summary.MeanLetterMass),
            ("Visual Gain: accuracy minus that of the blind run", summary.Accuracy - cell.BlindAccuracy),
            ("Blind Gap: accuracy of the blind run minus chance", cell.BlindAccuracy - summary.Chance),
            ("accuracy, blind prior of the question removed", cell.PriorCorrected?.PerQuestion),
            ("accuracy, mean letter prior removed", cell.PriorCorrected?.MeanLetter),
            ("mean accuracy over rotations", summary.Rotations?.MeanAccuracy),
            ("correct in every rotation (circular)", summary.Rotations?.CircularAccuracy),
            ("same choice in every rotation", summary.Rotations?.Consistency),
            ("worst rotation", summary.Rotations?.WorstAccuracy),
            ("recognition: action top-1", summary.Recognition?.ActionTop1),
            ("recognition: action top-5", summary.Recognition?.ActionTop5),
            ("recognition: verb top-1", summary.Recognition?.VerbTop1),
            ("recognition: verb top-5", summary.Recognition?.VerbTop5),
            ("recognition: noun top-1", summary.Recognition?.NounTop1),
            ("recognition: noun top-5", summary.Recognition?.NounTop5),
            ("recognition: ceiling (truth among the candidates)", summary.Recognition?.RecallCeiling),
            ("recognition: the dump's own top-1", summary.Recognition?.DumpTop1),
            ("direct: verb", summary.Direct?.VerbAccuracy),
            ("direct: noun", summary.Direct?.NounAccuracy),
            ("direct: action", summary.Direct?.ActionAccuracy),
        ];
    }

    private static Table Pairs(RunComparison comparison)
    {
        var table = new Table(
            new TableColumn("first", "First"),
            new TableColumn("second", "Second"),
            TableColumn.Count("shared", "Shared"),
            new TableColumn("same", "Shared are"),
            TableColumn.Points("difference", "Difference, points"),
            TableColumn.Points("lower", "95 % low"),
            TableColumn.Points("upper", "95 % high"),
            TableColumn.Probability("p", "p"),
            TableColumn.Probability("p_holm", "p (Holm)"),
            new TableColumn("clustered_by", "Clustered by"),
            TableColumn.Points("video_lower", "By video: low"),
            TableColumn.Points("video_upper", "high"),
            TableColumn.Probability("p_video", "p by video"),
            TableColumn.Count("only_first", "Only first correct"),
            TableColumn.Count("only_second", "Only second correct"),
            TableColumn.Probability("p_mcnemar", "McNemar p, if clips were independent"),
            TableColumn.Points("detectable", "Detectable, points"),
            CaveatsColumn);
        foreach (var pair in comparison.Pairs)
        {
            var first = comparison.Cells[pair.First];
            var second = comparison.Cells[pair.Second];
            table.Add(
                first.Name, second.Name, pair.Shared, pair.HasSameQuestions ? "questions" : "clips",
                pair.Difference.Estimate, Finite(pair.Difference.Lower), Finite(pair.Difference.Upper),
                Finite(pair.PValue), Finite(pair.HolmPValue),
                pair.Difference.IsEstimable ? UnitName(pair.Unit) : "not estimable",
                Finite(pair.DifferenceByVideo.Lower), Finite(pair.DifferenceByVideo.Upper), Finite(pair.PValueByVideo),
                pair.OnlyFirstRight, pair.OnlySecondRight, pair.McNemarPValue, Finite(pair.MinimalDetectableDifference),
                string.Join(", ", first.Caveats.Union(second.Caveats, StringComparer.Ordinal)));
        }

        return table;
    }

    private static Table Positions(IReadOnlyList<CellReport> cells) => ForCells(
        cells,
        [
            new TableColumn("letter", "Letter"),
            TableColumn.Count("answers", "True answers"),
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Count("choices", "Chosen"),
            TableColumn.Percent("choice_rate", "Choice rate"),
            TableColumn.Probability("p_choice", "p of even choices"),
        ],
        static cell => (cell.Positions?.Letters ?? []).Select(letter => new object?[]
        {
            letter.Letter.ToString(), letter.Answers, letter.Accuracy, letter.Choices, letter.ChoiceRate, cell.Positions!.ChoiceTest?.PValue,
        }));

    private static Table SplitRows(IReadOnlyList<CellReport> cells) => ForCells(
        cells,
        [
            new TableColumn("split", "Split"),
            new TableColumn("group", "Group"),
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Percent("lower", "95 % low"),
            TableColumn.Percent("upper", "95 % high"),
            TableColumn.Count("correct", "Correct"),
            TableColumn.Count("questions", "Questions"),
        ],
        static cell => cell.Splits.Select(static group => new object?[]
        {
            group.Split, group.Group, group.Interval.Estimate, Finite(group.Interval.Lower), Finite(group.Interval.Upper), group.Correct, group.Questions,
        }));

    private static Table PaperCategories(IReadOnlyList<CellReport> cells) => ForCells(
        [.. cells.Where(static cell => cell is { IsOfPublishedBenchmark: true, CoversItsSet: true, Control: Control.None })],
        [
            new TableColumn("kind", "Kind"),
            new TableColumn("category", "Category"),
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Count("questions", "Questions"),
            new TableColumn("table", "Paper's table"),
            TableColumn.Percent("paper_llava_video", "LLaVA-Video-7B there"),
            TableColumn.Percent("paper_llavaction", "LLaVAction-7B there"),
        ],
        static cell =>
            from split in cell.Splits
            let paper = PublishedPaperFigures.Find(cell.Summary.Strategy, split.Split, split.Group)
            where paper is not null
            select new object?[] { split.Split, split.Group, split.Interval.Estimate, split.Questions, paper.Table, paper.LlavaVideo, paper.Llavaction });

    // A table whose rows begin with what identifies a cell and end with its caveats.
    private static Table ForCells(IReadOnlyList<CellReport> cells, TableColumn[] columns, Func<CellReport, IEnumerable<object?[]>> rowsOf)
    {
        var table = new Table(
        [
            new TableColumn("run", "Model"), new TableColumn("strategy", "Strategy"), TableColumn.Number("frames", "Frames"), new TableColumn("control", "Control"),
            .. columns, CaveatsColumn,
        ]);
        foreach (var cell in cells)
        {
            foreach (var row in rowsOf(cell))
            {
                table.Add([cell.Run, cell.Summary.Strategy, cell.Summary.Frames, SettingNames.Of(cell.Control), .. row, CaveatsOf(cell, [])]);
            }
        }

        return table;
    }

    private static string CaveatsOf(CellReport cell, IEnumerable<string> more)
    {
        var caveats = cell.Caveats.Union(more, StringComparer.Ordinal);
        return string.Join(", ", cell.CoversItsSet
            ? caveats
            : caveats.Append(FormattableString.Invariant($"{cell.Summary.Questions - cell.Summary.WithoutResult} of {cell.Summary.QuestionsInSet}")));
    }

    private static string UnitName(ClusterUnit unit) => unit == ClusterUnit.Participant ? "participant" : "video";

    private static double? Scored(CellReport cell, double value) => cell.Summary.Accuracy is null ? null : Finite(value);

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
