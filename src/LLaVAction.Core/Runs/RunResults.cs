using System.Globalization;
using LLaVAction.Benchmarks;

namespace LLaVAction.Runs;

/// <summary>One cell of a run: a set at one number of frames.</summary>
/// <param name="Strategy">Strategy of the set.</param>
/// <param name="Frames">Number of frames.</param>
public readonly record struct RunCell(string Strategy, int Frames);

/// <summary>A question and its result; null where it has none yet.</summary>
/// <param name="Question">The question.</param>
/// <param name="Result">Its result.</param>
public readonly record struct AskedQuestion(Question Question, ResultLine? Result);

/// <summary>
/// All results of a run, merged from any mix of parts. Of several results of one question an answer beats a failed one;
/// of equals, the last line of the last file (in ordinal order of names) counts.
/// </summary>
public sealed class RunResults
{
    private readonly Dictionary<ResultKey, ResultLine> _lines;
    private readonly IReadOnlyList<AskedSet> _sets;

    private RunResults(RunIdentity identity, IReadOnlyList<AskedSet> sets, Dictionary<ResultKey, ResultLine> lines)
    {
        Identity = identity;
        _sets = sets;
        _lines = lines;
    }

    /// <summary>What identifies the run.</summary>
    public RunIdentity Identity { get; }

    /// <summary>The questions asked, by set.</summary>
    public IReadOnlyList<AskedSet> Sets => _sets;

    /// <summary>Results expected: questions × frame counts × rotations.</summary>
    public int Expected => _sets.Sum(set => set.Questions.Count) * Identity.Frames.Counts.Count * Identity.Rotations;

    /// <summary>Results there are.</summary>
    public int Present => _lines.Count;

    /// <summary>True when every question has a result at every frame count and rotation; proved from the ids.</summary>
    public bool IsComplete => Present == Expected;

    /// <summary>The cells of the run: sets in the order of the run, then frame counts in the order given.</summary>
    public IEnumerable<RunCell> Cells =>
        _sets.SelectMany(set => Identity.Frames.Counts.Select(frames => new RunCell(set.Strategy, frames)));

    /// <summary>Merges the results of several files.</summary>
    /// <exception cref="InputException">A line is of no question of the run, or contradicts it.</exception>
    public static RunResults Merge(RunIdentity identity, IReadOnlyList<AskedSet> sets, IEnumerable<(string Path, ResultFile File)> files)
    {
        var questions = sets.ToDictionary(
            set => set.Strategy,
            set => set.Questions.ToDictionary(question => question.Id, StringComparer.Ordinal),
            StringComparer.Ordinal);
        var merged = new Dictionary<ResultKey, ResultLine>();
        foreach (var (path, file) in files)
        {
            for (var i = 0; i < file.Lines.Count; i++)
            {
                var line = file.Lines[i];
                Check(identity, questions, path, i + 1, line);
                if (!merged.TryGetValue(line.Key, out var earlier) || earlier.Status.IsFailure() || !line.Status.IsFailure())
                {
                    merged[line.Key] = line;
                }
            }
        }

        return new RunResults(identity, sets, merged);
    }

    /// <summary>The result of a key; null where there is none.</summary>
    public ResultLine? Find(ResultKey key) => _lines.GetValueOrDefault(key);

    /// <summary>All questions of a cell at one rotation, in the order of the set, with their results.</summary>
    public IEnumerable<AskedQuestion> Read(RunCell cell, int rotation = 0) =>
        _sets.First(set => set.Strategy == cell.Strategy).Questions
            .Select(question => new AskedQuestion(question, Find(new ResultKey(question.Id, cell.Strategy, cell.Frames, rotation))));

    private static void Check(
        RunIdentity identity,
        Dictionary<string, Dictionary<string, Question>> questions,
        string path,
        int number,
        ResultLine line)
    {
        string Place() => string.Create(CultureInfo.InvariantCulture, $"{path} line {number}");
        const string Advice = "The file belongs to another run; move it away.";
        if (!questions.TryGetValue(line.Strategy, out var set))
        {
            throw new InputException($"{Place()}: strategy '{line.Strategy}' is not in this run ({string.Join(", ", questions.Keys)}). {Advice}");
        }

        if (!set.TryGetValue(line.Id, out var question))
        {
            throw new InputException($"{Place()}: id '{line.Id}' is not a question of set '{line.Strategy}' in this run. {Advice}");
        }

        if (!identity.Frames.Counts.Contains(line.Frames) || line.Rotation < 0 || line.Rotation >= identity.Rotations)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{Place()}: {line.Frames} frames, rotation {line.Rotation}; this run has {string.Join(", ", identity.Frames.Counts)} frames and {identity.Rotations} rotation(s). {Advice}"));
        }

        var options = question.Options.Count;
        if (line.AnswerIndex != question.AnswerIndex
            || (line.OptionOrder.Count > 0 && line.OptionOrder.Count != options)
            || (line.LetterLogprobs is { } scores && scores.Count != options)
            || line.PredictedIndex < 0 || line.PredictedIndex >= options)
        {
            throw new InputException($"{Place()}: answer or options of '{line.Id}' are not those of set '{line.Strategy}' in this run. {Advice}");
        }
    }
}
