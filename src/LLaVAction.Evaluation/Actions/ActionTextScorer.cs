using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Prompts;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Actions;

/// <summary>
/// A video language model as a recogniser: the text of every class is scored as the answer to "What action are you
/// performing?", by the mean log-probability of its tokens, less what the same text has without the video. All classes
/// share one prefill of the video.
/// </summary>
public sealed class ActionTextScorer : IClipScorer
{
    private readonly IVideoLanguageModel _model;
    private readonly TokenTrie _trie;
    private readonly double[] _prior;

    /// <summary>Prepares the texts, and scores them without video.</summary>
    /// <param name="model">The model, which is disposed with this.</param>
    /// <param name="classes">The classes.</param>
    /// <param name="texts">The text of each class, for example <c>take plate</c>.</param>
    /// <param name="frames">Frames that the model sees.</param>
    /// <param name="takesPriorOut">Whether what the text has without the video is taken out.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    public ActionTextScorer(
        IVideoLanguageModel model, IReadOnlyList<ActionClass> classes, IReadOnlyList<string> texts, int frames, bool takesPriorOut, CancellationToken cancellationToken)
    {
        _model = model;
        Classes = classes;
        Frames = frames;
        _trie = new TokenTrie([.. texts.Select(text => model.Tokenizer.Encode(text))]);
        _prior = takesPriorOut ? Ask(null, [], Prompt(hasVideo: false), cancellationToken) : new double[classes.Count];
        Settings = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["frames"] = frames.ToString(CultureInfo.InvariantCulture),
            ["scoring"] = takesPriorOut ? "text, mean log-probability less that without video" : "text, mean log-probability",
            ["texts"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', texts)))),
        };
    }

    /// <inheritdoc/>
    public ModelDescription Description => _model.Description;

    /// <inheritdoc/>
    public IReadOnlyList<ActionClass> Classes { get; }

    /// <inheritdoc/>
    public int Frames { get; }

    /// <inheritdoc/>
    public int PreferredClips => 1;

    /// <inheritdoc/>
    public double? OperationsPerClip => null;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>How many beginnings of texts are run for a clip.</summary>
    public int Contexts => _trie.Contexts.Count;

    /// <inheritdoc/>
    public IReadOnlyList<ClipScores> Score(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var scores = new List<ClipScores>(clips.Count);
        foreach (var clip in clips)
        {
            using var encoded = _model.Encode([clip], cancellationToken)[0];
            var seen = Ask(encoded, clip.Selections[Frames], Prompt(hasVideo: true), cancellationToken);
            scores.Add(OfLogits([.. seen.Select((score, i) => (float)(score - _prior[i]))]));
        }

        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    internal static ClipScores OfLogits(float[] logits) => new(logits, Models.Recognizers.ViewAverage.Of([logits]).Probabilities, []);

    private double[] Ask(IEncodedClip? clip, IReadOnlyList<int> frames, string prompt, CancellationToken cancellationToken)
    {
        PromptRequest[] requests = [.. _trie.Contexts.Select(context => new PromptRequest(prompt, [], 0) { Continuation = context })];
        var answers = _model.Answer([new PromptGroup(clip, frames, requests)], cancellationToken)[0].Answers;
        return _trie.MeanLogProbabilities([.. answers.Select(static answer => answer.CandidateLogProbabilities
            ?? throw new InputException("The engine gives no log-probabilities of tokens; use --engine cpu or torch."))]);
    }

    private static string Prompt(bool hasVideo) => PromptBuilder.Build(
        new PromptSettings { Task = PromptTask.Direct, HasVideo = hasVideo }, new PromptInput { DurationSeconds = 0, NamedFrames = 0 });
}
