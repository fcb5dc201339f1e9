using System.CommandLine;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;

namespace LLaVAction.Cli.Commands;

/// <summary>The options that name a benchmark's source files, shared by the commands that build one.</summary>
internal sealed class BenchmarkSourceOptions
{
    private readonly Option<string?> _annotations;
    private readonly Option<string[]> _narrations = OptionFactory.Repeatable(
        "--narrations", "A further CSV whose classes and narrations may serve as distractors; repeatable.", "CSV");

    private readonly Option<string?> _verbClasses = OptionFactory.Optional<string>(
        "--verb-classes", "The verb class file [default: EPIC_100_verb_classes.csv beside --annotations].", "CSV");

    private readonly Option<string?> _nounClasses = OptionFactory.Optional<string>(
        "--noun-classes", "The noun class file [default: EPIC_100_noun_classes_v2.csv, else EPIC_100_noun_classes.csv, beside --annotations].", "CSV");

    private readonly Option<string[]> _strategies = OptionFactory.Repeatable(
        "--strategy", "Where distractors come from: random, or NAME=DUMP with a recogniser's predictions; repeatable, one set each.", "random|NAME=DUMP");

    private readonly Option<string?> _classes = OptionFactory.Optional<string>(
        "--classes", "Class order of a dump's score columns, where it has none of its own (columns action_class,verb_class,noun_class).", "CSV");

    private readonly Option<string?> _ids = OptionFactory.Optional<string>(
        "--ids", "Asks about the narration ids in a file only, one per line; the pool stays as it is.", "FILE");

    /// <summary>Declares the options.</summary>
    /// <param name="command">The command that gets them.</param>
    /// <param name="areRequired">Whether the command cannot do without annotations and strategies.</param>
    public BenchmarkSourceOptions(Command command, bool areRequired)
    {
        _annotations = OptionFactory.Optional<string>("--annotations", "The EPIC-KITCHENS-100 CSV with the clips to ask about.", "CSV");
        _annotations.Required = areRequired;
        _strategies.Required = areRequired;
        foreach (var option in new Option[] { _annotations, _narrations, _verbClasses, _nounClasses, _strategies, _classes, _ids })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether source files are given.</summary>
    /// <exception cref="InputException">Some are given without the annotations.</exception>
    public bool AreGiven(CommandContext context)
    {
        if (context.Get(_annotations) is not null)
        {
            return true;
        }

        return context.Get(_strategies).Length > 0 || context.Get(_narrations).Length > 0
            ? throw new InputException("--strategy or --narrations without --annotations; give the CSV with the clips asked about as well.")
            : false;
    }

    /// <summary>The recipe of the files given.</summary>
    /// <exception cref="InputException">A strategy or provenance is malformed.</exception>
    public BenchmarkRecipe Read(CommandContext context, IEnumerable<string> provenances, int? limit, BenchmarkSettings settings) => new()
    {
        Annotations = context.Get(_annotations)!,
        Narrations = context.Get(_narrations),
        VerbClasses = context.Get(_verbClasses),
        NounClasses = context.Get(_nounClasses),
        Strategies = StrategySource.Parse(context.Get(_strategies), provenances),
        Classes = context.Get(_classes),
        Ids = context.Get(_ids),
        Limit = limit,
        Settings = settings,
    };
}
