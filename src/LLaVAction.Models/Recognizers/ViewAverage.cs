namespace LLaVAction.Models.Recognizers;

/// <summary>
/// What the views of one clip say together: the mean of their logits, and the mean of their softmaxes, by which classes are
/// ranked (AVION's <c>validate</c>; the softmax of the mean logits is another ranking).
/// </summary>
/// <param name="Logits">Mean logits, one per class.</param>
/// <param name="Probabilities">Mean probabilities, one per class.</param>
public sealed record ViewAverage(float[] Logits, float[] Probabilities)
{
    /// <summary>Averages the logits of at least one view.</summary>
    public static ViewAverage Of(IReadOnlyList<float[]> views)
    {
        ArgumentNullException.ThrowIfNull(views);
        var logits = new double[views[0].Length];
        var probabilities = new double[logits.Length];
        foreach (var view in views)
        {
            var largest = view.Max();
            var exponentials = Array.ConvertAll(view, logit => Math.Exp((double)logit - largest));
            var sum = exponentials.Sum();
            for (var i = 0; i < logits.Length; i++)
            {
                logits[i] += view[i];
                probabilities[i] += exponentials[i] / sum;
            }
        }

        return new ViewAverage(Array.ConvertAll(logits, total => (float)(total / views.Count)), Array.ConvertAll(probabilities, total => (float)(total / views.Count)));
    }
}
