using LLaVAction.Benchmarks;
using LLaVAction.OtherBenchmarks;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Statistics;

namespace LLaVAction.Comparison;

/// <summary>Computes <see cref="CellReport"/>s.</summary>
public static class CellAnalysis
{
    /// <summary>Analyses one cell.</summary>
    /// <param name="answers">The cell's answers.</param>
    /// <param name="summary">Its counts.</param>
    /// <param name="blind">The cell of a blind run of the same model and set; null for none.</param>
    /// <param name="files">Lists for splits.</param>
    public static CellReport Of(CellAnswers answers, CellSummary summary, CellAnswers? blind, SplitFiles files)
    {
        var run = answers.Run;
        var rows = answers.Rows;
        var byVideo = CellAnswers.Sample(rows, ClusterUnit.Video);
        var byParticipant = CellAnswers.Sample(rows, ClusterUnit.Participant);
        var unit = Clustering.UnitOf(rows);
        var headline = unit == ClusterUnit.Participant ? byParticipant : byVideo;
        var set = run.Manifest.Sets.FirstOrDefault(set => set.Strategy == answers.Cell.Strategy);
        return new CellReport
        {
            Run = run.Label,
            IsOfPublishedBenchmark = run.Manifest.PublishedBenchmark is not null,
            Control = run.Identity.Control,
            Summary = summary,
            Caveats = SummaryBuilder.Caveats(run.Identity, summary.Provenance),
            CoversItsSet = summary.Questions == summary.QuestionsInSet && summary.WithoutResult == 0,
            Unit = unit,
            ByVideo = ClusteredShare.Interval(byVideo),
            ByParticipant = ClusteredShare.Interval(byParticipant),
            ByVideoBootstrap = ClusterBootstrap.Interval(byVideo),
            Wilson = WilsonInterval.Of(summary.Correct, summary.Questions),
            Videos = new ClusterCount(byVideo.Clusters.Count, byVideo.EffectiveClusters),
            Participants = new ClusterCount(byParticipant.Clusters.Count, byParticipant.EffectiveClusters),
            EffectiveQuestions = ClusteredShare.EffectiveCount(headline),
            DesignEffect = ClusteredShare.DesignEffect(headline),
            OptionsOnlyCeiling = set?.OptionsOnly is { } only
                ? Math.Max(only.Centrality, Math.Max(only.TrainFrequencyPrior, only.LogisticModel))
                : null,
            Judges = [.. (set?.Judges ?? []).Select(judge => new CellJudge(judge, IsSimulated(run.Manifest, judge.Dump)))],
            BlindAccuracy = blind is { Rows.Count: > 0 } ? (double)blind.Rows.Count(CellAnswers.IsRight) / blind.Rows.Count : null,
            PriorCorrected = blind is null ? null : CorrectPrior(answers, blind),
            PublishedWithDice = run.Manifest.PublishedBenchmark is { } published && summary.Accuracy is not null ? ExpectDice(published, rows) : null,
            Taxonomy = AnswerTaxonomy.Of(rows),
            Positions = PositionBias.Of(rows),
            DistractorRanks = DistractorRank.Of(rows),
            Verbs = ClassAccuracy.OfVerbs(rows),
            Nouns = ClassAccuracy.OfNouns(rows),
            Splits = Comparison.Splits.Of(rows, files),
            Paper = run.Manifest.PublishedBenchmark is null ? PaperFigures.Find(run.Identity, summary) : PublishedPaperFigures.Find(run.Identity, summary),
        };
    }

    private static bool IsSimulated(BenchmarkManifest manifest, string dump) =>
        manifest.Sets.Any(set => set.Strategy == dump && set.Provenance == Provenance.Simulated);

    // A question that failed has no answer to throw a die for.
    private static double? ExpectDice(PublishedBenchmark benchmark, IReadOnlyList<AskedQuestion> rows)
    {
        var name = SettingNames.Of(AnswerScoring.Published);
        return PublishedParsers.ThrowsDice(benchmark) && rows.Any(row => row.Result?.Predictions.ContainsKey(name) == true)
            ? rows.Average(row => row.Result is not { } line || !line.Predictions.TryGetValue(name, out var read) ? 0
                : read is null ? 1.0 / row.Question.Options.Count
                : read == row.Question.AnswerIndex ? 1 : 0)
            : null;
    }

    private static PriorCorrectedAccuracy? CorrectPrior(CellAnswers answers, CellAnswers blind)
    {
        var scored = answers.Rows
            .Select(row => (Row: row, Prior: blind.Find(row.Question.Id)?.Result))
            .Where(static pair => pair.Row.Result is { LetterLogprobs: not null } && pair.Prior is { LetterLogprobs: not null })
            .ToArray();
        if (scored.Length == 0)
        {
            return null;
        }

        var byLetter = LetterPrior.MeanByLetter(scored.Select(static pair => (pair.Prior!.LetterLogprobs!, pair.Prior.OptionOrder)));
        int perQuestion = 0, meanLetter = 0;
        foreach (var (row, prior) in scored)
        {
            var result = row.Result!;
            var own = LetterPrior.Correct(result.LetterLogprobs!, prior!.LetterLogprobs!);
            var mean = LetterPrior.Correct(result.LetterLogprobs!, LetterPrior.ToOptionOrder(byLetter, result.OptionOrder));
            perQuestion += LetterPrior.Best(own, result.OptionOrder) == row.Question.AnswerIndex ? 1 : 0;
            meanLetter += LetterPrior.Best(mean, result.OptionOrder) == row.Question.AnswerIndex ? 1 : 0;
        }

        return new PriorCorrectedAccuracy((double)perQuestion / scored.Length, (double)meanLetter / scored.Length, scored.Length);
    }
}
