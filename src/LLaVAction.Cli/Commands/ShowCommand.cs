using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Prompts;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>show</c>.</summary>
internal sealed record ShowOptions
{
    [Argument("DIR", "Folder of the benchmark.")]
    public required string Folder { get; init; }

    [Option("--id", "Narration id of the clip; repeatable [default: the first clips].", Value = "ID")]
    public IReadOnlyList<string> Ids { get; init; } = [];

    [Option("--strategy", "Set to show; repeatable [default: all].", Value = "NAME")]
    public IReadOnlyList<string> Strategies { get; init; } = [];

    [Option("--limit", "Clips to show at most, without --id.", Value = "N", Minimum = 1)]
    public int Limit { get; init; } = 1;

    [Option("--tokens", "Count each prompt's tokens, for the checkpoint of --model.")]
    public bool CountsTokens { get; init; }

    [Option("--model", "Folder of the checkpoint, for --tokens.", Value = "DIR")]
    public string? Model { get; init; }

    [Option("--frames", "Frame counts, for --tokens.", Value = "N[,N]", Minimum = 1, Maximum = 10_000)]
    public IReadOnlyList<int> Frames { get; init; } = [8];
}

/// <summary><c>show</c>: prints questions and the exact prompt that a model gets.</summary>
internal sealed class ShowCommand() : ToolCommand<ShowOptions>("show", "Print questions and the exact prompt that a model gets.")
{
    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("The first clip in every set", "llavaction show mqa"),
        new("One clip in one set", "llavaction show mqa --id P01_11_0 --strategy tim"),
        new("How many tokens the prompt is", "llavaction show mqa --tokens --model model --frames 8,16"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(ShowOptions options, CommandContext context)
    {
        using var counter = OpenCounter(options);
        var benchmark = BenchmarkFolder.Open(options.Folder);
        var names = options.Strategies.Count > 0
            ? options.Strategies.Select(name => benchmark.Find(name).Strategy).Distinct(StringComparer.Ordinal)
            : benchmark.Manifest.Sets.Select(static set => set.Strategy);
        var sets = names.Select(benchmark.ReadSet).ToArray();
        foreach (var id in ChooseIds(options, benchmark, sets))
        {
            foreach (var set in sets)
            {
                if (set.Questions.FirstOrDefault(question => question.Id == id) is { } question)
                {
                    Print(question, set, counter, context.Results);
                }
            }
        }

        return Task.FromResult(ExitCode.Done);
    }

    private static IEnumerable<string> ChooseIds(ShowOptions options, BenchmarkFolder benchmark, QuestionSet[] sets)
    {
        var known = sets.SelectMany(static set => set.Questions).Select(static question => question.Id).Distinct(StringComparer.Ordinal);
        if (options.Ids.Count == 0)
        {
            return known.Take(options.Limit);
        }

        var all = known.ToHashSet(StringComparer.Ordinal);
        return options.Ids.FirstOrDefault(id => !all.Contains(id)) is { } unknown
            ? throw new InputException(
                $"--id {unknown}: there is no such question in {benchmark.Path} ({string.Join(", ", sets.Select(static set => set.Entry.Strategy))}).{NearestName.Hint(unknown, all)}")
            : options.Ids.Distinct(StringComparer.Ordinal);
    }

    private static TokenCounter? OpenCounter(ShowOptions options) => options switch
    {
        { CountsTokens: false } => null,
        { Model: { } folder } => TokenCounter.Open(folder, options.Frames),
        _ => throw new InputException("--tokens needs the checkpoint whose tokens to count: add --model DIR."),
    };

    private static void Print(Question question, QuestionSet set, TokenCounter? counter, ResultWriter results)
    {
        var provenance = set.Entry.Provenance == Provenance.Unstated ? "" : $" ({SettingNames.Of(set.Entry.Provenance)} predictions)";
        results.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{question.Id}  set {question.Strategy}{provenance}  {question.VideoId} {question.StartSeconds:0.00}-{question.StopSeconds:0.00} s  truth {question.VerbClass}:{question.NounClass} '{question.Narration}'"));
        for (var i = 0; i < question.Options.Count; i++)
        {
            var rank = question.OptionRanks[i] is { } known ? $"rank {known}" : "no rank";
            var alsoTrue = question.AlsoTrue[i] is { } reason ? $", may be true: {reason}" : "";
            results.WriteLine($"{(i == question.AnswerIndex ? " *" : "  ")}{(char)('A' + i)}. {question.Options[i]}  ({question.OptionClasses[i]}, {rank}{alsoTrue})");
        }

        if (question.AnswerIndex is null)
        {
            results.WriteLine("  the true class is not among the options");
        }

        results.WriteLine("prompt (<image> stands for the frames):");
        var prompt = PromptBuilder.Build(new PromptSettings(), new PromptInput
        {
            DurationSeconds = question.StopSeconds - question.StartSeconds,
            NamedFrames = 0,
            Options = question.Options,
        });
        results.WriteLine(prompt);
        foreach (var line in counter?.Count(prompt, question.Options.Count) ?? [])
        {
            results.WriteLine(line);
        }

        results.WriteLine();
    }
}
