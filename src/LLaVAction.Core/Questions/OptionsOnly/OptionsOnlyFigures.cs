using LLaVAction.Annotations;
using LLaVAction.Questions.Manifests;

namespace LLaVAction.Questions.OptionsOnly;

/// <summary>The options-only figures of a set, as the manifest holds them.</summary>
public static class OptionsOnlyFigures
{
    /// <summary>Computes them.</summary>
    /// <param name="questions">The set.</param>
    /// <param name="pool">Every clip of the pool.</param>
    /// <param name="asked">Narration ids of the clips asked about: their classes do not count as known frequencies.</param>
    public static OptionsOnlyAccuracies Of(
        IReadOnlyList<Question> questions, IEnumerable<ClipAnnotation> pool, IReadOnlySet<string> asked)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(asked);
        var frequencies = new Dictionary<ActionClass, int>();
        foreach (var clip in pool)
        {
            if (!asked.Contains(clip.NarrationId))
            {
                frequencies[clip.Class] = frequencies.GetValueOrDefault(clip.Class) + 1;
            }
        }

        var classes = questions.Select(OptionClasses.Of).ToArray();
        return new OptionsOnlyAccuracies(
            OptionGuess.CentralityAccuracy(classes),
            OptionGuess.FrequencyAccuracy(classes, frequencies),
            OptionsOnlyModel.CrossValidate(classes).Accuracy);
    }
}
