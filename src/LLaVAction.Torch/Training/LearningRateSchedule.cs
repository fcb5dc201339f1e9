namespace LLaVAction.Torch.Training;

/// <summary>
/// Linear warm-up from 0, then half a cosine down to 0: the factor of each optimizer step, as transformers'
/// <c>get_cosine_schedule_with_warmup</c> has it. The first step's factor is 0.
/// </summary>
/// <param name="Steps">Optimizer steps in all.</param>
/// <param name="WarmUpSteps">Steps of the warm-up.</param>
internal sealed record LearningRateSchedule(int Steps, int WarmUpSteps)
{
    public static LearningRateSchedule Of(int steps, double warmUp) => new(steps, (int)Math.Ceiling(warmUp * steps));

    // The factor of a step, counted from 0.
    public double FactorAt(int step) => step < WarmUpSteps
        ? (double)step / Math.Max(1, WarmUpSteps)
        : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (step - WarmUpSteps) / Math.Max(1, Steps - WarmUpSteps))));
}
