using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
using LLaVAction.Runs;

namespace LLaVAction.Exchange;

/// <summary>An answer and the question it belongs to.</summary>
public readonly record struct JoinedAnswer(Question Question, ResultKey Key, ForeignAnswer Answer);

/// <summary>What came of joining a file of answers to the questions of a run.</summary>
/// <param name="Joined">The answers that fit, each of another key.</param>
/// <param name="Misfits">What does not fit and why, one sentence each.</param>
/// <param name="Repeated">Answers that repeat an earlier one of the same question, word for word.</param>
public sealed record JoinResult(IReadOnlyList<JoinedAnswer> Joined, IReadOnlyList<string> Misfits, int Repeated);

/// <summary>Joins answers to questions by id and hash; what cannot be proved to belong is named, never guessed.</summary>
public sealed class AnswerJoin
{
    private readonly RunIdentity _run;
    private readonly Dictionary<string, Dictionary<string, Question>> _byId;
    private readonly Lazy<Dictionary<string, Dictionary<string, Question>>> _byRowHash;
    private readonly IReadOnlyList<AskedSet> _sets;

    /// <summary>Prepares the join.</summary>
    /// <param name="run">The run that the answers are for.</param>
    /// <param name="sets">The questions it asks.</param>
    public AnswerJoin(RunIdentity run, IReadOnlyList<AskedSet> sets)
    {
        _run = run;
        _sets = sets;
        _byId = Index(static question => [question.Id]);
        _byRowHash = new(() => Index(question =>
        [
            .. Enum.GetValues<PromptPerspective>().Select(perspective =>
                ExchangeRow.Of(question, new PromptSettings { Perspective = perspective, Published = run.Benchmark.PublishedBenchmark }).LmmsEvalHash()),
        ]));
    }

    /// <summary>Joins answers.</summary>
    public JoinResult Join(IEnumerable<ForeignAnswer> answers)
    {
        var joined = new Dictionary<ResultKey, JoinedAnswer>();
        var misfits = new List<string>();
        var repeated = 0;
        foreach (var answer in answers)
        {
            if (Fit(answer, out var question, out var key) is { } misfit)
            {
                misfits.Add($"{answer.Place}: {misfit}");
            }
            else if (!joined.TryGetValue(key, out var earlier))
            {
                joined.Add(key, new JoinedAnswer(question!, key, answer));
            }
            else if (IsSame(earlier.Answer, answer))
            {
                repeated++;
            }
            else
            {
                misfits.Add($"{answer.Place}: another answer to '{key.Id}' of set '{key.Strategy}' than {earlier.Answer.Place} has; the first is kept.");
            }
        }

        return new JoinResult([.. joined.Values], misfits, repeated);
    }

    // Several processes of lmms-eval repeat the rows that fill up their last batch.
    private static bool IsSame(ForeignAnswer left, ForeignAnswer right) =>
        left.Text == right.Text && left.OptionIndex == right.OptionIndex && left.Failure == right.Failure;

    private string? Fit(ForeignAnswer answer, out Question? question, out ResultKey key)
    {
        question = null;
        key = default;
        var strategy = answer.Strategy ?? (_sets.Count == 1 ? _sets[0].Strategy : null);
        if (strategy is null)
        {
            return $"does not tell its set, and the run has {_sets.Count}: {Names()}. Add a column 'strategy', or import set by set with --strategy.";
        }

        if (!_byId.TryGetValue(strategy, out var questions))
        {
            return $"set '{strategy}' is not in this run ({Names()}).";
        }

        if (Find(answer, strategy, questions, out question) is { } missing)
        {
            return missing;
        }

        var frames = answer.Frames ?? _run.Frames.Counts[0];
        if (!_run.Frames.Counts.Contains(frames) || answer.Rotation < 0 || answer.Rotation >= _run.Rotations)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{frames} frames, rotation {answer.Rotation}; the run has {string.Join(", ", _run.Frames.Counts)} frames and {_run.Rotations} rotation(s).");
        }

        key = new ResultKey(question!.Id, strategy, frames, answer.Rotation);
        return Contradiction(answer, question);
    }

    private string? Find(ForeignAnswer answer, string strategy, Dictionary<string, Question> questions, out Question? question)
    {
        question = null;
        if (answer.Id is { } id)
        {
            return questions.TryGetValue(id, out question) ? null : $"id '{id}' is not a question of set '{strategy}' in this run.";
        }

        if (answer.RowHash is { } hash)
        {
            return _byRowHash.Value[strategy].TryGetValue(hash, out question)
                ? null
                : $"doc_hash {hash[..Math.Min(12, hash.Length)]}… is that of no question of set '{strategy}': the rows are of another benchmark, or were changed.";
        }

        var rows = _sets.First(set => set.Strategy == strategy).Questions;
        if (answer.Row is not { } row || row < 0 || row >= rows.Count)
        {
            return answer.Row is null ? "has neither an id nor a row." : string.Create(CultureInfo.InvariantCulture, $"row {answer.Row} of set '{strategy}', which has {rows.Count} questions.");
        }

        question = rows[row];
        return answer.Target is null ? "a row number alone does not prove which question was asked; expected an id, a hash, or the truth beside it." : null;
    }

    private static string? Contradiction(ForeignAnswer answer, Question question)
    {
        if (answer.QuestionHash is { } hash && !QuestionHash.IsOf(question, hash))
        {
            return $"the hash of '{question.Id}' is {QuestionHash.Of(question)[..12]}…, the file has {hash[..Math.Min(12, hash.Length)]}…: another question under the same id.";
        }

        if (answer.Target is { Length: > 0 } target && question.AnswerIndex is { } truth && !IsTruth(target, truth, question))
        {
            return $"the truth of '{question.Id}' is {OptionList.Letter(truth)} ('{question.Options[truth]}'), the file has '{target}': another question under the same id.";
        }

        return answer.OptionIndex < 0 || answer.OptionIndex >= question.Options.Count
            ? string.Create(CultureInfo.InvariantCulture, $"answer index {answer.OptionIndex} of '{question.Id}', which has {question.Options.Count} options.")
            : null;
    }

    private static bool IsTruth(string target, int truth, Question question) =>
        target == OptionList.Letter(truth).ToString()
        || target == truth.ToString(CultureInfo.InvariantCulture)
        || target == question.Options[truth]
        || target == $"{OptionList.Letter(truth)}. {question.Options[truth]}";

    private string Names() => string.Join(", ", _sets.Select(set => set.Strategy));

    private Dictionary<string, Dictionary<string, Question>> Index(Func<Question, IReadOnlyList<string>> keys) => _sets.ToDictionary(
        set => set.Strategy,
        set => set.Questions.SelectMany(question => keys(question).Select(key => (key, question))).ToDictionary(pair => pair.key, pair => pair.question, StringComparer.Ordinal),
        StringComparer.Ordinal);
}
