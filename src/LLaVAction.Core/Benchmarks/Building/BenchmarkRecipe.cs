namespace LLaVAction.Benchmarks.Building;

/// <summary>Everything that a build is made from: files and settings, as the user gave them.</summary>
public sealed record BenchmarkRecipe
{
    /// <summary>The CSV of the clips to ask about.</summary>
    public required string Annotations { get; init; }

    /// <summary>Further CSVs whose classes and narrations may serve as distractors.</summary>
    public IReadOnlyList<string> Narrations { get; init; } = [];

    /// <summary>The verb class file; null for the one beside the annotations.</summary>
    public string? VerbClasses { get; init; }

    /// <summary>The noun class file; null for the one beside the annotations.</summary>
    public string? NounClasses { get; init; }

    /// <summary>The class order of dumps that have none of their own.</summary>
    public string? Classes { get; init; }

    /// <summary>The strategies, each name once.</summary>
    public required IReadOnlyList<StrategySource> Strategies { get; init; }

    /// <summary>Ask about the first rows only; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>A file of narration ids to ask about; null for all.</summary>
    public string? Ids { get; init; }

    /// <summary>What is asked, and how.</summary>
    public BenchmarkSettings Settings { get; init; } = new();
}
