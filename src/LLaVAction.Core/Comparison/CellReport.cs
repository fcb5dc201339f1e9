using LLaVAction.Benchmarks;
using LLaVAction.Runs;
using LLaVAction.Statistics;

namespace LLaVAction.Comparison;

/// <summary>Everything that is said of one cell: a run's answers to one set at one frame count.</summary>
public sealed record CellReport
{
    /// <summary>Label of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Whether the questions are of an imported benchmark: texts, no actions.</summary>
    public required bool IsOfPublishedBenchmark { get; init; }

    /// <summary>The control.</summary>
    public required Control Control { get; init; }

    /// <summary>Counts and accuracies as in <c>summary.json</c>: strategy, provenance, frames, denominators, rotations, recognition.</summary>
    public required CellSummary Summary { get; init; }

    /// <summary>Words that must stand beside every figure of the cell.</summary>
    public required IReadOnlyList<string> Caveats { get; init; }

    /// <summary>Whether the run covers the whole set and every question asked has a result.</summary>
    public required bool CoversItsSet { get; init; }

    /// <summary>What <see cref="Interval"/> is clustered by.</summary>
    public required ClusterUnit Unit { get; init; }

    /// <summary>Accuracy over all questions asked, interval clustered by participant.</summary>
    public required ConfidenceInterval ByParticipant { get; init; }

    /// <summary>The same, clustered by video.</summary>
    public required ConfidenceInterval ByVideo { get; init; }

    /// <summary>The same, by resampling videos.</summary>
    public required ConfidenceInterval ByVideoBootstrap { get; init; }

    /// <summary>Wilson's interval, as if clips were independent; for reference.</summary>
    public required ConfidenceInterval Wilson { get; init; }

    /// <summary>The interval of the headline.</summary>
    public ConfidenceInterval Interval => Unit == ClusterUnit.Participant ? ByParticipant : ByVideo;

    /// <summary>Number of videos, and of equally large videos with as much information.</summary>
    public required ClusterCount Videos { get; init; }

    /// <summary>Number of participants, and of equally large ones with as much information.</summary>
    public required ClusterCount Participants { get; init; }

    /// <summary>Independent questions that would tell as much as those asked; NaN where it cannot be told.</summary>
    public required double EffectiveQuestions { get; init; }

    /// <summary>Variance of the clustered estimate over that of independent clips; NaN where it cannot be told.</summary>
    public required double DesignEffect { get; init; }

    /// <summary>Best accuracy from the options alone; null where the benchmark does not tell.</summary>
    public required double? OptionsOnlyCeiling { get; init; }

    /// <summary>Each dump as a judge of the set, on the whole set.</summary>
    public required IReadOnlyList<CellJudge> Judges { get; init; }

    /// <summary>Accuracy of the blind run of the same model and set; null without one in the comparison.</summary>
    public required double? BlindAccuracy { get; init; }

    /// <summary>
    /// Accuracy after the blind run's letter scores are taken out, and with the mean letter prior taken out; null
    /// without a blind run of the same model and set in the comparison.
    /// </summary>
    public required PriorCorrectedAccuracy? PriorCorrected { get; init; }

    /// <summary>
    /// Expected accuracy by a published scorer that throws a die over the options where it reads no letter; null for others.
    /// </summary>
    public required double? PublishedWithDice { get; init; }

    /// <summary>What kind of option was chosen.</summary>
    public required AnswerTaxonomy Taxonomy { get; init; }

    /// <summary>Accuracy and choice rate per letter; null without options.</summary>
    public required PositionBias? Positions { get; init; }

    /// <summary>How often distractors of each rank mislead.</summary>
    public required IReadOnlyList<DistractorRank> DistractorRanks { get; init; }

    /// <summary>Verb classes, hardest first.</summary>
    public required IReadOnlyList<ClassAccuracy> Verbs { get; init; }

    /// <summary>Noun classes, hardest first.</summary>
    public required IReadOnlyList<ClassAccuracy> Nouns { get; init; }

    /// <summary>Accuracy on the parts of the set.</summary>
    public required IReadOnlyList<SplitGroup> Splits { get; init; }

    /// <summary>The paper's figure for this cell, and whether this run may stand beside it; null where the paper has none.</summary>
    public required PaperFigure? Paper { get; init; }

    /// <summary>Run and control in words.</summary>
    public string SeriesName => Control == Control.None ? Run : $"{Run}, {SettingNames.Of(Control)}";

    /// <summary>Run, strategy, frames and control in words.</summary>
    public string Name => FormattableString.Invariant(
        $"{Run}, {Summary.Strategy}, {Summary.Frames} frames{(Control == Control.None ? "" : $", {SettingNames.Of(Control)}")}");
}

/// <summary>Clusters and how many equal ones they are worth.</summary>
/// <param name="Count">Number of clusters.</param>
/// <param name="Effective">Number of equally large clusters with as much information.</param>
public sealed record ClusterCount(int Count, double Effective);

/// <summary>A dump as a judge of a cell's set.</summary>
/// <param name="Accuracy">What the manifest says.</param>
/// <param name="IsSimulated">Whether the dump itself is simulated, whatever set it judges.</param>
public sealed record CellJudge(JudgeAccuracy Accuracy, bool IsSimulated);

/// <summary>Accuracies of the letter scores with the blind prior taken out.</summary>
/// <param name="PerQuestion">Prior of the same question without video (pointwise mutual information).</param>
/// <param name="MeanLetter">Mean prior of each letter (contextual calibration).</param>
/// <param name="Questions">Questions with both scores.</param>
public sealed record PriorCorrectedAccuracy(double PerQuestion, double MeanLetter, int Questions);
