using LLaVAction.Runs;

namespace LLaVAction.Comparison;

/// <summary>
/// A comparison of runs: one cell per run × strategy × frame count, and every pair of cells that differ in one thing.
/// </summary>
/// <param name="Runs">The runs, in the order given.</param>
/// <param name="Answers">The answers of each cell, in the order of <paramref name="Cells"/>.</param>
/// <param name="Cells">The cells, in the order of the runs and of their sets.</param>
/// <param name="Pairs">The pairs; their number is the family of Holm's correction.</param>
/// <param name="Notes">What a reader must know: what is missing, what was not shown and why.</param>
public sealed record RunComparison(
    IReadOnlyList<ComparedRun> Runs,
    IReadOnlyList<CellAnswers> Answers,
    IReadOnlyList<CellReport> Cells,
    IReadOnlyList<PairReport> Pairs,
    IReadOnlyList<string> Notes)
{
    /// <summary>Analyses runs.</summary>
    public static RunComparison Of(IReadOnlyList<ComparedRun> runs, SplitFiles files)
    {
        var answers = runs.SelectMany(static run => run.Results.Cells.Select(cell => new CellAnswers(run, cell))).ToArray();
        var summaries = runs.SelectMany(static run => run.Summary.Cells).ToArray();
        var cells = ParallelMap.Map(
            answers.Index(), entry => CellAnalysis.Of(entry.Item, summaries[entry.Index], BlindOf(entry.Item, answers), files));
        return new RunComparison(runs, answers, cells, PairAnalysis.Of(answers), [.. WriteNotes(runs, cells, files)]);
    }

    /// <summary>The cell of a blind run of the same model and set; null for none, and for a control.</summary>
    public CellReport? BlindOf(CellReport cell)
    {
        var index = Cells.Index().First(entry => ReferenceEquals(entry.Item, cell)).Index;
        return BlindOf(Answers[index], [.. Answers]) is { } blind ? Cells[Answers.Index().First(entry => entry.Item == blind).Index] : null;
    }

    // The blind run of the same model and set: at the same frame count where there is one, for the prompt may name that count; of
    // several the first.
    private static CellAnswers? BlindOf(CellAnswers cell, CellAnswers[] all)
    {
        if (cell.Run.Identity.Control != Control.None)
        {
            return null;
        }

        var blind = all.Where(other =>
            other.Run.Identity.Control == Control.Blind
            && other.Run.Identity.Model.HasSameContent(cell.Run.Identity.Model)
            && other.Run.Identity.Model.HasSameSettings(cell.Run.Identity.Model)
            && other.Cell.Strategy == cell.Cell.Strategy).ToArray();
        return Array.Find(blind, other => other.Cell.Frames == cell.Cell.Frames) ?? blind.FirstOrDefault();
    }

    private static IEnumerable<string> WriteNotes(IReadOnlyList<ComparedRun> runs, CellReport[] cells, SplitFiles files)
    {
        foreach (var run in runs.Where(static run => !run.Results.IsComplete))
        {
            yield return FormattableString.Invariant(
                $"{run.Label}: {run.Results.Present} of {run.Results.Expected} results; missing ones count as wrong. Run the same evaluate-model command again to complete the run.");
        }

        foreach (var doubt in runs.SelectMany(static run => run.Manifest.Doubts()).Distinct(StringComparer.Ordinal))
        {
            yield return doubt;
        }

        foreach (var cell in cells.Where(static cell => cell.Summary.Questions < cell.Summary.QuestionsInSet))
        {
            yield return FormattableString.Invariant(
                $"{cell.Name}: {cell.Summary.Questions} of {cell.Summary.QuestionsInSet} questions were asked; no comparison with the paper.");
        }

        foreach (var cell in cells.Where(static cell => cell.Summary.DecodeErrors + cell.Summary.MissingVideos + cell.Summary.ShortVideos > 0))
        {
            yield return FormattableString.Invariant(
                $"{cell.Name}: {cell.Summary.DecodeErrors} clips could not be decoded and {cell.Summary.MissingVideos} have no video{(cell.Summary.ShortVideos > 0 ? FormattableString.Invariant($", and the videos of {cell.Summary.ShortVideos} end before them") : "")}; they count as wrong.");
        }

        foreach (var cell in cells.Where(static cell => cell is { Unit: ClusterUnit.Video, Summary.Accuracy: not null }))
        {
            yield return !cell.Interval.IsEstimable
                ? $"{cell.Name}: all questions are of one video, so no interval can be estimated."
                : cell.IsOfPublishedBenchmark ? $"{cell.Name}: intervals are clustered by video."
                : $"{cell.Name}: all questions are of one participant, so intervals are clustered by video and say nothing of other people.";
        }

        foreach (var cell in cells.Where(static cell => cell.Summary.NoAnswers + cell.Summary.Refused + cell.Summary.Truncated > 0))
        {
            yield return FormattableString.Invariant(
                $"{cell.Name}: {cell.Summary.NoAnswers} questions got no answer from the service, {cell.Summary.Refused} were refused, {cell.Summary.Truncated} answers were cut off; they count as wrong.");
        }

        foreach (var run in cells.Where(static cell => cell.Summary.HasLowLetterMass).GroupBy(static cell => cell.Run, StringComparer.Ordinal))
        {
            yield return FormattableString.Invariant(
                $"{run.Key}: in {run.Count()} of {cells.Count(cell => cell.Run == run.Key)} cells the letters hold less than half of the probability on average (lowest {run.Min(static cell => cell.Summary.MeanLetterMass):P1}); this model would not answer with a letter. Consider --scoring generate.");
        }

        foreach (var run in runs.Where(static run => run.Identity.Model.OverriddenSettings.Count > 0))
        {
            var settings = run.Identity.Model.OverriddenSettings.Select(pair =>
                $"{pair.Key} is {run.Identity.Model.Settings.GetValueOrDefault(pair.Key)}, the checkpoint says {pair.Value}");
            yield return $"{run.Label}: {string.Join("; ", settings)}.";
        }

        if (cells.Any(static cell => cell is { IsOfPublishedBenchmark: true, Paper: not null }
            || cell.Splits.Any(split => PublishedPaperFigures.Find(cell.Summary.Strategy, split.Split, split.Group) is not null)))
        {
            yield return PublishedPaperFigures.Contradiction;
        }

        if ((files.Tail is null || files.Unseen is null) && cells.Any(static cell => !cell.IsOfPublishedBenchmark))
        {
            yield return "Splits by tail classes and unseen participants need the EPIC-KITCHENS-100 lists: pass their folder with --annotations-folder.";
        }
    }
}
