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
    /// <summary>The open file behind the rankings, if any.</summary>
    internal IDisposable? Source { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Source?.Dispose();
}
