using System.Text.Json;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Training;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>Where a run stands: what training goes on from, beside the tensors.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Position">Rows taken from the sampler, over all epochs.</param>
/// <param name="Skipped">Rows that could not be shown.</param>
/// <param name="Evaluation">What the checkpoint answered; null where it was not asked, or not yet.</param>
/// <param name="Identity">What must be equal for training to go on.</param>
internal sealed record TrainingProgress(int Step, long Position, int Skipped, TrainingEvaluation? Evaluation, string Identity);

/// <summary>The state of the optimizer beside a checkpoint: <c>training_state.json</c> and <c>training_state.safetensors</c>.</summary>
internal static class TrainingState
{
    private const string ProgressFile = "training_state.json";
    private const string TensorFile = "training_state.safetensors";
    private static readonly JsonSerializerOptions Layout = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static void Write(string folder, TrainableModel trained, TrainingProgress progress)
    {
        var tensors = trained.Parameters.SelectMany(parameter => new[]
        {
            Stored($"master/{parameter.Name}", parameter.Master),
            Stored($"mean/{parameter.Name}", parameter.Mean),
            Stored($"square/{parameter.Name}", parameter.Square),
        });
        SafetensorsWriter.Write(Path.Combine(folder, TensorFile), [.. tensors]);
        WriteProgress(folder, progress);
    }

    public static void WriteProgress(string folder, TrainingProgress progress)
    {
        var file = Path.Combine(folder, ProgressFile);
        File.WriteAllText(file + ".partial", JsonSerializer.Serialize(progress, Layout) + "\n");
        File.Move(file + ".partial", file, overwrite: true);
    }

    // Where a checkpoint's folder stands; null for a folder without state.
    public static TrainingProgress? Read(string folder)
    {
        var file = Path.Combine(folder, ProgressFile);
        return File.Exists(file) ? JsonSerializer.Deserialize<TrainingProgress>(File.ReadAllText(file), Layout) : null;
    }

    /// <summary>Takes parameters and moments back to what was written.</summary>
    /// <exception cref="InputException">The file is not of this model.</exception>
    public static void Restore(string folder, TrainableModel trained)
    {
        using var noGradients = no_grad();
        using var file = SafetensorsFile.Open(Path.Combine(folder, TensorFile));
        foreach (var parameter in trained.Parameters)
        {
            Fill($"master/{parameter.Name}", parameter.Master);
            Fill($"mean/{parameter.Name}", parameter.Mean);
            Fill($"square/{parameter.Name}", parameter.Square);
            parameter.FinishStep();
        }

        void Fill(string name, Tensor target)
        {
            if (!file.Tensors.TryGetValue(name, out var stored) || !stored.Shape.SequenceEqual(target.shape))
            {
                throw new InputException($"{Path.Combine(folder, TensorFile)}: '{name}' is missing or of another shape. Start anew in another --output.");
            }

            using var values = tensor(stored.ToFloat32(), target.shape);
            target.copy_(values);
        }
    }

    // A tensor as a float32 one of a file.
    public static TensorToWrite Stored(string name, Tensor values)
        => new(name, ElementType.Float32, values.shape, Bytes(values, ScalarType.Float32));

    // A tensor's bytes in a type, brought to the host stretch by stretch while the file is written.
    public static TensorFill Bytes(Tensor values, ScalarType type) => (offset, bytes) =>
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var size = type is ScalarType.Float32 ? 4 : 2;
        values.view(-1).narrow(0, offset / size, bytes.Length / size).to_type(type).cpu().contiguous().bytes.CopyTo(bytes);
    };
}
