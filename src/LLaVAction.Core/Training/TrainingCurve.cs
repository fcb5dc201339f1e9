namespace LLaVAction.Training;

/// <summary>How a training goes, or went: what its folder's <c>metrics.jsonl</c> holds when the report is written.</summary>
/// <param name="Name">Name to show.</param>
/// <param name="Metrics">Its steps and evaluations so far.</param>
public sealed record TrainingCurve(string Name, TrainingMetrics Metrics)
{
    /// <summary>Reads the metrics of a folder of <c>train-model</c>, also while it trains.</summary>
    /// <exception cref="InputException">There are none.</exception>
    public static TrainingCurve Read(string folder)
    {
        var path = Path.Combine(folder, TrainingMetrics.FileName);
        return File.Exists(path)
            ? new TrainingCurve(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), TrainingMetrics.Read(path))
            : throw new InputException($"--training {folder}: no {TrainingMetrics.FileName} in it; expected the --output folder of train-model.");
    }
}
