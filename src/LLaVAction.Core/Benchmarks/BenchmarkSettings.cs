using System.Globalization;

namespace LLaVAction.Benchmarks;

/// <summary>What is asked, and how. Two builds with equal settings, pool and dumps are equal to the byte.</summary>
public sealed record BenchmarkSettings
{
    /// <summary>Fewest options of a question.</summary>
    public const int FewestOptions = 2;

    /// <summary>Most options of a question: the letters A to Z.</summary>
    public const int MostOptions = 26;

    /// <summary>Seed of every draw.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Options per question, K, in 2..26.</summary>
    public int OptionsPerQuestion { get; init; } = 5;

    /// <summary>What text stands for a class.</summary>
    public Representation Representation { get; init; } = Representation.Narration;

    /// <summary>Which candidates become options.</summary>
    public Protocol Protocol { get; init; } = Protocol.Mqa;

    /// <summary>What to do with distractors that may be true.</summary>
    public AmbiguousDistractors Ambiguous { get; init; } = AmbiguousDistractors.Keep;

    /// <summary>Whether the true option shows the clip's own narration.</summary>
    public bool ShowsOwnNarration => Representation is Representation.Narration or Representation.GtKey;

    /// <summary>Whether option texts need the class files.</summary>
    public bool NeedsClassKeys => Representation is Representation.OfficialKey or Representation.GtKey;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="InputException">The number of options is outside 2..26.</exception>
    public void Validate()
    {
        if (OptionsPerQuestion is < FewestOptions or > MostOptions)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"--options {OptionsPerQuestion}: expected {FewestOptions} to {MostOptions} (the letters A to Z)."));
        }
    }
}
