using System.Text.Json.Serialization;
using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
using LLaVAction.Scoring;

namespace LLaVAction.Runs;

/// <summary>
/// <c>run.json</c>: what identifies a run, and the circumstances it was started in. Two processes may write into one run
/// only when their identities are equal.
/// </summary>
public sealed record RunRecord
{
    /// <summary>The schema that this version of the tool writes and reads.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Name of the file.</summary>
    public const string FileName = "run.json";

    /// <summary>Version of the format.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Everything that a number of the run depends on.</summary>
    public required RunIdentity Identity { get; init; }

    /// <summary>Runtime, operating system, processors and executables of the process that created the run; not compared.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Every option in force when the run was created, whatever layer it came from; not compared.</summary>
    public required IReadOnlyDictionary<string, string> Configuration { get; init; }
}

/// <summary>Everything that a number of a run depends on.</summary>
public sealed record RunIdentity
{
    /// <summary>Version of the tool.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>The benchmark and what was asked of it.</summary>
    public required RunBenchmark Benchmark { get; init; }

    /// <summary>The model.</summary>
    public required RunModel Model { get; init; }

    /// <summary>The prompts.</summary>
    public required RunPrompt Prompt { get; init; }

    /// <summary>The frames.</summary>
    public required RunFrames Frames { get; init; }

    /// <summary>How answers are scored, the headline first; empty for tasks without options.</summary>
    public required IReadOnlyList<AnswerScoring> Scoring { get; init; }

    /// <summary>How many rotations of the options are asked, from rotation 0 on.</summary>
    public required int Rotations { get; init; }

    /// <summary>The most tokens generated per answer; 0 where nothing is generated.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>The control.</summary>
    public required Control Control { get; init; }
}

/// <summary>The benchmark of a run.</summary>
public sealed record RunBenchmark
{
    /// <summary>SHA-256 of the benchmark's manifest.</summary>
    public required string ManifestSha256 { get; init; }

    /// <summary>Which candidates became options.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>What text stands for a class.</summary>
    public required Representation Representation { get; init; }

    /// <summary>Options per question, K.</summary>
    public required int OptionsPerQuestion { get; init; }

    /// <summary>The sets asked, in the order given.</summary>
    public required IReadOnlyList<RunSet> Sets { get; init; }

    /// <summary>Clips asked about, over all sets.</summary>
    public required int Clips { get; init; }

    /// <summary>The benchmark that the questions were imported from; absent from the file for sets built here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PublishedBenchmark? PublishedBenchmark { get; init; }

    /// <summary>Whether the clips were drawn or rendered, not recorded; absent from the file where they were recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsSynthetic { get; init; }
}

/// <summary>One set of a run, and which of its questions are asked.</summary>
public sealed record RunSet
{
    /// <summary>Strategy of the set.</summary>
    public required string Strategy { get; init; }

    /// <summary>Where the predictions behind the set come from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>SHA-256 of the set's file.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Questions in the set.</summary>
    public required int QuestionsInSet { get; init; }

    /// <summary>Questions asked: fewer than in the set with <c>--limit</c> or <c>--ids</c>.</summary>
    public required int QuestionsAsked { get; init; }

    /// <summary>SHA-256 of the lines of the questions asked, in the order of the set: what completeness is proved against.</summary>
    public required string AskedSha256 { get; init; }
}

/// <summary>The model of a run.</summary>
public sealed record RunModel
{
    private readonly string _engine = "";
    private readonly string? _device;

    /// <summary>A label to show, from <c>--model-name</c>, the Hugging Face cache (<c>org/name@revision</c>) or the folder; no part of what identifies the model where <see cref="Hash"/> is known.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 over weights, configuration and tokenizer; null where unknown (a server).</summary>
    public required string? Hash { get; init; }

    /// <summary>The engine, for example <c>cpu</c> or <c>torch</c>.</summary>
    /// <remarks>Earlier versions wrote engine and device as one text (<c>embedded cpu</c>, <c>torch cuda</c>); it is read as the two.</remarks>
    public required string Engine
    {
        get => Glued?.Engine ?? _engine;
        init => _engine = value;
    }

    /// <summary>Kind of device, without its number: <c>cpu</c>, <c>cuda</c>.</summary>
    public string Device
    {
        get => _device ?? Glued?.Device ?? "cpu";
        init => _device = value;
    }

    private (string Engine, string Device)? Glued => _engine switch
    {
        "embedded" or "embedded cpu" => ("cpu", "cpu"),
        "torch cpu" => ("torch", "cpu"),
        "torch cuda" => ("torch", "cuda"),
        _ => null,
    };

    /// <summary>Arithmetic.</summary>
    public required string Precision { get; init; }

    /// <summary>The settings in force, by name.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Settings that differ from the checkpoint's: name → the checkpoint's value.</summary>
    public required IReadOnlyDictionary<string, string> OverriddenSettings { get; init; }

    /// <summary>True when the checkpoint says of itself that its weights are random.</summary>
    public required bool HasRandomWeights { get; init; }

    /// <summary>Whether two models are one: by the hash of their content, and by name only where a hash is unknown.</summary>
    public bool HasSameContent(RunModel other) => Hash is null || other.Hash is null ? Name == other.Name && Hash == other.Hash : Hash == other.Hash;

    /// <summary>Whether two models compute under the same settings and precision.</summary>
    public bool HasSameSettings(RunModel other) =>
        Precision == other.Precision
        && Settings.OrderBy(static pair => pair.Key, StringComparer.Ordinal).SequenceEqual(other.Settings.OrderBy(static pair => pair.Key, StringComparer.Ordinal));
}

/// <summary>The prompts of a run.</summary>
public sealed record RunPrompt
{
    /// <summary>Value of <see cref="PriorActions"/> where none are told.</summary>
    public const string NoPriorActions = "none";

    /// <summary>What the model is asked to do.</summary>
    public required PromptTask Task { get; init; }

    /// <summary>Who acts in the prompt.</summary>
    public required PromptPerspective Perspective { get; init; }

    /// <summary>Whether prompts tell the clip's length and the number of frames.</summary>
    public required bool HasTimeInstruction { get; init; }

    /// <summary><c>none</c>, <c>oracle</c>, or <c>run:</c> and the SHA-256 of the predictions taken from an earlier run.</summary>
    public required string PriorActions { get; init; }

    /// <summary>The whole prompt of every form in use, with names in braces where each question's own text goes.</summary>
    public required IReadOnlyDictionary<string, string> Texts { get; init; }
}

/// <summary>The frames of a run.</summary>
public sealed record RunFrames
{
    /// <summary>Frame counts asked, in the order given.</summary>
    public required IReadOnlyList<int> Counts { get; init; }

    /// <summary>Which moments become frames.</summary>
    public required FramePolicyKind Policy { get; init; }

    /// <summary>Segments that <see cref="FramePolicyKind.Stride"/> strides over; null for <see cref="FramePolicyKind.Midpoint"/>.</summary>
    public required int? ClipLength { get; init; }

    /// <summary>Layout of the videos folder; null when blind.</summary>
    public required string? VideoLayout { get; init; }
}
