using LLaVAction.Runs;

namespace LLaVAction.Gate;

/// <summary>
/// What a regression check holds a run against: the identity of an earlier run, and its answer to every question.
/// </summary>
public sealed record Baseline
{
    /// <summary>The schema that this version of the tool writes and reads.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Version of the format.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Words that must stand beside every figure of the run.</summary>
    public required IReadOnlyList<string> Caveats { get; init; }

    /// <summary>What identified the run.</summary>
    public required RunIdentity Identity { get; init; }

    /// <summary>Its answers, in the order of the run's cells, rotations and questions.</summary>
    public required IReadOnlyList<BaselineAnswer> Answers { get; init; }

    /// <summary>Takes a baseline from a complete run.</summary>
    /// <exception cref="InputException">The run is not complete.</exception>
    public static Baseline From(RunResults results, string path)
    {
        if (!results.IsComplete)
        {
            throw new InputException(FormattableString.Invariant(
                $"{path}: {results.Present} of {results.Expected} results; a baseline needs a complete run. Start the same evaluate-model again to complete it."));
        }

        return new Baseline
        {
            SchemaVersion = CurrentSchemaVersion,
            Caveats = SummaryBuilder.Caveats(results.Identity),
            Identity = results.Identity,
            Answers =
            [
                .. results.Cells.SelectMany(cell => Enumerable.Range(0, results.Identity.Rotations)
                    .SelectMany(rotation => results.Read(cell, rotation))
                    .Select(static row => BaselineAnswer.From(row.Result!))),
            ],
        };
    }
}

/// <summary>One answer of a baseline.</summary>
public sealed record BaselineAnswer
{
    /// <summary>Narration id.</summary>
    public required string Id { get; init; }

    /// <summary>Strategy of the set.</summary>
    public required string Strategy { get; init; }

    /// <summary>Number of frames.</summary>
    public required int Frames { get; init; }

    /// <summary>Rotation of the options.</summary>
    public required int Rotation { get; init; }

    /// <summary>The option chosen; null where the answer could not be read.</summary>
    public required int? PredictedIndex { get; init; }

    /// <summary>Whether it was right; null for tasks that are not scored.</summary>
    public required bool? Correct { get; init; }

    /// <summary>Log-probability of each option's letter; null where letters were not scored.</summary>
    public required IReadOnlyList<double>? LetterLogprobs { get; init; }

    internal ResultKey Key => new(Id, Strategy, Frames, Rotation);

    /// <summary>Takes what a baseline keeps of a result.</summary>
    public static BaselineAnswer From(ResultLine line)
    {
        return new BaselineAnswer
        {
            Id = line.Id,
            Strategy = line.Strategy,
            Frames = line.Frames,
            Rotation = line.Rotation,
            PredictedIndex = line.PredictedIndex,
            Correct = line.IsCorrect,
            LetterLogprobs = line.LetterLogprobs,
        };
    }
}
