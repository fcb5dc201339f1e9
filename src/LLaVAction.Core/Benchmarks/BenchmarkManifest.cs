using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>
/// <c>manifest.json</c> of a built benchmark: everything that identifies its sets. The order of the members is the order
/// of the keys in the file.
/// </summary>
public sealed record BenchmarkManifest
{
    /// <summary>The schema that this version of the tool writes and reads.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Version of the format.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Version of the tool that built the sets.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>Seed of every draw.</summary>
    public required long Seed { get; init; }

    /// <summary>Options per question, K, in 2..26; of an imported benchmark the most that a question has.</summary>
    public required int OptionsPerQuestion { get; init; }

    /// <summary>What text stands for a class.</summary>
    public required Representation Representation { get; init; }

    /// <summary>Which candidates become options.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>What was done with distractors that may be true.</summary>
    public required AmbiguousDistractors Ambiguous { get; init; }

    /// <summary>How many rows were asked about at most; null where no limit was given.</summary>
    public required int? Limit { get; init; }

    /// <summary>The files the sets were built from, ordered by role, file name and hash.</summary>
    public required IReadOnlyList<SourceFile> Sources { get; init; }

    /// <summary>Rows asked about.</summary>
    public required int ClipsAsked { get; init; }

    /// <summary>Clips of the pool that distractors come from.</summary>
    public required int PoolClips { get; init; }

    /// <summary>Action classes of the pool.</summary>
    public required int PoolClasses { get; init; }

    /// <summary>Clips that have a question in every set; fewer than a set's questions only where questions were left out.</summary>
    public required int ClipsInEverySet { get; init; }

    /// <summary>The sets, by ordinal name.</summary>
    public required IReadOnlyList<SetEntry> Sets { get; init; }

    /// <summary>What may be done with the sets.</summary>
    public required string Licence { get; init; }

    /// <summary>The benchmark that the questions were imported from; absent from the file for sets built here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PublishedBenchmark? PublishedBenchmark { get; init; }

    /// <summary>Whether the clips were drawn or rendered, not recorded, as was stated at build time; absent from the file where they were recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsSynthetic { get; init; }

    /// <summary>What makes dumps doubtful whose truths stand no better than by chance, one sentence each.</summary>
    public IEnumerable<string> Doubts() => Sets
        .Select(set => (set.Strategy, Doubt: set.TruthInFirstK is { } inFirstK ? DumpPlausibility.Doubt(set.Questions, inFirstK, OptionsPerQuestion, PoolClasses) : null))
        .Where(static pair => pair.Doubt is not null)
        .Select(static pair => $"{pair.Strategy}: {pair.Doubt}.");
}

/// <summary>A file that a benchmark was built from.</summary>
/// <param name="Role"><c>annotations</c>, <c>narrations</c>, <c>verb-classes</c>, <c>noun-classes</c>, <c>classes</c>, <c>ids</c>, <c>dump:NAME</c>, or <c>metadata</c> and <c>subtitles</c> of an imported benchmark.</param>
/// <param name="File">File name without folder.</param>
/// <param name="Sha256">SHA-256 of the content, 64 lower-case hexadecimal digits.</param>
/// <param name="Rows">Rows or ids that the file holds.</param>
public sealed record SourceFile(string Role, string File, string Sha256, int Rows);

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

    /// <summary>
    /// Questions for whose clip the dump's scores at ranks K and K + 1 (2K and 2K + 1 under <see cref="Protocol.Training"/>) are
    /// equal, so that only the names of classes decide which is a candidate. Absent from the file where there are none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TiesAtCut { get; init; }

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
/// <param name="Provenance">Where the judge's predictions come from, as stated; absent from the file where nothing was.</param>
public sealed record JudgeAccuracy(
    string Dump,
    int Correct,
    double Accuracy,
    bool IsOwnSet,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] Provenance Provenance = Provenance.Unstated);

/// <summary>Accuracies without any video, from the options' classes and texts alone.</summary>
/// <param name="Centrality">The option that shares most verbs and nouns with the others.</param>
/// <param name="TrainFrequencyPrior">The option whose class is most frequent outside the clips asked about.</param>
/// <param name="LogisticModel">A cross-validated logistic model over option features, folds by participant.</param>
public sealed record OptionsOnlyAccuracies(double Centrality, double TrainFrequencyPrior, double LogisticModel);

/// <summary>A candidate that did not become an option; the next one took its place.</summary>
/// <param name="Id">Narration id of the clip.</param>
/// <param name="Class">The candidate, as <c>verb:noun</c>.</param>
/// <param name="Rank">1-based rank in the dump's list; null for <c>random</c>.</param>
/// <param name="Reason"><see cref="EqualText"/>, or the <see cref="Question.AlsoTrue"/> reason it was replaced for.</param>
public sealed record PassedOverCandidate(string Id, string Class, int? Rank, string Reason)
{
    /// <summary>Every text of the class equals the text of another option.</summary>
    public const string EqualText = "equal-text";
}
