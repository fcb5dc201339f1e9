using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Recognizers;

namespace LLaVAction.Benchmarks.Building;

/// <summary>A strategy that a set is asked for.</summary>
/// <param name="Name"><c>random</c>, or the name given to a dump.</param>
/// <param name="Dump">The dump; null for <c>random</c>.</param>
/// <param name="Provenance">Where the dump's predictions come from, as the user stated.</param>
public sealed record StrategySource(string Name, PredictionDump? Dump, Provenance Provenance);

/// <summary>One built set.</summary>
/// <param name="Source">What it was asked for with.</param>
/// <param name="Questions">The questions, in the order of the clips asked about.</param>
/// <param name="OptionClasses">The classes of each question's options.</param>
/// <param name="PassedOver">Candidates that the next one replaced, in question and candidate order.</param>
/// <param name="Excluded">Questions left out because a distractor may be true.</param>
/// <param name="RedrawnNarrations">Narrations drawn again because the first draw was taken.</param>
/// <param name="Judges">Accuracy of each dump given.</param>
public sealed record BuiltSet(
    StrategySource Source,
    IReadOnlyList<Question> Questions,
    IReadOnlyList<OptionClasses> OptionClasses,
    IReadOnlyList<PassedOverCandidate> PassedOver,
    int Excluded,
    int RedrawnNarrations,
    IReadOnlyList<JudgeAccuracy> Judges);

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
