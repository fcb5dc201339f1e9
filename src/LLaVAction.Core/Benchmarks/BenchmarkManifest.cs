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

    /// <summary>Options per question, K, in 2..26.</summary>
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
}

/// <summary>A file that a benchmark was built from.</summary>
/// <param name="Role"><c>annotations</c>, <c>narrations</c>, <c>verb-classes</c>, <c>noun-classes</c>, <c>classes</c>, <c>ids</c> or <c>dump:NAME</c>.</param>
/// <param name="File">File name without folder.</param>
/// <param name="Sha256">SHA-256 of the content, 64 lower-case hexadecimal digits.</param>
/// <param name="Rows">Rows or ids that the file holds.</param>
public sealed record SourceFile(string Role, string File, string Sha256, int Rows);
