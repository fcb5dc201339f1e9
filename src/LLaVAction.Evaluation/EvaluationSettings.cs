using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>Everything that decides what a model is asked and how its answers are read.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Task, perspective, time instruction, video or none.</summary>
    public required PromptSettings Prompt { get; init; }

    /// <summary>Frame counts, in the order asked.</summary>
    public required IReadOnlyList<int> FrameCounts { get; init; }

    /// <summary>Which moments become frames.</summary>
    public required FramePolicy FramePolicy { get; init; }

    /// <summary>Scorings, the headline first; empty for tasks without options.</summary>
    public required IReadOnlyList<AnswerScoring> Scoring { get; init; }

    /// <summary>How many rotations are asked, 1..K.</summary>
    public int Rotations { get; init; } = 1;

    /// <summary>The most tokens generated for an answer, and for the description of caption-then-answer.</summary>
    public int MaxNewTokens { get; init; }

    /// <summary>The ablation.</summary>
    public Control Control { get; init; }

    /// <summary>Seed of the controls' draws; the benchmark's.</summary>
    public long Seed { get; init; }

    /// <summary>The actions before each clip; null for none.</summary>
    public PriorPredictions? PriorActions { get; init; }

    /// <summary>Reads free descriptions; null where no class files were given.</summary>
    public DirectAnswer? DirectAnswer { get; init; }

    /// <summary>Whether letters are scored.</summary>
    public bool ScoresLetters => Scoring.Contains(AnswerScoring.Letter);

    /// <summary>Whether options are read from generated text.</summary>
    public bool ReadsText => Scoring.Any(static scoring => scoring != AnswerScoring.Letter);

    /// <summary>The most tokens generated for an answer: 0 where letters alone are scored.</summary>
    public int AnswerTokens => ReadsText || !Prompt.Task.HasOptions() ? MaxNewTokens : 0;

    /// <summary>
    /// The number of frames that the time instruction names: the clip length under <c>stride</c>, as in the original.
    /// </summary>
    public int NamedFrames(int frames) =>
        FramePolicy.Kind == FramePolicyKind.Stride ? FramePolicy.ClipLength : frames;
}
