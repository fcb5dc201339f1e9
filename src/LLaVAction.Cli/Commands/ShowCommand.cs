using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

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

    [Option("--task", "Show the prompt of this task.")]
    public PromptTask Task { get; init; } = PromptTask.MultipleChoice;

    [Option("--prompt", "Perspective of the prompt: the camera wearer's (\"you\") or an observer's [default: egocentric; none for imported benchmarks].")]
    public PromptPerspective? Perspective { get; init; }

    [Option("--time-instruction", "Whether the prompt states the clip's length, and in whose words; auto is off here, on LLaVAction's.")]
    public TimeInstructionChoice TimeInstruction { get; init; }

    [Option("--prior-actions", "State the two true actions before the clip (oracle), or none.", Value = "none|oracle")]
    public string PriorActions { get; init; } = "none";

    [Option("--tokens", "Count each prompt's tokens, for the checkpoint of --model.")]
    public bool CountsTokens { get; init; }

    [Option("--model", "Folder of the checkpoint, for --tokens.", Value = "DIR")]
    public string? Model { get; init; }

    [Option("--frames", "Frame counts, for --tokens; the first is named by the time instruction.", Value = "N[,N]", Minimum = 1, Maximum = 10_000)]
    public IReadOnlyList<int> Frames { get; init; } = [8];
}

/// <summary><c>show</c>: prints questions and the exact prompt that a model gets.</summary>
internal sealed class ShowCommand() : ToolCommand<ShowOptions>("show", "Print questions and the exact prompt that a model gets.")
{
    private static readonly IReadOnlyDictionary<string, string> EmptyCategories = new Dictionary<string, string>(StringComparer.Ordinal);

    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("The first clip in every set", "llavaction show mqa"),
        new("One clip in one set", "llavaction show mqa --id P01_11_0 --strategy tim"),
        new("The prompt of another task, with LLaVA-Video's time instruction", "llavaction show mqa --task caption --prompt allocentric --time-instruction llava-video"),
        new("How many tokens the prompt is", "llavaction show mqa --tokens --model model --frames 8,16"),
    ];

    public override Task<int> RunAsync(ShowOptions options, CommandContext context)
    {
        using var counter = OpenCounter(options);
        var benchmark = BenchmarkFolder.Open(options.Folder);
        var names = options.Strategies.Count > 0
            ? options.Strategies.Select(name => benchmark.Find(name).Strategy).Distinct(StringComparer.Ordinal)
            : benchmark.Manifest.Sets.Select(static set => set.Strategy);
        var sets = names.Select(benchmark.ReadSet).ToArray();
        if (benchmark.Manifest.PublishedBenchmark is { } imported && (options.Task != PromptTask.MultipleChoice || options.PriorActions != "none" || options.TimeInstruction is not (TimeInstructionChoice.Auto or TimeInstructionChoice.Off)))
        {
            throw new InputException($"{options.Folder}: {SettingNames.Of(imported)} has its published prompt alone; expected no --task, --prior-actions or --time-instruction.");
        }

        var prior = options.PriorActions switch
        {
            "none" => null,
            "oracle" => PriorPredictions.Oracle([.. sets.Select(static set => new AskedSet(set.Entry.Strategy, set.Questions))]),
            var other => throw new InputException($"--prior-actions {other}: expected none or oracle."),
        };
        foreach (var id in ChooseIds(options, benchmark, sets))
        {
            foreach (var set in sets)
            {
                if (set.Questions.FirstOrDefault(question => question.Id == id) is { } question)
                {
                    Print(question, set, context.Results);
                    PrintPrompts(question, benchmark.Manifest.PublishedBenchmark, options, prior?.Find(set.Entry.Strategy, id, options.Frames[0]), counter, context.Results);
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

    private static void Print(Question question, QuestionSet set, ResultWriter results)
    {
        var provenance = set.Entry.Provenance == Provenance.Unstated ? "" : $" ({SettingNames.Of(set.Entry.Provenance)} predictions)";
        var times = question.IsAboutWholeVideo ? "whole video" : string.Create(CultureInfo.InvariantCulture, $"{question.StartSeconds:0.00}-{question.StopSeconds:0.00} s");
        var about = question.HasActions
            ? string.Create(CultureInfo.InvariantCulture, $"truth {question.VerbClass}:{question.NounClass} '{question.Narration}'")
            : string.Join(", ", (question.Categories ?? EmptyCategories).OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => $"{pair.Key} {pair.Value}"));
        results.WriteLine($"{question.Id}  set {question.Strategy}{provenance}  {question.VideoId} {times}  {about}");
        for (var i = 0; i < question.Options.Count; i++)
        {
            var rank = question.OptionRanks[i] is { } known ? $"rank {known}" : "no rank";
            var alsoTrue = question.AlsoTrue[i] is { } reason ? $", may be true: {reason}" : "";
            var remark = question.HasActions ? $"  ({question.OptionClasses[i]}, {rank}{alsoTrue})" : "";
            results.WriteLine($"{(i == question.AnswerIndex ? " *" : "  ")}{(char)('A' + i)}. {question.Options[i]}{remark}");
        }

        if (question.AnswerIndex is null)
        {
            results.WriteLine(question.HasActions ? "  the true class is not among the options" : "  the answer is not published");
        }
    }

    private static void PrintPrompts(Question question, PublishedBenchmark? published, ShowOptions options, PriorActions? prior, TokenCounter? counter, ResultWriter results)
    {
        var settings = new PromptSettings
        {
            Task = options.Task,
            Perspective = options.Perspective ?? (question.HasActions ? PromptPerspective.Egocentric : PromptPerspective.None),
            Published = published,
            HasTimeInstruction = options.TimeInstruction is not (TimeInstructionChoice.Auto or TimeInstructionChoice.Off),
            TimeInstructionStyle = options.TimeInstruction == TimeInstructionChoice.LlavaVideo ? TimeInstructionStyle.LlavaVideo : TimeInstructionStyle.Llavaction,
        };
        var seconds = question.DurationSeconds;
        var input = new PromptInput
        {
            DurationSeconds = seconds,
            NamedFrames = options.Frames[0],
            FrameSeconds = FrameSampler.SegmentMidpoints(0, seconds, options.Frames[0]),
            Options = question.Options,
            PriorActions = prior,
            Notes = "{notes}",
            Question = question.Text,
            Subtitles = question.Subtitles,
        };
        if (options.Task == PromptTask.CaptionThenAnswer)
        {
            results.WriteLine("first prompt, whose answer becomes {notes} (<image> stands for the frames):");
            results.WriteLine(PromptBuilder.BuildCaptionPass(settings, input));
        }

        results.WriteLine("prompt (<image> stands for the frames):");
        var prompt = PromptBuilder.Build(settings, input);
        results.WriteLine(prompt);
        foreach (var line in counter?.Count(prompt, question.Options.Count) ?? [])
        {
            results.WriteLine(line);
        }

        results.WriteLine();
    }
}
