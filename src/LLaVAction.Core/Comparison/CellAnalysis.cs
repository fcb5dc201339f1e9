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
    /// <param name="index">Index of the cell in the comparison.</param>
    public static CellReport Of(CellAnswers answers, CellSummary summary, CellAnswers? blind, SplitFiles files, int index)
    {
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(summary);
        var run = answers.Run;
        var rows = answers.Rows;
        var byVideo = CellAnswers.ByVideo(rows);
        var byParticipant = CellAnswers.ByParticipant(rows);
        var set = run.Manifest.Sets.FirstOrDefault(set => set.Strategy == answers.Cell.Strategy);
        var mean = byVideo.Mean;
        return new CellReport
        {
            Index = index,
            Run = run.Label,
            Model = run.Identity.Model.Name,
            Control = run.Identity.Control,
            Scoring = run.Identity.Scoring.Count > 0 ? run.Identity.Scoring[0] : "none",
            Summary = summary,
            Caveats = CaveatsOf(run.Identity, summary),
            CoversItsSet = summary.Questions == summary.QuestionsInSet && summary.WithoutResult == 0,
            ByVideo = ClusterRobust.Interval(byVideo).ClampTo(0, 1),
            ByParticipant = ClusterRobust.Interval(byParticipant).ClampTo(0, 1),
            ByVideoBootstrap = ClusterBootstrap.Interval(byVideo).ClampTo(0, 1),
            Wilson = WilsonInterval.Of(summary.Correct, summary.Questions),
            Videos = new ClusterCount(byVideo.Clusters.Count, byVideo.EffectiveClusters),
            Participants = new ClusterCount(byParticipant.Clusters.Count, byParticipant.EffectiveClusters),
            DesignEffect = rows.Count < 2 ? double.NaN : ClusterRobust.DesignEffect(byVideo, mean * (1 - mean) * rows.Count / (rows.Count - 1)),
            OptionsOnlyCeiling = set?.OptionsOnly is { } only
                ? Math.Max(only.Centrality, Math.Max(only.TrainFrequencyPrior, only.LogisticModel))
                : null,
            Judges = set?.Judges ?? [],
            PriorCorrected = blind is null ? null : CorrectPrior(answers, blind),
            Taxonomy = AnswerTaxonomy.Of(rows),
            Positions = PositionBias.Of(rows),
            DistractorRanks = DistractorRank.Of(rows),
            Verbs = ClassAccuracy.OfVerbs(rows),
            Nouns = ClassAccuracy.OfNouns(rows),
            Splits = Comparison.Splits.Of(rows, files),
            Paper = PaperFigures.Find(run.Identity, summary),
        };
    }

    /// <summary>A set of measured predictions in a benchmark that also has simulated ones is not itself simulated.</summary>
    private static List<string> CaveatsOf(RunIdentity identity, CellSummary summary)
    {
        var caveats = new List<string>();
        if (identity.Model.HasRandomWeights)
        {
            caveats.Add("random weights");
        }

        if (summary.Provenance == "simulated")
        {
            caveats.Add("simulated");
        }

        return caveats;
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
