using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Epic;
using LLaVAction.Evaluation;
using LLaVAction.Models.Settings;
using LLaVAction.OtherBenchmarks;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>An evaluation whose options fit each other and the benchmark.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Selection">The questions.</param>
/// <param name="Stored">Every option in force, as it is stored with the run.</param>
internal sealed record EvaluationPlan(EvaluateModelOptions Options, QuestionSelection Selection, IReadOnlyDictionary<string, string> Stored)
{
    private const int AnswerTokens = 64;
    private const int DescriptionTokens = 512;

    public FramePolicy FramePolicy => PolicyOf(Options);

    /// <summary>Reads the questions that are asked for.</summary>
    /// <exception cref="InputException">A set or an id does not exist.</exception>
    public static EvaluationPlan Read(EvaluateModelOptions options, BenchmarkFolder benchmark, IReadOnlyDictionary<string, string> stored)
    {
        var ids = options.Ids is { } file ? IdFile.Read(file) : null;
        var selection = QuestionSelection.Read(benchmark, options.Strategies, ids, options.Limit, options.Sample);
        var fewest = selection.Asked.SelectMany(static set => set.Questions).Min(static question => question.Options.Count);
        Require(options.Rotations <= fewest, $"--rotations {options.Rotations}: expected 1 to {fewest}, the fewest options of a question asked.");
        return new EvaluationPlan(options, selection, stored);
    }

    /// <summary>Checks the options against each other and the benchmark, before anything is loaded.</summary>
    /// <exception cref="InputException">Options do not fit.</exception>
    public static void Check(EvaluateModelOptions options, BenchmarkManifest manifest)
    {
        Check(options, manifest.OptionsPerQuestion, manifest.Protocol, manifest.PublishedBenchmark);
    }

    /// <summary>Checks the options against each other and what a benchmark will be like.</summary>
    /// <exception cref="InputException">Options do not fit.</exception>
    public static void Check(EvaluateModelOptions options, int optionsPerQuestion, Protocol protocol, PublishedBenchmark? published = null)
    {
        if (published is { } benchmark)
        {
            CheckPublished(options, SettingNames.Of(benchmark));
        }

        Require(published is not null || !options.Scoring.Contains(ScoringChoice.Published), "--scoring published: only imported benchmarks have a published scorer.");
        FramePlan.Validate(PolicyOf(options), options.Frames);
        Require(options.Frames.Distinct().Count() == options.Frames.Count, $"--frames {string.Join(',', options.Frames)}: expected each count once.");
        Require(options.Videos.Folder is not null || options.Control == Control.Blind, "--videos is required; only --control blind does without.");
        _ = Shard.Parse(options.Shard);
        Require(
            options.Runtime.Engine != EngineChoice.OpenAi || options is { Runtime.Devices.Count: 1, VerifyBatch: 0 },
            "--engine openai: a service has no --device and no --verify-batch; use --concurrency.");
        var task = SettingNames.Of(options.Task);
        Require(options.Rotations == 1 || options.Task.HasOptions(), $"--rotations {options.Rotations}: --task {task} shows no options to rotate.");
        Require(options.Rotations <= optionsPerQuestion, $"--rotations {options.Rotations}: expected 1 to {optionsPerQuestion}, the options of a question.");
        Require(
            options.VerifyBatch == 0 || Scoring(options).Contains(AnswerScoring.Letter),
            $"--verify-batch {options.VerifyBatch}: compares letter scores; add letter to --scoring.");
        Require(
            options.PriorActions == "none" || options.Task is PromptTask.MultipleChoice or PromptTask.CaptionThenAnswer or PromptTask.Caption,
            $"--prior-actions: no prompt of --task {task} states prior actions; expected mqa, caption-then-answer or caption.");
        Require(
            (options.VerbClasses is null && options.NounClasses is null) || options is { Task: PromptTask.Direct, VerbClasses: not null, NounClasses: not null },
            "--verb-classes and --noun-classes go together, with --task direct.");
        Require(
            !options.WritesSubmission || protocol == Protocol.Recognition || published == PublishedBenchmark.EgoSchema,
            "--submission: a submission ranks action classes, which needs a benchmark built with --protocol recognition, or is that of EgoSchema.");
    }

    // An imported benchmark has a prompt of its own, which is published for one task and without the length of its videos.
    private static void CheckPublished(EvaluateModelOptions options, string benchmark)
    {
        Require(options.Task == PromptTask.MultipleChoice, $"--task {SettingNames.Of(options.Task)}: {benchmark} is asked with its published prompt; expected mqa.");
        Require(options.PriorActions == "none", $"--prior-actions: the questions of {benchmark} are about no actions.");
        Require(
            options.TimeInstruction is TimeInstructionChoice.Auto or TimeInstructionChoice.Off,
            $"--time-instruction: {benchmark} does not publish how long its videos are; expected auto or off, which are the same here.");
    }

    /// <summary>What decides prompts and scores, with what the options leave to the model filled in.</summary>
    /// <exception cref="InputException">The earlier run or the class files cannot be used.</exception>
    public EvaluationSettings SettingsFor(ModelDescription model)
    {
        var published = Selection.Benchmark.Manifest.PublishedBenchmark;
        var scoring = Scoring(Options);
        if (!model.ScoresLetters && scoring.Contains(AnswerScoring.Letter))
        {
            Require(Options.Scoring.Count == 0, "--scoring letter: this service gives neither log-probabilities nor structured letters; expected generate, staged or strict.");
            scoring = [AnswerScoring.Staged];
        }

        var describesFirst = Options.Task is PromptTask.ChainOfThought or PromptTask.CaptionThenAnswer or PromptTask.Caption;
        var generates = Options.Task != PromptTask.MultipleChoice || scoring.Any(static name => name != AnswerScoring.Letter);
        return new EvaluationSettings
        {
            Prompt = new PromptSettings
            {
                Task = Options.Task,
                Perspective = Options.Perspective ?? (published is null ? PromptPerspective.Egocentric : PromptPerspective.None),
                HasTimeInstruction = published is null && Options.TimeInstruction.IsOn(model),
                TimeInstructionStyle = Options.TimeInstruction.StyleFor(model),
                Published = published,
                HasVideo = Options.Control != Control.Blind,
            },
            FrameCounts = Options.Frames,
            FramePolicy = FramePolicy,
            Scoring = scoring,
            Rotations = Options.Rotations,
            MaxNewTokens = generates ? Options.MaxNewTokens ?? (published is { } benchmark ? PublishedPrompts.MaxNewTokens(benchmark) : describesFirst ? DescriptionTokens : AnswerTokens) : 0,
            Control = Options.Control,
            Seed = Selection.Benchmark.Manifest.Seed,
            PriorActions = Options.PriorActions switch
            {
                "none" => null,
                "oracle" => PriorPredictions.Oracle(Selection.Whole),
                var run => PriorPredictions.FromRun(Selection.Whole, Options.Frames, RunFolder.Open(run)),
            },
            DirectAnswer = Options is { VerbClasses: { } verbs, NounClasses: { } nouns } ? new DirectAnswer(ActionTaxonomy.Read(verbs, nouns)) : null,
        };
    }

    private static FramePolicy PolicyOf(EvaluateModelOptions options) => options.FramePolicy == FramePolicyKind.Stride
        ? new FramePolicy(FramePolicyKind.Stride, options.ClipLength)
        : new FramePolicy(options.FramePolicy);

    private static AnswerScoring[] Scoring(EvaluateModelOptions options)
    {
        var task = SettingNames.Of(options.Task);
        Require(options.Task.HasOptions() || options.Scoring.Count == 0, $"--scoring: --task {task} shows no options to score.");
        if (!options.Task.HasOptions())
        {
            return [];
        }

        if (options.Scoring.Count == 0)
        {
            return [options.Task == PromptTask.ChainOfThought ? AnswerScoring.Staged : AnswerScoring.Letter];
        }

        Require(
            options.Task != PromptTask.ChainOfThought || !options.Scoring.Contains(ScoringChoice.Letter),
            "--scoring letter: --task cot describes before it answers, so its first token is no letter; expected generate, staged or strict.");
        return [.. options.Scoring.Select(static choice => choice switch
        {
            ScoringChoice.Letter => AnswerScoring.Letter,
            ScoringChoice.Strict => AnswerScoring.Strict,
            ScoringChoice.Published => AnswerScoring.Published,
            _ => AnswerScoring.Staged,
        }).Distinct()];
    }

    private static void Require(bool holds, string complaint)
    {
        if (!holds)
        {
            throw new InputException(complaint);
        }
    }
}
