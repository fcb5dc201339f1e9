using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Runs;

namespace LLaVAction.Reports;

/// <summary>What a paper's methods section must say of runs, written from their records.</summary>
public static class ReportMethods
{
    /// <summary>How intervals and tests were made, the same for every run.</summary>
    public const string Statistics =
        "Accuracy counts every question asked; unparsed, failed and missing answers count as wrong. Intervals are 95 % confidence intervals "
        + "clustered by participant (CR2 standard errors, Satterthwaite degrees of freedom, Wilson's interval on the effective number of questions). "
        + "Differences are paired by question; p values are corrected by Holm's method over all pairs shown.";

    /// <summary>The section: what was asked, how each run answered, how it was counted.</summary>
    public static IReadOnlyList<string> Paragraphs(IReadOnlyList<ComparedRun> runs) =>
        [.. runs.Select(SetsOf).Distinct(StringComparer.Ordinal), .. runs.Select(Of), Statistics];

    /// <summary>One paragraph on how a run's answers came about.</summary>
    public static string Of(ComparedRun run)
    {
        var identity = run.Identity;
        var (model, prompt, frames) = (identity.Model, identity.Prompt, identity.Frames);
        var shown = identity.Control == Control.Blind
            ? "without any video"
            : FormattableString.Invariant($"with {string.Join(", ", frames.Counts)} frames per clip ({SettingNames.Of(frames.Policy)} sampling){(identity.Control == Control.None ? "" : $", control {SettingNames.Of(identity.Control)}")}");
        var content = model.Hash is { Length: >= 12 } hash ? $", content {hash[..12]}" : "";
        var scoring = identity.Scoring.Count == 0 ? "" : $" Answers were scored by {string.Join(", ", identity.Scoring.Select(SettingNames.Of))}.";
        var rotations = identity.Rotations > 1 ? FormattableString.Invariant($" Every question was asked in {identity.Rotations} rotations of its options.") : "";
        return $"{run.Label}: {model.Name}{content}{(model.HasRandomWeights ? ", random weights" : "")}, run by LLaVAction {identity.ToolVersion} ({model.Engine} on {model.Device}, {model.Precision}), "
            + $"answered {shown}. "
            + $"Task {SettingNames.Of(prompt.Task)}, {SettingNames.Of(prompt.Perspective)} prompt, time instruction {(prompt.HasTimeInstruction ? "on" : "off")}"
            + $"{(prompt.PriorActions == RunPrompt.NoPriorActions ? "" : $", prior actions {prompt.PriorActions}")}.{scoring}{rotations}";
    }

    // What the runs were asked.
    private static string SetsOf(ComparedRun run)
    {
        var benchmark = run.Identity.Benchmark;
        var sets = string.Join(", ", benchmark.Sets.Select(static set =>
            FormattableString.Invariant($"{set.Strategy} ({set.QuestionsAsked} of {set.QuestionsInSet} questions{(set.Provenance == Provenance.Simulated ? ", simulated predictions" : "")})")));
        var questions = benchmark.PublishedBenchmark is { } published
            ? FormattableString.Invariant($"Questions of {SettingNames.Of(published)} about {benchmark.Clips} clips, as published")
            : FormattableString.Invariant($"Questions with {benchmark.OptionsPerQuestion} options about {benchmark.Clips} clips, option texts: {SettingNames.Of(benchmark.Representation)}");
        return $"{questions}; sets: {sets}. Benchmark: manifest {benchmark.ManifestSha256[..12]}.";
    }

    /// <summary>The command that made a run, from the options stored with it; those left blank or at their default are left out.</summary>
    /// <param name="record">The run.</param>
    /// <param name="defaults">Values by the options' names.</param>
    public static string CommandLine(RunRecord record, IReadOnlyDictionary<string, string> defaults) => "llavaction evaluate-model " + string.Join(' ', record.Configuration
        .Where(option => option.Value.Length > 0 && defaults.GetValueOrDefault(option.Key) != option.Value)
        .Select(static option => option.Value is "true" or "True" ? $"--{option.Key}" : $"--{option.Key} {Quote(option.Value)}"));

    private static string Quote(string value) =>
        value.Any(static character => !char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.' or '/' or ',' or ':' or '='))
            ? $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'"
            : value;
}
