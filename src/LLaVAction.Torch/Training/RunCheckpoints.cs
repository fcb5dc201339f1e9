using LLaVAction.Training;

namespace LLaVAction.Torch.Training;

/// <summary>The checkpoints of a run: written, evaluated, and removed where they are neither among the last nor the best.</summary>
internal sealed class RunCheckpoints(TrainingRequest request, CheckpointWriter writer, MetricsLog metrics)
{
    // The last checkpoint that is whole; null where there is none.
    public string? Last { get; private set; } = CheckpointWriter.Existing(request.Output) is [.., var last] ? last : null;

    // The checkpoint with the best accuracy, the earlier of equals; null where none was evaluated.
    public (string Folder, TrainingEvaluation Evaluation)? Best => CheckpointWriter.Existing(request.Output)
        .Select(folder => (Folder: folder, TrainingState.Read(folder)?.Evaluation))
        .Where(item => item.Evaluation is not null)
        .Select(item => ((string Folder, TrainingEvaluation Evaluation)?)(item.Folder, item.Evaluation!))
        .MaxBy(item => item!.Value.Evaluation.Accuracy);

    // Whether a checkpoint is written, and evaluated, after a step.
    public bool IsDue(int step, int steps) => step % request.SaveEvery == 0 || step == steps;

    public void Write(TrainingProgress progress)
    {
        metrics.Sync();
        Last = writer.Write(request.Output, progress);
    }

    // Has the last checkpoint evaluated, unless it was before the run was interrupted, and removes those that are not kept.
    public void Evaluate(TrainingProgress progress, CancellationToken cancellationToken)
    {
        if (writer.LacksModel(Last!))
        {
            Last = writer.Write(request.Output, progress);
        }

        if (request.Evaluation is { } evaluation)
        {
            if (progress.Evaluation is null)
            {
                progress = progress with { Evaluation = evaluation.Evaluate(Last!, cancellationToken) };
                TrainingState.WriteProgress(Last!, progress);
            }

            metrics.Write(progress.Step, progress.Evaluation);
        }

        var best = Best?.Folder;
        foreach (var old in CheckpointWriter.Existing(request.Output).SkipLast(request.Keep).Where(folder => folder != best))
        {
            Directory.Delete(old, recursive: true);
        }
    }
}
