using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Commands;

/// <summary>What <c>doctor --model</c> says of a checkpoint: what it is, and what a question will need.</summary>
internal static class ModelFacts
{
    // Tokens of the text around the video in a multiple-choice prompt with five options.
    private const int TypicalTextTokens = 124;

    /// <summary>The lines about a checkpoint folder. Reads headers and configuration, no weights.</summary>
    /// <exception cref="InputException">The folder is no checkpoint that can be run.</exception>
    public static IEnumerable<EngineFact> Of(CheckpointPath path, IReadOnlyList<int> frameCounts)
    {
        using var checkpoint = Checkpoint.Open(path);
        var configuration = checkpoint.Configuration;
        var facts = new List<EngineFact> { new("model", Describe(checkpoint)), Weights(checkpoint) };
        if (path.Base is { } under)
        {
            facts.Add(new EngineFact("model: adapter", $"merged on loading into {ModelLabel.Of(under)}"));
        }

        facts.AddRange(configuration.Assumptions.Select(assumption => new EngineFact("model: assumed", assumption, IsUsable: null)));
        if (configuration.Language is not null)
        {
            facts.Add(new EngineFact("model: video tokens", DescribeVideoTokens(configuration)));
            facts.AddRange(frameCounts.Select(frames => Needs(configuration, frames)));
        }

        return facts;
    }

    private static string Describe(Checkpoint checkpoint)
    {
        var vision = checkpoint.Configuration.Vision;
        var tower = Text($"SigLIP {vision.Hidden} wide, {vision.Layers} layers, {vision.ImageSize} pixels, {vision.GridSide} x {vision.GridSide} patches");
        var random = checkpoint.Configuration.HasRandomWeights ? "; its weights are random" : "";
        return checkpoint.Configuration.Language is { } language
            ? Text($"{checkpoint.Name}, {Layout(checkpoint.Configuration.Format)} layout: {tower}; Qwen2 {language.Hidden} wide, {language.Layers} layers, {language.VocabularyRows} vocabulary rows{random}")
            : Text($"{checkpoint.Name}: {tower}; a vision tower alone, which answers no questions{random}");
    }

    private static EngineFact Weights(Checkpoint checkpoint)
    {
        var read = CheckpointLayout.Expected(checkpoint.Configuration).Keys.Select(name => checkpoint[name]).ToArray();
        var types = string.Join(", ", read.Select(tensor => tensor.ElementTypeName).Distinct(StringComparer.Ordinal));
        var bytes = read.Sum(tensor => tensor.ByteLength);
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return bytes < memory
            ? new EngineFact("model: weights", Text($"{Size(bytes)} as stored ({types})"))
            : new EngineFact("model: weights", Text($"{Size(bytes)} as stored ({types}), more than the {Size(memory)} this process may use; take a machine with more memory"), IsUsable: false);
    }

    private static string DescribeVideoTokens(ModelConfiguration configuration) => string.Create(
        CultureInfo.InvariantCulture,
        $"pooling {VideoTokenModes.NameOf(configuration.Pooling)}, newline {VideoTokenModes.NameOf(configuration.Newline)}, action token {VideoTokenModes.NameOf(configuration.ActionToken)}; trained {(configuration.HasTimeInstruction ? "with" : "without")} the time instruction; repetition penalty {configuration.Generation.RepetitionPenalty}");

    private static EngineFact Needs(ModelConfiguration configuration, int frames)
    {
        var needs = ModelRequirements.Of(configuration, VisualTokenLayout.Of(configuration), frames, TypicalTextTokens, sizeof(float));
        var value = Text($"{needs.VisualTokens} visual tokens, {needs.PromptTokens} with a question; {Operations(needs.VisionOperations + needs.PrefillOperations)}; keys and values {Size(needs.CacheBytes)}, hidden states {Size(needs.ActivationBytes)} in float32, half of that in bfloat16");
        var limit = configuration.Language!.MaximumPositions;
        return needs.PromptTokens <= limit
            ? new EngineFact(Text($"model: {frames} frames"), value)
            : new EngineFact(Text($"model: {frames} frames"), Text($"{value}; more than the {limit} positions it was made for: use fewer frames"), IsUsable: false);
    }

    private static string Layout(CheckpointFormat format) => format == CheckpointFormat.Original ? "original" : "Hugging Face";

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => Text($"{bytes / (double)(1L << 30):0.00} GiB"),
        >= 1L << 20 => Text($"{bytes / (double)(1L << 20):0.0} MiB"),
        _ => Text($"{bytes / 1024.0:0.0} KiB"),
    };

    private static string Operations(double count) => count >= 1e11 ? Text($"{count / 1e12:0.00} TFLOP") : Text($"{count / 1e9:0.00} GFLOP");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
