namespace LLaVAction.Recognizers;

/// <summary>
/// A recogniser's predictions, whatever format they came in, normalised to narration id → ranked classes. Rankings of
/// score matrices read the file again for what was not asked for at first, so that a dump keeps its file open.
/// </summary>
/// <param name="Path">The file the user gave, for messages.</param>
/// <param name="Format">The recognised format: one of <see cref="PredictionFormat"/>.</param>
/// <param name="Rankings">Narration id → ranked classes, for every clip asked for.</param>
public sealed record PredictionDump(
    string Path,
    string Format,
    IReadOnlyDictionary<string, ActionRanking> Rankings) : IDisposable
{
    internal IDisposable? Source { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Source?.Dispose();
}

/// <summary>Names of the formats that dumps are published in.</summary>
public static class PredictionFormat
{
    /// <summary>Row index or narration id → <c>predictions</c> and <c>target</c>, as LLaVAction reads them.</summary>
    public const string LlavactionJson = "llavaction-json";

    /// <summary>AVION's pickle of <c>logits</c>, <c>probs</c> and <c>targets</c>.</summary>
    public const string AvionPickle = "avion-pickle";

    /// <summary>TIM's features pickle, keyed by narration id.</summary>
    public const string TimPickle = "tim-pickle";

    /// <summary>The score pickle of EPIC-KITCHENS' own baselines: verb and noun scores by narration id.</summary>
    public const string BaselinePickle = "epic-baseline-pickle";

    /// <summary>The EPIC-KITCHENS-100 action recognition submission, plain or zipped.</summary>
    public const string Submission = "epic-submission";

    /// <summary>Our own CSV of <c>narration_id,rank,verb_class,noun_class,score</c>.</summary>
    public const string Csv = "csv";
}
