using LLaVAction.Runs;

namespace LLaVAction.Gate;

/// <summary>Whether a run can be held against a baseline at all.</summary>
public static class Comparability
{
    /// <summary>
    /// Refuses runs that asked other questions or asked them otherwise: sets, prompts, frames, scoring, rotations,
    /// tokens or control differ. Model, engine and precision may differ, for that is what a check is about.
    /// </summary>
    /// <exception cref="InputException">Not comparable; one line names what differs.</exception>
    public static void Require(RunIdentity baseline, RunIdentity run)
    {
        var difference = RunIdentityDifference.Between(baseline, run).FirstOrDefault(static difference => !IsOfTheModel(difference.Name));
        if (difference is not null)
        {
            throw new InputException(
                $"Not comparable: {difference.Name} is {difference.Right} in the run and {difference.Left} in the baseline. "
                + "Evaluate with the baseline's questions and settings, or make a new baseline.");
        }
    }

    /// <summary>
    /// True when model and settings are the same, so that the numbers themselves should be: the tool's version, engine
    /// and precision may differ.
    /// </summary>
    public static bool IsSameModel(RunIdentity baseline, RunIdentity run) =>
        RunIdentityDifference.Between(baseline, run).All(static difference =>
            difference.Name is "tool_version" or "model.engine" or "model.precision");

    private static bool IsOfTheModel(string name) =>
        name == "tool_version" || name.StartsWith("model.", StringComparison.Ordinal) || name == "model";
}
