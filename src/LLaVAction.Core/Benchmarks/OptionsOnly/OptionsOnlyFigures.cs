using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.OptionsOnly;

/// <summary>The options-only figures of a set, as the manifest holds them.</summary>
public static class OptionsOnlyFigures
{
    /// <summary>How often each class occurs among the clips that are not asked about.</summary>
    /// <param name="pool">Every clip of the pool.</param>
    /// <param name="asked">Narration ids of the clips asked about: their classes do not count as known frequencies.</param>
    public static IReadOnlyDictionary<ActionClass, int> Frequencies(IEnumerable<ClipAnnotation> pool, IReadOnlySet<string> asked)
    {
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

        return frequencies;
    }

    /// <summary>Computes them.</summary>
    /// <param name="questions">The set.</param>
    /// <param name="frequencies">How often each class occurs outside the clips asked about.</param>
    public static OptionsOnlyAccuracies Of(IReadOnlyList<OptionClasses> questions, IReadOnlyDictionary<ActionClass, int> frequencies) => new(
        OptionGuess.CentralityAccuracy(questions),
        OptionGuess.FrequencyAccuracy(questions, frequencies),
        OptionsOnlyModel.CrossValidate(questions).Accuracy);
}
