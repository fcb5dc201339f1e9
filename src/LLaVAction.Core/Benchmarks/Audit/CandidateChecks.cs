namespace LLaVAction.Benchmarks.Audit;

/// <summary>
/// Proves from the ranks alone that the distractors are the dump's best-ranked other classes, or recorded substitutes: the
/// ranks of the distractors, of the truth and of the recorded candidates leave no gap.
/// </summary>
internal sealed class CandidateChecks(BenchmarkManifest manifest, SetEntry set, VerificationReport report)
{
    private readonly ILookup<string, PassedOverCandidate> _passedOver =
        set.PassedOver.ToLookup(static candidate => candidate.Id, StringComparer.Ordinal);

    public void Check(Question question, int line)
    {
        void Fail(string invariant, string message) => report.Add(invariant, set.File, line, $"{question.Id}: {message}");

        if (set.DumpFormat is null)
        {
            if (question.GroundTruthRank is not null || question.OptionRanks.Any(static rank => rank is not null))
            {
                Fail("ranks", "a set without a dump has a rank; expected null");
            }

            return;
        }

        CheckTruthRank(question, Fail);
        var distractorRanks = Enumerable.Range(0, question.OptionRanks.Count)
            .Where(index => index != question.AnswerIndex)
            .Select(index => question.OptionRanks[index].GetValueOrDefault())
            .ToArray();
        if (Array.Exists(distractorRanks, rank => rank < 1 || rank > manifest.PoolClasses))
        {
            Fail("ranks", $"a distractor has no rank, or one beyond the {manifest.PoolClasses} classes of the pool; expected its place in the dump's list");
            return;
        }

        var known = new HashSet<int>();
        foreach (var rank in distractorRanks.Select(static rank => (int?)rank).Concat(_passedOver[question.Id].Select(static candidate => candidate.Rank)))
        {
            if (rank is { } value && !known.Add(value))
            {
                Fail("ranks", $"rank {value} is taken twice");
            }
        }

        CheckReplacedClasses(question, Fail);
        if (manifest.Protocol == Protocol.Training)
        {
            CheckTraining(distractorRanks, question, Fail);
        }
        else
        {
            CheckNoGap(distractorRanks, known, question, Fail);
        }
    }

    public void CheckRecords(IReadOnlySet<string> ids)
    {
        foreach (var candidate in set.PassedOver.Where(candidate => !ids.Contains(candidate.Id)))
        {
            report.Add("passed-over", set.File, null, $"the manifest passes over {candidate.Class} for '{candidate.Id}', which has no question in the set");
        }
    }

    private void CheckTruthRank(Question question, Action<string, string> fail)
    {
        if (question.AnswerIndex is { } answer && question.OptionRanks[answer] != question.GroundTruthRank)
        {
            fail("ranks", $"the true option has rank {Text(question.OptionRanks[answer])}, but ground_truth_rank is {Text(question.GroundTruthRank)}");
        }

        var isInFirstK = question.GroundTruthRank <= manifest.OptionsPerQuestion;
        if (manifest.Protocol == Protocol.Recognition && isInFirstK != question.AnswerIndex is not null)
        {
            fail(
                "truth-once",
                $"ground_truth_rank is {Text(question.GroundTruthRank)} and answer_index {Text(question.AnswerIndex)}; "
                + $"under recognition there is an answer exactly when the truth is among the first {manifest.OptionsPerQuestion}");
        }
    }

    private void CheckReplacedClasses(Question question, Action<string, string> fail)
    {
        foreach (var candidate in _passedOver[question.Id])
        {
            if (question.OptionClasses.Contains(candidate.Class, StringComparer.Ordinal))
            {
                fail("passed-over", $"class {candidate.Class} is recorded as passed over, but is an option");
            }

            if (candidate.Reason != PassedOverCandidate.EqualText && manifest.Ambiguous != AmbiguousDistractors.Replace)
            {
                fail("passed-over", $"class {candidate.Class} was passed over for '{candidate.Reason}', but --ambiguous is {SettingNames.Of(manifest.Ambiguous)}");
            }
        }
    }

    private static void CheckNoGap(int[] distractorRanks, HashSet<int> known, Question question, Action<string, string> fail)
    {
        // The numbers come from the file: they are counted, never counted up to.
        var last = distractorRanks.Max();
        var accounted = known.Count(rank => rank < last);
        if (question.GroundTruthRank is { } truth && truth < last && !known.Contains(truth))
        {
            accounted++;
        }

        if (accounted < last - 1)
        {
            var missing = Enumerable.Range(1, accounted + 1).First(rank => rank != question.GroundTruthRank && !known.Contains(rank));
            fail("best-ranked", $"the dump's rank {missing} is neither an option nor recorded as passed over, but rank {last} is a distractor");
        }
    }

    private void CheckTraining(int[] distractorRanks, Question question, Action<string, string> fail)
    {
        var window = 2 * manifest.OptionsPerQuestion;
        var beyond = distractorRanks.Count(rank => rank > window);
        var recorded = _passedOver[question.Id].Count();
        if (beyond > recorded)
        {
            fail("best-ranked", $"{beyond} distractors are beyond rank {window}, but only {recorded} candidates were passed over");
        }
    }

    private static string Text(int? value) => value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null";
}
