using LLaVAction.Benchmarks;
using LLaVAction.Epic;
using LLaVAction.Runs;
using LLaVAction.Statistics;

namespace LLaVAction.Comparison;

/// <summary>
/// The answers of one cell (run × strategy × frames) at rotation 0, one per question asked; a question without a result
/// counts as wrong.
/// </summary>
public sealed class CellAnswers
{
    private readonly Dictionary<string, int> _positions;

    /// <summary>Reads the answers of a cell.</summary>
    public CellAnswers(ComparedRun run, RunCell cell)
    {
        Run = run;
        Cell = cell;
        Rows = [.. run.Results.Read(cell)];
        _positions = new Dictionary<string, int>(Rows.Count, StringComparer.Ordinal);
        for (var row = 0; row < Rows.Count; row++)
        {
            _positions.Add(Rows[row].Question.Id, row);
        }
    }

    /// <summary>The run.</summary>
    public ComparedRun Run { get; }

    /// <summary>Strategy and frame count.</summary>
    public RunCell Cell { get; }

    /// <summary>Questions and results, in the order of the set.</summary>
    public IReadOnlyList<AskedQuestion> Rows { get; }

    /// <summary>Whether a row was answered rightly.</summary>
    public static bool IsRight(AskedQuestion row) => row.Result?.IsCorrect == true;

    /// <summary>The row of a narration id; null where the cell does not ask about it.</summary>
    public AskedQuestion? Find(string id) => _positions.TryGetValue(id, out var row) ? Rows[row] : null;

    /// <summary>Right (1) and wrong (0) answers by cluster.</summary>
    public static ClusteredSample Sample(IReadOnlyCollection<AskedQuestion> rows, ClusterUnit unit) =>
        Clustering.Sample(rows, unit, static row => IsRight(row) ? 1 : 0);

    /// <summary>The class of an option.</summary>
    public static ActionClass OptionClass(Question question, int option)
    {
        return ActionClass.TryParse(question.OptionClasses[option], out var actionClass)
            ? actionClass
            : throw new InputException($"question '{question.Id}' of set '{question.Strategy}': option class '{question.OptionClasses[option]}' is not verb:noun.");
    }
}
