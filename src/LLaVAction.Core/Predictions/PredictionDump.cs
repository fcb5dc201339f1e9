namespace LLaVAction.Predictions;

/// <summary>
/// A recogniser's predictions, whatever format they came in, normalised to narration id → ranked classes, best first,
/// without duplicates.
/// </summary>
/// <param name="Path">The file the user gave, for messages.</param>
/// <param name="Format">The recognised format, for example <c>avion-pickle</c>.</param>
/// <param name="Rankings">Narration id → ranked classes, best first.</param>
public sealed record PredictionDump(
    string Path,
    string Format,
    IReadOnlyDictionary<string, IReadOnlyList<RankedAction>> Rankings);
