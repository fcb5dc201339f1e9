using LLaVAction.Evaluation;
using LLaVAction.Models.Engines;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Evaluation;

/// <summary>What one evaluation is asked to do, wherever it comes from: the command line or a study.</summary>
internal sealed record EvaluationArguments
{
    /// <summary>The benchmark's folder.</summary>
    public required string Benchmark { get; init; }

    /// <summary>Sets to ask; empty for all.</summary>
    public IReadOnlyList<string> Strategies { get; init; } = [];

    /// <summary>The checkpoint's folder.</summary>
    public required string Model { get; init; }

    /// <summary>The videos' folder; null only when blind.</summary>
    public string? Videos { get; init; }

    /// <summary>The folder of the run.</summary>
    public required string Output { get; init; }

    /// <summary>Layout of the videos' folder.</summary>
    public string VideoLayout { get; init; } = "auto";

    /// <summary>Frame counts.</summary>
    public IReadOnlyList<int> Frames { get; init; } = [8];

    /// <summary>Which moments become frames.</summary>
    public FramePolicy FramePolicy { get; init; } = new(FramePolicyKind.Midpoint);

    /// <summary>The task.</summary>
    public PromptTask Task { get; init; }

    /// <summary><c>none</c>, <c>oracle</c>, or the folder of an earlier run.</summary>
    public string PriorActions { get; init; } = "none";

    /// <summary>Who acts.</summary>
    public PromptPerspective Perspective { get; init; }

    /// <summary>Whether prompts tell the clip's length; null for as the checkpoint was trained.</summary>
    public bool? HasTimeInstruction { get; init; }

    /// <summary>Scorings, the headline first; empty for the task's own.</summary>
    public IReadOnlyList<string> Scoring { get; init; } = [];

    /// <summary>Rotations of the options, from 1 to K.</summary>
    public int Rotations { get; init; } = 1;

    /// <summary>The most tokens generated; null for the task's own.</summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>The control.</summary>
    public Control Control { get; init; }

    /// <summary>The engine's name, or <c>auto</c>.</summary>
    public string Engine { get; init; } = "auto";

    /// <summary>How to run the checkpoint.</summary>
    public ModelOptions ModelOptions { get; init; } = new();

    /// <summary>Clips decoded at a time; null for what suits the machine.</summary>
    public int? DecodeWorkers { get; init; }

    /// <summary>How many questions are asked again, alone; 0 for none.</summary>
    public int VerifiedBatchQuestions { get; init; }

    /// <summary>How many clips at most; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>A file of narration ids; null for all.</summary>
    public string? Ids { get; init; }

    /// <summary>The part of the run.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Whether failed clips are tried again.</summary>
    public bool RetriesFailed { get; init; }

    /// <summary>Class files for the task <c>direct</c>; null for none.</summary>
    public string? VerbClasses { get; init; }

    /// <summary>Class files for the task <c>direct</c>; null for none.</summary>
    public string? NounClasses { get; init; }

    /// <summary>Whether a complete run of the recognition protocol is written as submission files too.</summary>
    public bool WritesSubmission { get; init; }

    /// <summary>Every option in force, stored with the run.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
