using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Prompts;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Actions;

/// <summary>
/// LLaVAction's own action head, which reads the final hidden state at the action token: one pass over the text before the
/// video and the video.
/// </summary>
/// <param name="model">The model's stages; disposed with this.</param>
/// <param name="description">The model.</param>
/// <param name="tokenizer">Its tokenizer.</param>
/// <param name="actionTokens">How many of the last visual tokens the heads read.</param>
/// <param name="classes">The class of each logit: by the order of their text.</param>
/// <param name="frames">Frames that the model sees.</param>
public sealed class ActionHeadScorer(
    IStagedModel model, ModelDescription description, ITokenizer tokenizer, int actionTokens, IReadOnlyList<ActionClass> classes, int frames) : IClipScorer
{
    /// <inheritdoc/>
    public ModelDescription Description => description;

    /// <inheritdoc/>
    public IReadOnlyList<ActionClass> Classes => classes;

    /// <inheritdoc/>
    public int Frames => frames;

    /// <inheritdoc/>
    public int PreferredClips => 1;

    /// <inheritdoc/>
    public double? OperationsPerClip => null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Settings { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["frames"] = frames.ToString(CultureInfo.InvariantCulture),
        ["scoring"] = "action head",
    };

    /// <inheritdoc/>
    public IReadOnlyList<ClipScores> Score(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clips);
        return [.. clips.Select(Score)];
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private ClipScores Score(ClipFrames clip)
    {
        var pixels = model.Preprocess(clip);
        var values = pixels.Values.Length / pixels.Shape[0];
        var selected = new StageTensor([frames, .. pixels.Shape.Skip(1)], [.. clip.Selections[frames].SelectMany(frame => pixels.Values[(frame * values)..((frame + 1) * values)])]);
        var video = model.ArrangeVisualTokens(model.Pool(model.Project(model.EncodeVision(selected))));
        var prompt = PromptBuilder.Build(new PromptSettings { Task = PromptTask.Direct }, new PromptInput { DurationSeconds = 0, NamedFrames = 0 });
        var states = model.HiddenStates(model.Embed([.. PromptTokens.Of(prompt, tokenizer).BeforeVideo, PromptTokens.VideoPlaceholderId], video));
        var width = states.Shape[^1];
        var read = model.ReadActionHeads(new StageTensor([actionTokens, width], states.Values[^(actionTokens * width)..]))
            ?? throw new InputException($"{description.Name} has no action heads. Use --scoring text.");
        return read.Action.Values.Length == classes.Count
            ? ActionTextScorer.OfLogits(read.Action.Values)
            : throw new InputException($"{description.Name}: its action head has {read.Action.Values.Length} classes, and the annotations {classes.Count}. Give all annotations it was trained on by --narrations.");
    }
}
