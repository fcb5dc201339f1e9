using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLaVAction.Training;

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
    double Seconds);

/// <summary>How a checkpoint answers a question set.</summary>
/// <param name="Accuracy">Share of right answers over all sets, in 0..1; a question without an answer counts as wrong.</param>
/// <param name="Questions">Questions asked.</param>
/// <param name="Sets">Accuracy of each set.</param>
public sealed record TrainingEvaluation(double Accuracy, int Questions, IReadOnlyDictionary<string, double> Sets);

/// <summary>
/// <c>metrics.jsonl</c> of a training run: one line a step, and one line <c>{"step":N,"evaluation":{…}}</c> after each
/// checkpoint that was evaluated.
/// </summary>
/// <param name="Steps">The steps, ascending.</param>
/// <param name="Evaluations">The evaluations, by step.</param>
public sealed record TrainingMetrics(IReadOnlyList<TrainingStep> Steps, IReadOnlyDictionary<int, TrainingEvaluation> Evaluations)
{
    /// <summary>Name of the file in a run's folder.</summary>
    public const string FileName = "metrics.jsonl";

    private static readonly JsonSerializerOptions Layout = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The line of a step.</summary>
    public static string LineOf(TrainingStep step) => JsonSerializer.Serialize(step, Layout) + "\n";

    /// <summary>The line of an evaluation.</summary>
    /// <param name="step">Step of the checkpoint.</param>
    /// <param name="evaluation">What it answered.</param>
    public static string LineOf(int step, TrainingEvaluation evaluation) => JsonSerializer.Serialize(new { Step = step, Evaluation = evaluation }, Layout) + "\n";

    /// <summary>Reads a file, also while a run writes it: a last line that is torn is left out, and so is what follows one.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public static TrainingMetrics Read(string path)
    {
        var steps = new List<TrainingStep>();
        var evaluations = new SortedDictionary<int, TrainingEvaluation>();
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                var node = JsonNode.Parse(line)!;
                if (node["evaluation"] is { } evaluation)
                {
                    evaluations[node["step"]!.GetValue<int>()] = evaluation.Deserialize<TrainingEvaluation>(Layout)!;
                }
                else
                {
                    steps.Add(node.Deserialize<TrainingStep>(Layout)!);
                }
            }
        }
        catch (JsonException)
        {
            // The end of what is whole.
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({failure.Message.TrimEnd('.')}); expected the metrics of a training run.", failure);
        }

        return new TrainingMetrics(steps, evaluations);
    }
}
