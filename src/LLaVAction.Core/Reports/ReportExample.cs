using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Runs;

namespace LLaVAction.Reports;

/// <summary>A question shown in the report.</summary>
/// <param name="Question">The question.</param>
/// <param name="Choices">Per cell of its strategy: the cell's name, the option it chose (null for none) and whether that was right.</param>
/// <param name="Images">Frames of the clip as JPEG files; empty without videos.</param>
public sealed record ReportExample(
    Question Question,
    IReadOnlyList<(string Cell, int? Choice, bool IsRight)> Choices,
    IReadOnlyList<byte[]> Images)
{
    /// <summary>
    /// Chooses questions to show: of each strategy in turn, two wrong ones for every right one by its first cell, drawn by a
    /// key of the question, so that nobody picks cherries.
    /// </summary>
    public static IReadOnlyList<ReportExample> Choose(IReadOnlyList<ComparedRun> runs, int count)
    {
        var cells = runs.SelectMany(static run => run.Results.Cells.Select(cell => new CellAnswers(run, cell))).ToArray();
        var queues = cells
            .GroupBy(static cell => cell.Cell.Strategy, StringComparer.Ordinal)
            .Select(static group => Order(group.First()))
            .ToArray();
        var chosen = new List<Question>();
        for (var turn = 0; chosen.Count < count && queues.Any(queue => queue.Count > turn); turn++)
        {
            chosen.AddRange(queues.Where(queue => queue.Count > turn).Select(queue => queue[turn]).Take(count - chosen.Count));
        }

        return [.. chosen.Select(question => new ReportExample(question, ChoicesOf(cells, question), []))];
    }

    private static List<Question> Order(CellAnswers cell)
    {
        var rows = cell.Rows
            .Where(static row => row.Result is not null && row.Question.Options.Count > 0)
            .OrderBy(static row => new KeyedRandom(42, row.Question.Id, "example").NextUInt64())
            .ToArray();
        var wrong = new Queue<Question>(rows.Where(static row => !CellAnswers.IsRight(row)).Select(static row => row.Question));
        var right = new Queue<Question>(rows.Where(CellAnswers.IsRight).Select(static row => row.Question));
        var ordered = new List<Question>();
        while (wrong.Count + right.Count > 0)
        {
            var next = (ordered.Count % 3 == 2 && right.Count > 0) || wrong.Count == 0 ? right : wrong;
            ordered.Add(next.Dequeue());
        }

        return ordered;
    }

    private static IReadOnlyList<(string, int?, bool)> ChoicesOf(IEnumerable<CellAnswers> cells, Question question) =>
    [
        .. cells
            .Where(cell => cell.Cell.Strategy == question.Strategy)
            .Select(cell => (Cell: cell, Row: cell.Find(question.Id)))
            .Where(static pair => pair.Row?.Result is not null)
            .Select(static pair => (
                FormattableString.Invariant($"{pair.Cell.Run.Label}{(pair.Cell.Run.Identity.Control == Control.None ? "" : ", " + SettingNames.Of(pair.Cell.Run.Identity.Control))}, {pair.Cell.Cell.Frames} frames"),
                pair.Row!.Value.Result!.PredictedIndex,
                CellAnswers.IsRight(pair.Row.Value))),
    ];
}
