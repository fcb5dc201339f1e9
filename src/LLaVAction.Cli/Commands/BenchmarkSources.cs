using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;

namespace LLaVAction.Cli.Commands;

/// <summary>The files that a benchmark is built from; shared by the commands that build one.</summary>
internal sealed record BenchmarkSources
{
    [Option("--annotations", "EPIC-KITCHENS-100 CSV with the clips to ask about.", Value = "CSV")]
    public string? Annotations { get; init; }

    [Option("--narrations", "Further CSV whose classes and narrations may serve as distractors; repeatable.", Value = "CSV")]
    public IReadOnlyList<string> Narrations { get; init; } = [];

    [Option("--verb-classes", "Verb class file [default: EPIC_100_verb_classes.csv beside --annotations].", Value = "CSV")]
    public string? VerbClasses { get; init; }

    [Option("--noun-classes", "Noun class file [default: EPIC_100_noun_classes_v2.csv, else EPIC_100_noun_classes.csv, beside --annotations].", Value = "CSV")]
    public string? NounClasses { get; init; }

    [Option("--strategy", "Where distractors come from: random, or NAME=DUMP with a recogniser's predictions; repeatable, one set each.", Value = "random|NAME=DUMP")]
    public IReadOnlyList<string> Strategies { get; init; } = [];

    [Option("--classes", "Class order of a dump's score columns, for dumps that do not carry it (columns action_class,verb_class,noun_class).", Value = "CSV")]
    public string? Classes { get; init; }

    [Option("--ids", "Ask only about the narration ids in this file, one per line; the pool of distractors stays whole.", Value = "FILE")]
    public string? Ids { get; init; }

    /// <summary>Whether source files are given.</summary>
    /// <exception cref="InputException">Some are given without the annotations.</exception>
    public bool AreGiven() => Annotations is not null || (Strategies.Count == 0 && Narrations.Count == 0
        ? false
        : throw new InputException("--strategy and --narrations need --annotations: give the CSV with the clips asked about as well."));

    /// <summary>Every file that is named, with the option that names it.</summary>
    /// <exception cref="InputException">A strategy is malformed.</exception>
    public IEnumerable<(string Option, string Path)> Files()
    {
        var dumps = StrategySource.Parse(Strategies, []).Where(static strategy => strategy.DumpPath is not null).Select(static strategy => ($"--strategy {strategy.Name}", strategy.DumpPath));
        var others = Narrations.Select(static path => ("--narrations", (string?)path))
            .Concat([("--annotations", Annotations), ("--verb-classes", VerbClasses), ("--noun-classes", NounClasses), ("--classes", Classes), ("--ids", Ids)]);
        return dumps.Concat(others).Where(static file => file.Item2 is not null).Select(static file => (file.Item1, file.Item2!));
    }

    /// <summary>The recipe of the files.</summary>
    /// <exception cref="InputException">A strategy or provenance is malformed.</exception>
    public BenchmarkRecipe ToRecipe(IEnumerable<string> provenances, int? limit, BenchmarkSettings settings) => new()
    {
        Annotations = Annotations!,
        Narrations = Narrations,
        VerbClasses = VerbClasses,
        NounClasses = NounClasses,
        Strategies = StrategySource.Parse(Strategies, provenances),
        Classes = Classes,
        Ids = Ids,
        Limit = limit,
        Settings = settings,
    };
}
