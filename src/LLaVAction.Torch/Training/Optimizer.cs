using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>
/// Optimizer steps: micro-batches are differentiated one by one, their gradients averaged, clipped to a norm, and the
/// parameters moved by AdamW at the rates of their parts.
/// </summary>
internal sealed class Optimizer(TrainableModel trained, TrainerSettings settings, LearningRateSchedule schedule) : IDisposable
{
    private readonly AdamW _adam = new();

    public int Step { get; set; }

    /// <summary>Differentiates a micro-batch and gives its losses: total, language, answer tokens, heads.</summary>
    /// <param name="examples">Its rows.</param>
    /// <param name="dropoutKey">Which dropout this micro-batch gets.</param>
    public double[] Accumulate(IReadOnlyList<TrainingExample> examples, string dropoutKey)
    {
        using var scope = NewDisposeScope();
        foreach (var adapter in trained.Adapters)
        {
            adapter.DropoutSeed = (long)(new KeyedRandom(settings.Seed, $"{adapter.Name}-{dropoutKey}", "dropout").NextUInt64() >> 1);
        }

        var loss = TrainingLoss.Of(trained.Model, examples, settings);
        loss.Total.backward();
        foreach (var parameter in trained.Parameters)
        {
            parameter.Accumulate();
        }

        return [.. new[] { loss.Total, loss.Language, loss.Answer, loss.Vision }.Select(value => value.detach().to_type(ScalarType.Float64).item<double>())];
    }

    /// <summary>Moves the parameters by the mean of the micro-batches' gradients.</summary>
    /// <param name="microBatches">How many there were.</param>
    /// <returns>The norm of the mean gradient before clipping.</returns>
    public double Move(int microBatches)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        TrainedParameter[] moved = [.. trained.Parameters.Where(parameter => parameter.Gradient is not null)];
        var norm = Math.Sqrt(moved.Sum(parameter => parameter.Gradient!.square().sum(ScalarType.Float64).item<double>())) / microBatches;
        var scale = Math.Min(1, settings.MaximumGradientNorm / (norm + 1e-6)) / microBatches;
        if (scale != 1)
        {
            foreach (var parameter in moved)
            {
                parameter.Gradient!.mul_(scale);
            }
        }

        var factor = schedule.FactorAt(Step);
        Step++;
        foreach (var group in moved.GroupBy(parameter => (parameter.Part, parameter.IsDecayed)))
        {
            _adam.Step([.. group], Step, settings.RateOf(group.Key.Part) * factor, group.Key.IsDecayed ? settings.WeightDecay : 0);
        }

        foreach (var parameter in trained.Parameters)
        {
            parameter.FinishStep();
        }

        return norm;
    }

    public void Dispose() => _adam.Dispose();
}
