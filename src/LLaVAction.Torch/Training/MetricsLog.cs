using LLaVAction.Training;

namespace LLaVAction.Torch.Training;

/// <summary>Writes the metrics of a run; one that goes on drops the lines after its checkpoint, the evaluation of that one among them.</summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly FileStream _stream;

    public MetricsLog(string folder, int stepsDone)
    {
        var path = Path.Combine(folder, TrainingMetrics.FileName);
        var kept = File.Exists(path) ? TrainingMetrics.Read(path) : new TrainingMetrics([], new Dictionary<int, TrainingEvaluation>());
        _stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        foreach (var step in kept.Steps.TakeWhile(step => step.Step <= stepsDone))
        {
            Write(step);
            if (step.Step < stepsDone && kept.Evaluations.TryGetValue(step.Step, out var evaluation))
            {
                Write(step.Step, evaluation);
            }
        }
    }

    public void Write(TrainingStep step) => Append(TrainingMetrics.LineOf(step));

    public void Write(int step, TrainingEvaluation evaluation) => Append(TrainingMetrics.LineOf(step, evaluation));

    public void Sync() => _stream.Flush(flushToDisk: true);

    public void Dispose() => _stream.Dispose();

    private void Append(string line)
    {
        _stream.Write(System.Text.Encoding.UTF8.GetBytes(line));
        _stream.Flush();
    }
}
