using LLaVAction.Benchmarks;
using LLaVAction.Exchange;
using LLaVAction.Exchange.Formats;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Prompts;
using LLaVAction.Remote;
using LLaVAction.Remote.Requests;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Exchange;

/// <summary>A run to be made of another program's answers.</summary>
public sealed record ImportRequest
{
    /// <summary>What was asked.</summary>
    public required QuestionSelection Selection { get; init; }

    /// <summary>Name of the model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>How many frames it saw; 0 where nobody knows.</summary>
    public required int Frames { get; init; }

    /// <summary>The program that asked it.</summary>
    public required AnswerFormat Format { get; init; }

    /// <summary>The headline scoring, then others.</summary>
    public IReadOnlyList<AnswerScoring> Scoring { get; init; } = [AnswerScoring.Staged, AnswerScoring.Strict];

    /// <summary>Every option in force, stored with the run.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>What came of an import.</summary>
/// <param name="Imported">Results written.</param>
/// <param name="Present">Answers left alone because the run has a result of their question.</param>
/// <param name="Join">How the file fitted the questions.</param>
/// <param name="Summary">The run afterwards.</param>
public sealed record ImportReport(int Imported, int Present, JoinResult Join, RunSummary Summary);

/// <summary>Makes results of the answers of other programs; from then on the run is one like any other, and says where it is from.</summary>
public static class AnswerImport
{
    /// <summary>What the engine of an imported run is called, before the format.</summary>
    public const string EnginePrefix = "imported from ";

    /// <summary>Makes the run that answers of another program are imported into, or joins it where it exists.</summary>
    /// <exception cref="InputException">The folder holds another run.</exception>
    public static RunFolder Create(string output, ImportRequest request)
    {
        var settings = new EvaluationSettings
        {
            Prompt = new PromptSettings { Published = request.Selection.Benchmark.Manifest.PublishedBenchmark },
            FrameCounts = [request.Frames],
            FramePolicy = new FramePolicy(FramePolicyKind.Midpoint),
            Scoring = request.Scoring,
            MaxNewTokens = 0,
        };
        var origin = SettingNames.Of(request.Format);
        var description = new ModelDescription
        {
            Name = request.Model,
            Engine = EnginePrefix + origin,
            Device = "unknown",
            Precision = "unknown",
            Settings = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["origin"] = origin },
            OverriddenSettings = new SortedDictionary<string, string>(StringComparer.Ordinal),
        };
        var record = RunRecordFactory.Create(request.Selection, description, settings, null, request.Configuration);
        var identity = record.Identity with
        {
            Prompt = record.Identity.Prompt with
            {
                Texts = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["mqa"] = $"as {origin} asked; not known to this tool" },
            },
            Frames = record.Identity.Frames with { Policy = FramePolicyKind.Unstated },
        };
        var manifest = File.ReadAllBytes(Path.Combine(request.Selection.Benchmark.Path, BenchmarkFolder.ManifestName));
        return RunFolder.Join(output, record with { Identity = identity }, request.Selection.Asked, manifest);
    }

    /// <summary>Joins answers to the questions of a run and writes the results that it lacks.</summary>
    /// <param name="run">The run.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="retriesFailed">Whether answers replace results that failed.</param>
    /// <exception cref="InputException">The run cannot be written, or its questions were changed.</exception>
    public static ImportReport Import(RunFolder run, IReadOnlyList<ForeignAnswer> answers, bool retriesFailed)
    {
        var sets = run.ReadQuestions();
        var before = run.ReadResults(sets);
        var join = new AnswerJoin(run.Record.Identity, sets).Join(answers);
        var settings = SettingsOf(run.Record.Identity);
        var reader = new AnswerReader(settings);
        var replies = new ReplyReader(new RequestComposer(run.Record.Identity.Model.Name, RemoteOf(run.Record.Identity.Model)));
        var present = 0;
        var imported = 0;
        using (var log = ResultLog.Open(Path.Combine(run.Path, Shard.Whole.FileName), out _))
        {
            foreach (var one in join.Joined)
            {
                if (before.Find(one.Key) is { } earlier && !(retriesFailed && earlier.Status.IsFailure()))
                {
                    present++;
                    continue;
                }

                var pending = new PendingQuestion(one.Question, one.Key.Frames, one.Key.Rotation);
                var order = Rotation.OptionOrder(one.Question.Options.Count, one.Key.Rotation);
                log.Append(reader.Read(pending, order, ToAnswer(one, settings, order, replies), null, []));
                imported++;
            }
        }

        var after = run.ReadResults(sets);
        var summary = SummaryBuilder.Build(after);
        if (summary.IsComplete)
        {
            run.WriteFile(RunSummary.FileName, RunJson.ToBytes(summary));
        }

        return new ImportReport(imported, present, join, summary);
    }

    private static PromptAnswer ToAnswer(JoinedAnswer one, EvaluationSettings settings, int[] order, ReplyReader replies)
    {
        var answer = one.Answer;
        if (answer.Reply is { } reply)
        {
            var request = new PromptRequest("", settings.ScoresLetters ? OptionList.Letters(order.Length) : [], settings.AnswerTokens);
            return replies.Read(request, new ChatOutcome(reply), 0);
        }

        if (answer.Failure is { } failure)
        {
            return new PromptAnswer(null, null, null, 0) { Failure = new PromptFailure(ResultStatus.NoAnswer, failure) };
        }

        // An index is the answer itself: it is written as the option's letter and text, which every parser reads as that option.
        var text = answer.OptionIndex is { } index
            ? $"{OptionList.Letter(Array.IndexOf(order, index))}. {one.Question.Options[index]}"
            : answer.Text ?? "";
        return new PromptAnswer(null, text, null, 0);
    }

    private static EvaluationSettings SettingsOf(RunIdentity run) => new()
    {
        Prompt = new PromptSettings { Task = run.Prompt.Task, Published = run.Benchmark.PublishedBenchmark },
        FrameCounts = run.Frames.Counts,
        FramePolicy = new FramePolicy(FramePolicyKind.Midpoint),
        Scoring = run.Scoring,
        Rotations = run.Rotations,
        MaxNewTokens = run.MaxNewTokens,
    };

    private static RemoteSettings RemoteOf(RunModel model)
    {
        T Setting<T>(string name)
            where T : struct, Enum =>
            model.Settings.TryGetValue(name, out var text) && SettingNames.TryParse<T>(text, out var value) ? value : default;
        return new RemoteSettings { Answers = Setting<AnswerMode>("answers"), Layout = Setting<PromptLayout>("prompt_layout") };
    }
}
