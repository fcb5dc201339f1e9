using LLaVAction.Benchmarks;
using LLaVAction.Epic;
using LLaVAction.Evaluation;
using LLaVAction.Models.Engines;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Evaluation;

/// <summary>Checks what is asked against the benchmark and the model, and fills in what was left open.</summary>
internal static class EvaluationSettingsFactory
{
    private const int AnswerTokens = 64;
    private const int DescriptionTokens = 512;

    /// <summary>Checks everything that can be checked before a model is loaded.</summary>
    /// <exception cref="InputException">Options do not fit each other or the benchmark.</exception>
    public static void Check(EvaluationArguments arguments, int optionsPerQuestion)
    {
        FramePlan.Validate(arguments.FramePolicy, arguments.Frames);
        if (arguments.Frames.Distinct().Count() != arguments.Frames.Count)
        {
            throw new InputException($"--frames {string.Join(',', arguments.Frames)}: expected each count once.");
        }

        if (arguments.Videos is null && arguments.Control != Control.Blind)
        {
            throw new InputException("--videos is required; only --control blind does without.");
        }

        if (arguments.Rotations < 1 || arguments.Rotations > optionsPerQuestion || (arguments.Rotations > 1 && !arguments.Task.HasOptions()))
        {
            throw new InputException(arguments.Task.HasOptions()
                ? $"--rotations {arguments.Rotations}: expected 1 to {optionsPerQuestion}, the options of a question."
                : $"--rotations {arguments.Rotations}: --task {SettingNames.Of(arguments.Task)} shows no options to rotate.");
        }

        if (arguments is { MaxNewTokens: < 1 } or { DecodeWorkers: < 1 })
        {
            throw new InputException("--max-new-tokens and --decode-workers: expected 1 or more.");
        }

        if (arguments.VerifiedBatchQuestions < 0 || (arguments.VerifiedBatchQuestions > 0 && !Scoring(arguments).Contains(ScoringNames.Letter, StringComparer.Ordinal)))
        {
            throw new InputException($"--verify-batch {arguments.VerifiedBatchQuestions}: expected 0 or more, and letters among what --scoring names, whose scores are compared.");
        }

        if (arguments.PriorActions != "none" && arguments.Task is not (PromptTask.MultipleChoice or PromptTask.CaptionThenAnswer or PromptTask.Caption))
        {
            throw new InputException($"--prior-actions: there is no prompt of --task {SettingNames.Of(arguments.Task)} that tells prior actions; expected mqa, caption-then-answer or caption.");
        }

        _ = Scoring(arguments);
    }

    /// <summary>The settings of a run.</summary>
    /// <exception cref="InputException">The earlier run or the class files cannot be used.</exception>
    public static EvaluationSettings Create(EvaluationArguments arguments, QuestionSelection selection, ModelDescription model)
    {
        var scoring = Scoring(arguments);
        var readsText = scoring.Any(name => name != ScoringNames.Letter);
        var describes = arguments.Task is PromptTask.ChainOfThought or PromptTask.CaptionThenAnswer or PromptTask.Caption;
        var generates = readsText || arguments.Task != PromptTask.MultipleChoice;
        return new EvaluationSettings
        {
            Prompt = new PromptSettings
            {
                Task = arguments.Task,
                Perspective = arguments.Perspective,
                HasTimeInstruction = arguments.HasTimeInstruction ?? model.WasTrainedWithTimeInstruction,
                HasVideo = arguments.Control != Control.Blind,
            },
            FrameCounts = arguments.Frames,
            FramePolicy = arguments.FramePolicy,
            Scoring = scoring,
            Rotations = arguments.Rotations,
            MaxNewTokens = generates ? arguments.MaxNewTokens ?? (describes ? DescriptionTokens : AnswerTokens) : 0,
            Control = arguments.Control,
            Seed = selection.Benchmark.Manifest.Seed,
            PriorActions = PriorActions(arguments, selection),
            DirectAnswer = Direct(arguments),
        };
    }

    private static string[] Scoring(EvaluationArguments arguments)
    {
        if (!arguments.Task.HasOptions())
        {
            return arguments.Scoring.Count == 0
                ? []
                : throw new InputException($"--scoring: --task {SettingNames.Of(arguments.Task)} shows no options to score.");
        }

        if (arguments.Scoring.Count == 0)
        {
            return [arguments.Task == PromptTask.ChainOfThought ? ScoringNames.Staged : ScoringNames.Letter];
        }

        string[] names = [.. arguments.Scoring.Select(name => name == "generate" ? ScoringNames.Staged : name).Distinct(StringComparer.Ordinal)];
        if (Array.Find(names, name => name is not (ScoringNames.Letter or ScoringNames.Staged or ScoringNames.Strict)) is { } unknown)
        {
            throw new InputException($"--scoring '{unknown}': expected letter, generate, staged or strict.");
        }

        return arguments.Task == PromptTask.ChainOfThought && names.Contains(ScoringNames.Letter, StringComparer.Ordinal)
            ? throw new InputException("--scoring letter: --task cot describes before it answers, so its first token is no letter; expected generate, staged or strict.")
            : names;
    }

    private static PriorPredictions? PriorActions(EvaluationArguments arguments, QuestionSelection selection) => arguments.PriorActions switch
    {
        "none" => null,
        "oracle" => PriorPredictions.Oracle(selection.Whole),
        var run => PriorPredictions.FromRun(selection.Whole, arguments.Frames, RunFolder.Open(run)),
    };

    private static DirectAnswer? Direct(EvaluationArguments arguments)
    {
        if (arguments.VerbClasses is null && arguments.NounClasses is null)
        {
            return null;
        }

        return arguments is { Task: PromptTask.Direct, VerbClasses: { } verbs, NounClasses: { } nouns }
            ? new DirectAnswer(ActionTaxonomy.Read(verbs, nouns))
            : throw new InputException("--verb-classes and --noun-classes go together, with --task direct.");
    }
}
