using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Epic;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Evaluation.Actions;

/// <summary>How a video language model scores a class.</summary>
public enum ActionScoring
{
    /// <summary>As a text, by the mean log-probability of its tokens, less what it has without the video.</summary>
    Text,

    /// <summary>As a text, the score without the video left in.</summary>
    TextRaw,

    /// <summary>By LLaVAction's action head.</summary>
    Head,
}

/// <summary>Which model scores, and how.</summary>
public sealed record ActionScorerRequest
{
    /// <summary>The model's folder: a recogniser, or the checkpoint of a video language model.</summary>
    public required CheckpointPath Model { get; init; }

    /// <summary>How the engine runs it.</summary>
    public required ModelOptions Options { get; init; }

    /// <summary>Frames; null for a recogniser's own, and 8 of a language model.</summary>
    public int? Frames { get; init; }

    /// <summary>Views of a recogniser.</summary>
    public ViewGrid Views { get; init; } = new(1, 1);

    /// <summary>How a language model scores a class.</summary>
    public ActionScoring Scoring { get; init; }

    /// <summary>The classes of a language model, and the narrations that name them.</summary>
    public required AnnotationPool Pool { get; init; }

    /// <summary>The class files, where classes are named by their official keys; null for narrations.</summary>
    public ActionTaxonomy? Names { get; init; }
}

/// <summary>Opens what scores clips, by what the model's folder holds.</summary>
public static class ActionScorers
{
    private const int LanguageModelFrames = 8;

    /// <summary>Opens the model on an engine.</summary>
    /// <exception cref="InputException">The folder is no model that can be run so.</exception>
    public static IClipScorer Open(IEngine engine, ActionScorerRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(request);
        if (RecognizerConfiguration.IsRecognizer(request.Model.Folder))
        {
            var recognizer = engine.LoadRecognizer(request.Model.Folder, request.Options);
            return new RecognizerScorer(recognizer, request.Frames ?? recognizer.Configuration.Frames, request.Views);
        }

        if (request.Views != new ViewGrid(1, 1))
        {
            throw new InputException($"--views {request.Views}: a video language model sees one view of a clip. Leave it out.");
        }

        var (frames, classes) = (request.Frames ?? LanguageModelFrames, request.Pool.Classes.Classes);
        if (request.Scoring == ActionScoring.Head)
        {
            return Head(engine, request, frames, classes);
        }

        var model = engine.LoadModel(request.Model, request.Options with { FramesPerClip = frames });
        try
        {
            return new ActionTextScorer(model, classes, TextsOf(request), frames, takesPriorOut: request.Scoring == ActionScoring.Text, cancellationToken);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static ActionHeadScorer Head(IEngine engine, ActionScorerRequest request, int frames, IReadOnlyList<ActionClass> classes)
    {
        // The description comes with the whole model; the stages alone give the hidden state that the heads read.
        using var whole = engine.LoadModel(request.Model, request.Options);
        using var checkpoint = Checkpoint.Open(request.Model);
        var tokens = VisualTokenLayout.Of(checkpoint.Configuration).ActionReadoutCount;
        return tokens > 0 && checkpoint.Tensors.ContainsKey(CanonicalNames.VerbHead)
            ? new ActionHeadScorer(engine.LoadStagedModel(request.Model, request.Options), whole.Description, ByteLevelTokenizer.Open(request.Model), tokens, classes, frames)
            : throw new InputException($"{request.Model} has no action token or no action heads (LLaVAction's vision_supervision). Use --scoring text.");
    }

    // The text of each class: its official key, or the narration that the pool has most often (the ordinally first of equals).
    private static string[] TextsOf(ActionScorerRequest request)
    {
        var narrations = request.Pool.UnorderedClips.ToLookup(static clip => clip.Class);
        return [.. request.Pool.Classes.Classes.Select(action => request.Names is { } names
            ? OfficialKey.Of(action, names) ?? throw new InputException($"class {action} is not in {names.Verbs.Path} and {names.Nouns.Path}. Use --class-text narration.")
            : narrations[action].GroupBy(static clip => clip.Narration, StringComparer.Ordinal)
                .OrderByDescending(static group => group.Count())
                .ThenBy(static group => group.Key, StringComparer.Ordinal)
                .First().Key)];
    }
}
