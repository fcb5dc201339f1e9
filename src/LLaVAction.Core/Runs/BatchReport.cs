namespace LLaVAction.Runs;

/// <summary>
/// <c>batches-&lt;i&gt;of&lt;n&gt;.json</c>: how one part of a run was computed, where there is something to say: the shape of
/// its batches, those that did not fit into memory, and what asking some questions alone gave.
/// </summary>
public sealed record BatchReport
{
    /// <summary>The shape of the batches when the part was done; null where the engine makes none.</summary>
    public string? BatchShape { get; init; }

    /// <summary>One sentence for each change of plan; empty for none.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    /// <summary>The questions asked again, alone; null where none were.</summary>
    public BatchCheckResult? Check { get; init; }

    /// <summary>Name of the file of a part.</summary>
    public static string FileNameOf(Shard shard) => FormattableString.Invariant($"batches-{shard.Index}of{shard.Count}.json");
}

/// <summary>What asking some questions alone gave.</summary>
public sealed record BatchCheckResult
{
    /// <summary>Questions asked again.</summary>
    public required int Questions { get; init; }

    /// <summary>Those whose most probable letter was another one.</summary>
    public required int Flips { get; init; }

    /// <summary>Largest change of a letter's log-probability, in nats.</summary>
    public required double LargestDrift { get; init; }

    /// <summary>Questions of this part whose two best letters lie no further apart than <see cref="LargestDrift"/>.</summary>
    public required int NearTies { get; init; }

    /// <summary>Questions of this part that have letter scores.</summary>
    public required int Scored { get; init; }
}
