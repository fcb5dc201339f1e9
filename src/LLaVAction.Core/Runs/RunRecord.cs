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

    /// <summary>How answers are scored, the headline first: <c>letter</c>, <c>staged</c>, <c>strict</c>; <c>direct</c> or nothing for tasks without options.</summary>
    public required IReadOnlyList<string> Scoring { get; init; }

    /// <summary>How many rotations of the options are asked, from rotation 0 on.</summary>
    public required int Rotations { get; init; }

    /// <summary>The most tokens generated per answer; 0 where nothing is generated.</summary>
    public required int MaxNewTokens { get; init; }

    /// <summary>The control, or <c>none</c>.</summary>
    public required string Control { get; init; }
}

/// <summary>The benchmark of a run.</summary>
public sealed record RunBenchmark
{
    /// <summary>SHA-256 of the benchmark's manifest.</summary>
    public required string ManifestSha256 { get; init; }

    /// <summary><c>mqa</c>, <c>recognition</c> or <c>training</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>What text stands for a class.</summary>
    public required string Representation { get; init; }

    /// <summary>Options per question, K.</summary>
    public required int OptionsPerQuestion { get; init; }

    /// <summary>The sets asked, in the order given.</summary>
    public required IReadOnlyList<RunSet> Sets { get; init; }

    /// <summary>Clips asked about, over all sets.</summary>
    public required int Clips { get; init; }
}

/// <summary>One set of a run, and which of its questions are asked.</summary>
public sealed record RunSet
{
    /// <summary>Strategy of the set.</summary>
    public required string Strategy { get; init; }

    /// <summary><c>measured</c>, <c>simulated</c> or <c>unstated</c>: where the predictions behind the set come from.</summary>
    public required string Provenance { get; init; }

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
    private const string OldNameOfCpu = "embedded cpu";

    /// <summary>Name to show.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 over weights, configuration and tokenizer; null where unknown (a server).</summary>
    public required string? Hash { get; init; }

    /// <summary>Engine and kind of device, without the device's number: <c>cpu</c>, <c>torch cuda</c>.</summary>
    public required string Engine { get; init => field = value == OldNameOfCpu ? "cpu" : value; }

    /// <summary>Arithmetic.</summary>
    public required string Precision { get; init; }

    /// <summary>The settings in force, by name.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Settings that differ from the checkpoint's: name → the checkpoint's value.</summary>
    public required IReadOnlyDictionary<string, string> OverriddenSettings { get; init; }

    /// <summary>True when the checkpoint says of itself that its weights are random.</summary>
    public required bool HasRandomWeights { get; init; }
}

/// <summary>The prompts of a run.</summary>
public sealed record RunPrompt
{
    /// <summary><c>mqa</c>, <c>cot</c>, <c>caption-then-answer</c>, <c>direct</c> or <c>caption</c>.</summary>
    public required string Task { get; init; }

    /// <summary><c>egocentric</c> or <c>allocentric</c>.</summary>
    public required string Perspective { get; init; }

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

    /// <summary><c>midpoint</c> or <c>stride</c>.</summary>
    public required string Policy { get; init; }

    /// <summary>Segments that <c>stride</c> strides over; null for <c>midpoint</c>.</summary>
    public required int? ClipLength { get; init; }

    /// <summary>Layout of the videos folder; null when blind.</summary>
    public required string? VideoLayout { get; init; }
}
