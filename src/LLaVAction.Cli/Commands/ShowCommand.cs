using System.CommandLine;
using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Prompts;

namespace LLaVAction.Cli.Commands;

/// <summary><c>show</c>: prints questions and the exact prompt that a model gets.</summary>
internal sealed class ShowCommand : CommandModule
{
    private readonly Argument<string> _folder;
    private readonly Option<string[]> _ids;
    private readonly Option<string[]> _strategies;
    private readonly Option<int> _limit;
    private readonly Option<bool> _tokens;
    private readonly Option<string?> _model;
    private readonly Option<int[]> _frames;

    /// <summary>Declares the command.</summary>
    public ShowCommand()
        : base("show", "Prints questions and the exact prompt that a model gets.")
    {
        _folder = Add(new Argument<string>("DIR") { Description = "The benchmark's folder." });
        _ids = Add(OptionFactory.Repeatable("--id", "Narration id of the clip; repeatable [default: the first clips].", "ID"));
        _strategies = Add(OptionFactory.Repeatable("--strategy", "Set to show; repeatable [default: all].", "NAME"));
        _limit = Add(OptionFactory.WithDefault("--limit", "Clips to show at most, where no --id is given.", "N", 1));
        _tokens = Add(OptionFactory.Switch("--tokens", "Counts each prompt's tokens, for the checkpoint of --model."));
        _model = Add(OptionFactory.Optional<string>("--model", "The checkpoint's folder, for --tokens.", "DIR"));
        _frames = Add(OptionFactory.IntegerList("--frames", "Frame counts, for --tokens.", "N[,N]", 8));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("The first clip in every set", "llavaction show mqa"),
        new("One clip in one set", "llavaction show mqa --id P01_11_0 --strategy tim"),
        new("How many tokens the prompt is", "llavaction show mqa --tokens --model model --frames 8,16"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context)
    {
        if (context.Get(_limit) < 1)
        {
            throw new InputException($"--limit {context.Get(_limit)}: expected at least 1.");
        }

        using var counter = OpenCounter(context);
        var benchmark = BenchmarkFolder.Open(context.Get(_folder));
        var names = context.Get(_strategies) is { Length: > 0 } given
            ? given.Select(name => benchmark.Find(name).Strategy).Distinct(StringComparer.Ordinal)
            : benchmark.Manifest.Sets.Select(static set => set.Strategy);
        var sets = names.Select(benchmark.ReadSet).ToArray();
        foreach (var id in ChooseIds(context, benchmark, sets))
        {
            foreach (var set in sets)
            {
                if (set.Questions.FirstOrDefault(question => question.Id == id) is { } question)
                {
                    Print(question, set, counter, context.Output);
                }
            }
        }

        return Task.FromResult(ExitCode.Done);
    }

    private IEnumerable<string> ChooseIds(CommandContext context, BenchmarkFolder benchmark, QuestionSet[] sets)
    {
        var known = sets.SelectMany(static set => set.Questions).Select(static question => question.Id).Distinct(StringComparer.Ordinal);
        if (context.Get(_ids) is not { Length: > 0 } given)
        {
            return known.Take(context.Get(_limit));
        }

        var all = known.ToHashSet(StringComparer.Ordinal);
        return given.FirstOrDefault(id => !all.Contains(id)) is { } unknown
            ? throw new InputException(
                $"--id {unknown}: there is no such question in {benchmark.Path} ({string.Join(", ", sets.Select(static set => set.Entry.Strategy))}).{NearestName.Hint(unknown, all)}")
            : given.Distinct(StringComparer.Ordinal);
    }

    private TokenCounter? OpenCounter(CommandContext context)
    {
        if (!context.Get(_tokens))
        {
            return null;
        }

        return context.Get(_model) is { } folder
            ? TokenCounter.Open(folder, context.Get(_frames))
            : throw new InputException("--tokens needs the checkpoint whose tokens to count: add --model DIR.");
    }

    private static void Print(Question question, QuestionSet set, TokenCounter? counter, TextWriter writer)
    {
        var provenance = set.Entry.Provenance == Provenance.Unstated ? "" : $" ({SettingNames.Of(set.Entry.Provenance)} predictions)";
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{question.Id}  set {question.Strategy}{provenance}  {question.VideoId} {question.StartSeconds:0.00}-{question.StopSeconds:0.00} s  truth {question.VerbClass}:{question.NounClass} '{question.Narration}'"));
        for (var i = 0; i < question.Options.Count; i++)
        {
            var rank = question.OptionRanks[i] is { } known ? $"rank {known}" : "no rank";
            var alsoTrue = question.AlsoTrue[i] is { } reason ? $", may be true: {reason}" : "";
            writer.WriteLine($"{(i == question.AnswerIndex ? " *" : "  ")}{(char)('A' + i)}. {question.Options[i]}  ({question.OptionClasses[i]}, {rank}{alsoTrue})");
        }

        if (question.AnswerIndex is null)
        {
            writer.WriteLine("  the true class is not among the options");
        }

        writer.WriteLine("prompt (<image> stands for the frames):");
        var prompt = PromptBuilder.Build(new PromptSettings(), new PromptInput
        {
            DurationSeconds = question.StopSeconds - question.StartSeconds,
            NamedFrames = 0,
            Options = question.Options,
        });
        writer.WriteLine(prompt);
        foreach (var line in counter?.Count(prompt, question.Options.Count) ?? [])
        {
            writer.WriteLine(line);
        }

        writer.WriteLine();
    }
}
