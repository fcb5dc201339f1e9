using LLaVAction.Training;

namespace LLaVAction.Torch.Training;

/// <summary>A question set that every checkpoint of a run is asked.</summary>
/// <param name="Identity">What is asked and how; a run goes on with the same alone, so that its best checkpoint is the best of all.</param>
/// <param name="Evaluate">Gives what a checkpoint's folder answers; asked again where it was interrupted.</param>
public sealed record PeriodicEvaluation(string Identity, Func<string, CancellationToken, TrainingEvaluation> Evaluate);
