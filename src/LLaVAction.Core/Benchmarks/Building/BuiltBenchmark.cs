using LLaVAction.Benchmarks.Strategies;

namespace LLaVAction.Benchmarks.Building;

/// <summary>One built set.</summary>
public sealed record BuiltSet
{
    /// <summary>What it was asked for with.</summary>
    public required StrategySource Source { get; init; }

    /// <summary>The questions, in the order of the clips asked about.</summary>
    public required IReadOnlyList<Question> Questions { get; init; }

    /// <summary>Candidates that the next one replaced, in question and candidate order.</summary>
    public required IReadOnlyList<PassedOverCandidate> PassedOver { get; init; }

    /// <summary>Questions left out because a distractor may be true.</summary>
    public required int Excluded { get; init; }

    /// <summary>Narrations drawn again because the first draw was taken.</summary>
    public required int RedrawnNarrations { get; init; }

    /// <summary>Questions whose last candidate is one only by its name: its score equals that of the next.</summary>
    public required int TiesAtCut { get; init; }

    /// <summary>Accuracy of each dump given.</summary>
    public required IReadOnlyList<JudgeAccuracy> Judges { get; init; }

    /// <summary>What can be had from the options alone.</summary>
    public required OptionsOnlyAccuracies OptionsOnly { get; init; }
}

/// <summary>All sets of a benchmark, not yet written.</summary>
/// <param name="Settings">The settings they were built with.</param>
/// <param name="Sets">The sets, by ordinal name.</param>
/// <param name="AskedIds">Narration ids of the rows asked about.</param>
/// <param name="Pool">The pool that distractors came from.</param>
public sealed record BuiltBenchmark(
    BenchmarkSettings Settings,
    IReadOnlyList<BuiltSet> Sets,
    IReadOnlySet<string> AskedIds,
    DistractorPool Pool);
