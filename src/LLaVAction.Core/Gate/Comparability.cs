using LLaVAction.Runs;

namespace LLaVAction.Gate;

/// <summary>What a check compares.</summary>
public enum CheckMode
{
    /// <summary>Numeric where the model's content and settings are the baseline's, else accuracy.</summary>
    Auto,

    /// <summary>Log-probabilities and choices, number by number (<see cref="NumericCheck"/>).</summary>
    Numeric,

    /// <summary>Accuracy, by paired non-inferiority (<see cref="AccuracyCheck"/>).</summary>
    Accuracy,
}

/// <summary>Whether a run can be held against a baseline at all, and how.</summary>
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
    /// The mode asked for; for auto numeric where the model's content and settings are the same, so that the numbers
    /// themselves should be; version, engine, device and precision may differ. The second value says why, for people.
    /// </summary>
    /// <exception cref="InputException">Numeric was asked for, and the models differ.</exception>
    public static (CheckMode Mode, string Reason) ChooseMode(RunIdentity baseline, RunIdentity run, CheckMode asked)
    {
        var difference = RunIdentityDifference.Between(baseline, run)
            .Where(static difference => difference.Name is not ("tool_version" or "model.engine" or "model.device" or "model.precision"))
            .OrderBy(static difference => difference.Name == "model.name")
            .FirstOrDefault();
        return (asked, difference) switch
        {
            (CheckMode.Numeric, not null) => throw new InputException(
                $"Not comparable: --mode numeric needs the baseline's model and settings, but {difference.Name} is {difference.Right} in the run and {difference.Left} in the baseline. Use --mode accuracy."),
            (CheckMode.Numeric, null) => (asked, "numeric mode, as asked"),
            (CheckMode.Accuracy, _) => (asked, "accuracy mode, as asked"),
            (_, null) => (CheckMode.Numeric, "numeric mode: the model's content and settings are the baseline's"),
            (_, not null) => (CheckMode.Accuracy, $"accuracy mode: {difference.Name} differs from the baseline"),
        };
    }

    private static bool IsOfTheModel(string name) =>
        name == "tool_version" || name.StartsWith("model.", StringComparison.Ordinal) || name == "model";
}
