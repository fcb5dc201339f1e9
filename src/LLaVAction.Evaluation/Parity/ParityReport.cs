namespace LLaVAction.Evaluation.Parity;

/// <summary>The stages that are compared, in the order in which an error travels.</summary>
public enum ParityStage
{
    /// <summary>The prompt's token ids.</summary>
    Tokens,

    /// <summary>Pixel values of the frames.</summary>
    Pixels,

    /// <summary>The vision tower, from the reference's pixels.</summary>
    Vision,

    /// <summary>The projector, from the reference's vision features.</summary>
    Projector,

    /// <summary>Pooling and newlines, from the reference's projected features.</summary>
    VideoTokens,

    /// <summary>The language model, from the reference's video tokens.</summary>
    LanguageModel,

    /// <summary>The head, from the reference's hidden states.</summary>
    Logits,

    /// <summary>The last logits, from the frames through all our own stages.</summary>
    Whole,

    /// <summary>The greedy continuation, through all our own stages.</summary>
    Continuation,

    /// <summary>Log-probabilities of the letters, as an evaluation gets them.</summary>
    Letters,
}

/// <summary>What still counts as equal.</summary>
/// <param name="Relative">RMS of the difference over RMS of the reference.</param>
/// <param name="Channel">The same for the worst channel.</param>
/// <param name="Nats">Movement of a letter's log-probability.</param>
public sealed record ParityTolerance(double Relative, double Channel, double Nats)
{
    /// <summary>What rounding explains: float32 on both sides, or a half format on either.</summary>
    public static ParityTolerance For(bool isFloat32) => isFloat32 ? new ParityTolerance(1e-3, 1e-2, 0.01) : new ParityTolerance(0.05, 0.5, 0.5);
}

/// <summary>One comparison.</summary>
/// <param name="Stage">Of what.</param>
/// <param name="Clip">Of which clip.</param>
/// <param name="IsWithin">Whether it is within the tolerance.</param>
/// <param name="Size">By how much it differs; larger is worse; 0 where equal.</param>
/// <param name="Detail">Where and by how much, for people.</param>
/// <param name="Difference">The figures, where tensors were compared.</param>
public sealed record ParityFinding(ParityStage Stage, string Clip, bool IsWithin, double Size, string Detail, StageDifference? Difference = null);

/// <summary>All comparisons of a pack.</summary>
public sealed class ParityReport
{
    private readonly List<ParityFinding> _findings = [];

    /// <summary>Stages that could not be compared, and why.</summary>
    public IList<string> Notes { get; } = [];

    /// <summary>The comparisons, clip by clip.</summary>
    public IReadOnlyList<ParityFinding> Findings => _findings;

    /// <summary>Whether everything is within the tolerance.</summary>
    public bool Agrees => _findings.TrueForAll(static finding => finding.IsWithin);

    /// <summary>The worst finding of each stage, in the order of the stages: those out of tolerance first, then by size.</summary>
    public IReadOnlyList<(ParityFinding Worst, int Clips, int Outside)> ByStage =>
    [
        .. _findings.GroupBy(static finding => finding.Stage).OrderBy(static group => group.Key).Select(static group => (
            group.OrderBy(static finding => finding.IsWithin).ThenByDescending(static finding => finding.Size).First(),
            group.Count(),
            group.Count(static finding => !finding.IsWithin))),
    ];

    /// <summary>The earliest stage out of tolerance: where to look; null where all agree.</summary>
    public ParityFinding? First => ByStage.Select(static stage => stage.Worst).FirstOrDefault(static worst => !worst.IsWithin);

    internal void Add(ParityFinding finding) => _findings.Add(finding);
}
