using System.Text.Json;

namespace LLaVAction.Torch.Training;

/// <summary>One optimizer step, as told to the user and written to <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Its number, counted from 1.</param>
/// <param name="Epoch">Passes over the rows so far.</param>
/// <param name="Loss">Total loss, mean over the micro-batches.</param>
/// <param name="LanguageLoss">Cross entropy over the supervised tokens.</param>
/// <param name="AnswerLoss">The same over answer tokens alone, the ending <c>&lt;|im_end|&gt;</c> not among them; null where there were none.</param>
/// <param name="VisionLoss">The action heads' loss, unweighted.</param>
/// <param name="LearningRate">Learning rate of the language model.</param>
/// <param name="GradientNorm">Norm of the mean gradient before clipping.</param>
/// <param name="Rows">Rows of this step.</param>
/// <param name="Skipped">Rows that could not be shown, in all.</param>
/// <param name="Seconds">Time of the step.</param>
/// <param name="Accuracy">Accuracy on the question set after this step; null where it was not asked.</param>
public sealed record TrainingStep(
    int Step,
    double Epoch,
    double Loss,
    double LanguageLoss,
    double? AnswerLoss,
    double VisionLoss,
    double LearningRate,
    double GradientNorm,
    int Rows,
    int Skipped,
    double Seconds,
    double? Accuracy);

/// <summary>The metrics of a run, one line a step; a run that goes on drops the lines after its checkpoint.</summary>
internal sealed class MetricsLog : IDisposable
{
    private static readonly JsonSerializerOptions Layout = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private readonly StreamWriter _writer;

    public MetricsLog(string path, int stepsDone)
    {
        string[] kept = File.Exists(path) ? [.. File.ReadLines(path).TakeWhile(line => StepOf(line) <= stepsDone)] : [];
        File.WriteAllLines(path, kept);
        _writer = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    public void Write(TrainingStep step) => _writer.Write(JsonSerializer.Serialize(step, Layout) + "\n");

    public void Dispose() => _writer.Dispose();

    // The step of a line; none of a line torn by a kill.
    private static int StepOf(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<TrainingStep>(line, Layout)?.Step ?? int.MaxValue;
        }
        catch (JsonException)
        {
            return int.MaxValue;
        }
    }
}
