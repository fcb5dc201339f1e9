namespace LLaVAction.Benchmarks.Audit;

/// <summary>Checks that the sets speak of the same clips, in the same order, with the truth at the same position.</summary>
internal sealed class CrossSetChecks(BenchmarkManifest manifest, VerificationReport report)
{
    private readonly Dictionary<string, (string File, int Line, Question Question)> _first = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int?> _positions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _timesSeen = new(StringComparer.Ordinal);

    public void Add(SetEntry set, IReadOnlyList<(int Line, Question Question)> questions)
    {
        foreach (var (line, question) in questions)
        {
            _timesSeen[question.Id] = _timesSeen.GetValueOrDefault(question.Id) + 1;
            if (!_first.TryGetValue(question.Id, out var other))
            {
                _first[question.Id] = (set.File, line, question);
            }
            else if (ClipOf(question) != ClipOf(other.Question))
            {
                report.Add("same-clip", set.File, line, $"{question.Id}: times, frames, narration or classes differ from {other.File} line {other.Line}");
            }

            CheckPosition(set, line, question);
        }
    }

    public void Finish(IReadOnlyList<IReadOnlyList<(int Line, Question Question)>> sets)
    {
        var shared = _timesSeen.Count(pair => pair.Value == manifest.Sets.Count);
        if (shared != manifest.ClipsInEverySet)
        {
            report.Add("manifest-figures", BenchmarkFolder.ManifestName, null, $"clips_in_every_set is {manifest.ClipsInEverySet}; the sets share {shared}");
        }

        for (var index = 1; index < sets.Count; index++)
        {
            CheckOrder(manifest.Sets[index], sets[0], sets[index]);
        }
    }

    private void CheckPosition(SetEntry set, int line, Question question)
    {
        if (question.AnswerIndex is null)
        {
            return;
        }

        if (!_positions.TryAdd(question.Id, question.AnswerIndex) && _positions[question.Id] != question.AnswerIndex)
        {
            report.Add("same-position", set.File, line, $"{question.Id}: answer_index {question.AnswerIndex}; another set of this benchmark has {_positions[question.Id]}");
        }
    }

    private void CheckOrder(
        SetEntry set,
        IReadOnlyList<(int Line, Question Question)> reference,
        IReadOnlyList<(int Line, Question Question)> questions)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < reference.Count; i++)
        {
            places.TryAdd(reference[i].Question.Id, i);
        }

        var last = -1;
        foreach (var (line, question) in questions)
        {
            if (places.TryGetValue(question.Id, out var place))
            {
                if (place < last)
                {
                    report.Add("order", set.File, line, $"{question.Id} comes later here than in {manifest.Sets[0].File}; expected one order in every set");
                    return;
                }

                last = place;
            }
        }
    }

    private static (string, string, double, double, int, int, string, int, int) ClipOf(Question question) =>
        (question.VideoId, question.ParticipantId, question.StartSeconds, question.StopSeconds, question.StartFrame,
            question.StopFrame, question.Narration, question.VerbClass, question.NounClass);
}
