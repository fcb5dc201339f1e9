namespace LLaVAction.Benchmarks;

/// <summary>What <c>manifest.json</c> says of one question set.</summary>
public sealed record SetEntry
{
    /// <summary><c>random</c> or the name given to a dump.</summary>
    public required string Strategy { get; init; }

    /// <summary>Where the dump's predictions come from, as stated at build time.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Recognised format of the dump, for example <c>avion-pickle</c>; null for <c>random</c>.</summary>
    public required string? DumpFormat { get; init; }

    /// <summary>File name of the set in the benchmark's folder.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the set's file, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Questions in the set.</summary>
    public required int Questions { get; init; }

    /// <summary>Questions left out because a distractor may be true (<see cref="AmbiguousDistractors.Exclude"/>).</summary>
    public required int Excluded { get; init; }

    /// <summary>Questions whose truth is among the dump's first K; null for <c>random</c>.</summary>
    public required int? TruthInFirstK { get; init; }

    /// <summary>Candidates passed over because every text of theirs equals another option's; listed in <see cref="PassedOver"/>.</summary>
    public required int Substitutions { get; init; }

    /// <summary>Narrations drawn again because the first draw equalled another option's text.</summary>
    public required int RedrawnNarrations { get; init; }

    /// <summary>Questions with a distractor that may be true as well.</summary>
    public required int QuestionsWithAlsoTrue { get; init; }

    /// <summary>Expected accuracy of guessing: 1/K, times the share of questions that have an answer.</summary>
    public required double Chance { get; init; }

    /// <summary>Accuracy of each dump given, restricted to the options, by ordinal name.</summary>
    public required IReadOnlyList<JudgeAccuracy> Judges { get; init; }

    /// <summary>What can be had from the options alone; null where it was not computed.</summary>
    public required OptionsOnlyAccuracies? OptionsOnly { get; init; }

    /// <summary>Candidates that were passed over for the next one, in question and candidate order.</summary>
    public required IReadOnlyList<PassedOverCandidate> PassedOver { get; init; }
}

/// <summary>A dump as a judge of a set: its best-ranked option is its answer.</summary>
/// <param name="Dump">Name of the dump.</param>
/// <param name="Correct">Questions it answers rightly.</param>
/// <param name="Accuracy">Share of all questions of the set.</param>
/// <param name="IsOwnSet">The set was made from this dump: its distractors are its own best guesses, so it is handicapped by construction.</param>
public sealed record JudgeAccuracy(string Dump, int Correct, double Accuracy, bool IsOwnSet);

/// <summary>Accuracies without any video, from the options' classes and texts alone.</summary>
/// <param name="Centrality">The option that shares most verbs and nouns with the others.</param>
/// <param name="TrainFrequencyPrior">The option whose class is most frequent outside the clips asked about.</param>
/// <param name="LogisticModel">A cross-validated logistic model over option features, folds by participant.</param>
public sealed record OptionsOnlyAccuracies(double Centrality, double TrainFrequencyPrior, double LogisticModel);
