using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Prompts;
using LLaVAction.Scoring;

namespace LLaVAction.Evaluation;

/// <summary>
/// The prompts of one group: questions that see the same frames. Equal prompts (sets that share a question, captions,
/// blind frame counts) are asked once.
/// </summary>
internal sealed class PromptSheet
{
    private static readonly IReadOnlyList<string>[] Letters =
        [.. Enumerable.Range(0, OptionList.MaximumOptions + 1).Select(OptionList.Letters)];

    private readonly EvaluationSettings _settings;
    private readonly IReadOnlyList<double> _frameSeconds;
    private readonly string?[] _notes;
    private readonly PromptFailure?[] _failures;

    public PromptSheet(EvaluationSettings settings, IReadOnlyList<PendingQuestion> pending, IReadOnlyList<double>? frameSeconds = null)
    {
        _settings = settings;
        _frameSeconds = frameSeconds ?? [];
        Pending = pending;
        Orders = [.. pending.Select(one => settings.Prompt.Task.HasOptions()
            ? Rotation.OptionOrder(one.Question.Options.Count, one.Rotation)
            : [])];
        _notes = new string?[pending.Count];
        _failures = new PromptFailure?[pending.Count];
    }

    public IReadOnlyList<PendingQuestion> Pending { get; }

    public IReadOnlyList<int[]> Orders { get; }

    // For each question the description of the first pass; null without one.
    public IReadOnlyList<string?> Notes => _notes;

    public DistinctRequests CaptionRequests() => new(Pending.Select((one, i) => new PromptRequest(
        PromptBuilder.BuildCaptionPass(_settings.Prompt, Input(one, i)), [], _settings.MaxNewTokens)));

    public void TakeNotes(IReadOnlyList<PromptAnswer> captions)
    {
        for (var i = 0; i < _notes.Length; i++)
        {
            _notes[i] = captions[i].Text?.Trim() ?? "";
            _failures[i] = captions[i].Failure;
        }
    }

    public DistinctRequests AnswerRequests() => new(Pending.Select((one, i) => new PromptRequest(
        PromptBuilder.Build(_settings.Prompt, Input(one, i)),
        _settings.ScoresLetters ? Letters[Orders[i].Length] : [],
        _settings.AnswerTokens)));

    public IReadOnlyList<PromptAnswer> Judge(IReadOnlyList<PromptAnswer> all) =>
        [.. all.Select((answer, i) => _failures[i] is { } failure ? answer with { Failure = failure } : answer)];

    private PromptInput Input(PendingQuestion one, int i) => new()
    {
        DurationSeconds = one.Question.DurationSeconds,
        NamedFrames = _settings.NamedFrames(one.Frames),
        FrameSeconds = _frameSeconds,
        Options = Rotation.Show(one.Question.Options, Orders[i]),
        PriorActions = _settings.PriorActions?.Find(one.Question.Strategy, one.Question.Id, one.Frames),
        Notes = _notes[i],
        Question = one.Question.Text,
        Subtitles = one.Question.Subtitles,
    };
}

/// <summary>Requests without repetition, and where each one's answer is found.</summary>
internal sealed class DistinctRequests
{
    private readonly List<PromptRequest> _requests = [];
    private readonly List<int> _positions = [];

    public DistinctRequests(IEnumerable<PromptRequest> all)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var request in all)
        {
            if (!seen.TryGetValue(request.Prompt, out var position))
            {
                position = _requests.Count;
                seen.Add(request.Prompt, position);
                _requests.Add(request);
            }

            _positions.Add(position);
        }
    }

    public IReadOnlyList<PromptRequest> Requests => _requests;

    public PromptRequest Of(int place) => _requests[_positions[place]];

    // One answer per original request; the time stands on the first that uses it and is 0 on the others.
    public IReadOnlyList<PromptAnswer> Spread(IReadOnlyList<PromptAnswer> answers)
    {
        var isPaid = new bool[answers.Count];
        var spread = new PromptAnswer[_positions.Count];
        for (var i = 0; i < spread.Length; i++)
        {
            var position = _positions[i];
            spread[i] = isPaid[position] ? answers[position] with { Milliseconds = 0 } : answers[position];
            isPaid[position] = true;
        }

        return spread;
    }
}
