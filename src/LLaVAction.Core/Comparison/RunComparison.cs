using LLaVAction.Runs;

namespace LLaVAction.Comparison;

/// <summary>
/// A comparison of runs: one cell per run × strategy × frame count, and every pair of cells that differ in one thing.
/// </summary>
/// <param name="Runs">The runs, in the order given.</param>
/// <param name="Cells">The cells, in the order of the runs and of their sets.</param>
/// <param name="Pairs">The pairs; their number is the family of Holm's correction.</param>
/// <param name="Notes">What a reader must know: what is missing, what was not shown and why.</param>
public sealed record RunComparison(
    IReadOnlyList<ComparedRun> Runs,
    IReadOnlyList<CellReport> Cells,
    IReadOnlyList<PairReport> Pairs,
    IReadOnlyList<string> Notes)
{
    /// <summary>Analyses runs.</summary>
    public static RunComparison Of(IReadOnlyList<ComparedRun> runs, SplitFiles files)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(files);
        var answers = runs.SelectMany(static run => run.Results.Cells.Select(cell => new CellAnswers(run, cell))).ToArray();
        var summaries = runs.SelectMany(static run => run.Summary.Cells).ToArray();
        var cells = ParallelMap.Map(
            answers.Index(), entry => CellAnalysis.Of(entry.Item, summaries[entry.Index], BlindOf(entry.Item, answers), files, entry.Index));
        return new RunComparison(runs, cells, PairAnalysis.Of(answers), [.. WriteNotes(runs, cells, files)]);
    }

    /// <summary>
    /// The blind run of the same model and set: at the same frame count where there is one, for the prompt may name
    /// that count; of several the first.
    /// </summary>
    private static CellAnswers? BlindOf(CellAnswers cell, CellAnswers[] all)
    {
        if (cell.Run.Identity.Control != "none")
        {
            return null;
        }

        var blind = all.Where(other =>
            other.Run.Identity.Control.StartsWith("blind", StringComparison.Ordinal)
            && IsSameModel(other.Run.Identity.Model, cell.Run.Identity.Model)
            && other.Cell.Strategy == cell.Cell.Strategy).ToArray();
        return Array.Find(blind, other => other.Cell.Frames == cell.Cell.Frames) ?? blind.FirstOrDefault();
    }

    private static bool IsSameModel(RunModel left, RunModel right) =>
        left.Name == right.Name
        && left.Hash == right.Hash
        && left.Precision == right.Precision
        && left.Settings.OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .SequenceEqual(right.Settings.OrderBy(static pair => pair.Key, StringComparer.Ordinal));

    private static IEnumerable<string> WriteNotes(IReadOnlyList<ComparedRun> runs, CellReport[] cells, SplitFiles files)
    {
        foreach (var run in runs.Where(static run => !run.Results.IsComplete))
        {
            yield return FormattableString.Invariant(
                $"{run.Label}: {run.Results.Present} of {run.Results.Expected} results; those missing count as wrong. Start the same evaluate-model again to complete the run.");
        }

        foreach (var cell in cells.Where(static cell => cell.Summary.Questions < cell.Summary.QuestionsInSet))
        {
            yield return FormattableString.Invariant(
                $"{cell.Run}, {cell.Summary.Strategy}, {cell.Summary.Frames} frames: {cell.Summary.Questions} of {cell.Summary.QuestionsInSet} questions were asked; no comparison with the paper.");
        }

        foreach (var cell in cells.Where(static cell => cell.Summary.DecodeErrors + cell.Summary.MissingVideos > 0))
        {
            yield return FormattableString.Invariant(
                $"{cell.Run}, {cell.Summary.Strategy}, {cell.Summary.Frames} frames: {cell.Summary.DecodeErrors} clips could not be decoded and {cell.Summary.MissingVideos} have no video; they count as wrong.");
        }

        foreach (var cell in cells.Where(static cell => cell.Summary.NoAnswers + cell.Summary.Refused + cell.Summary.Truncated > 0))
        {
            yield return FormattableString.Invariant(
                $"{cell.Run}, {cell.Summary.Strategy}, {cell.Summary.Frames} frames: {cell.Summary.NoAnswers} questions got no answer from the service, {cell.Summary.Refused} were refused, {cell.Summary.Truncated} answers were cut off; they count as wrong.");
        }

        foreach (var run in cells.Where(static cell => cell.Summary.HasLowLetterMass).GroupBy(static cell => cell.Run, StringComparer.Ordinal))
        {
            yield return FormattableString.Invariant(
                $"{run.Key}: in {run.Count()} of its {cells.Count(cell => cell.Run == run.Key)} cells the letters have less than half of the probability on average ({run.Min(static cell => cell.Summary.MeanLetterMass):P1} at the least); this model would not answer with a letter. Look at --scoring generate.");
        }

        foreach (var run in runs.Where(static run => run.Identity.Model.OverriddenSettings.Count > 0))
        {
            var settings = run.Identity.Model.OverriddenSettings.Select(pair =>
                $"{pair.Key} is {run.Identity.Model.Settings.GetValueOrDefault(pair.Key)}, the checkpoint says {pair.Value}");
            yield return $"{run.Label}: {string.Join("; ", settings)}.";
        }

        if (files.Tail is null || files.Unseen is null)
        {
            yield return "Splits by tail classes and unseen participants need the EPIC-KITCHENS-100 lists: give their folder with --annotations-folder.";
        }
    }
}
