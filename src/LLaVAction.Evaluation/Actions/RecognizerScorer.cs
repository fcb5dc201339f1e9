using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Settings;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Actions;

/// <summary>A recogniser over the views of each clip.</summary>
/// <param name="model">The model, which is disposed with this.</param>
/// <param name="framesPerView">Frames that the model sees at once.</param>
/// <param name="views">The views.</param>
public sealed class RecognizerScorer(IActionRecognizer model, int framesPerView, ViewGrid views) : IClipScorer
{
    private readonly ClipPixels _pixels = new(model.Configuration);

    /// <inheritdoc/>
    public ModelDescription Description => model.Description;

    /// <inheritdoc/>
    public IReadOnlyList<ActionClass> Classes => model.Classes;

    /// <inheritdoc/>
    public int Frames => framesPerView * views.Temporal;

    /// <inheritdoc/>
    public int PreferredClips => model.PreferredClips;

    /// <inheritdoc/>
    public double? OperationsPerClip => model.Configuration.OperationsOf(framesPerView) * views.Spatial * views.Temporal;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Settings { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["frames"] = framesPerView.ToString(CultureInfo.InvariantCulture),
        ["views"] = views.ToString(),
    };

    /// <inheritdoc/>
    public IReadOnlyList<ClipScores> Score(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(clips);
        var scored = model.Score([.. clips.SelectMany(Views)], framesPerView, cancellationToken);
        return [.. scored.Chunk(views.Spatial * views.Temporal).Select(static ofClip =>
        {
            var average = ViewAverage.Of([.. ofClip.Select(static view => view.Logits)]);
            var features = Enumerable.Range(0, ofClip[0].Features.Length).Select(column => ofClip.Average(view => view.Features[column])).ToArray();
            return new ClipScores(average.Logits, average.Probabilities, features);
        })];
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    // Temporal view j of n takes every n-th of the frames from j on: the midpoints of finer parts, dealt out.
    private IEnumerable<float[]> Views(ClipFrames clip) =>
        from temporal in Enumerable.Range(0, views.Temporal)
        let selection = clip.Selections[Frames].Where((_, i) => i % views.Temporal == temporal).ToArray()
        from spatial in Enumerable.Range(0, views.Spatial)
        select _pixels.Of(clip, selection, spatial, views.Spatial);
}
