using System.Globalization;

namespace LLaVAction.Benchmarks;

/// <summary>What every reader of a manifest relies on: numbers in their ranges, lists without holes, names that name files of the folder.</summary>
internal static class ManifestShape
{
    private const int MostClasses = 1_000_000;

    /// <summary>Checks a manifest.</summary>
    /// <exception cref="InputException">A value is out of its range; the message names it.</exception>
    public static void Require(string path, BenchmarkManifest manifest)
    {
        Expect(manifest.OptionsPerQuestion is >= BenchmarkSettings.FewestOptions and <= BenchmarkSettings.MostOptions, "options_per_question", manifest.OptionsPerQuestion, "2 to 26");
        Expect(manifest.Limit is null or >= 1, "limit", manifest.Limit, "null, or at least 1");
        Count("clips_asked", manifest.ClipsAsked);
        Count("pool_clips", manifest.PoolClips);
        Expect(manifest.PoolClasses is >= 0 and <= MostClasses, "pool_classes", manifest.PoolClasses, $"0 to {MostClasses.ToString(CultureInfo.InvariantCulture)}");
        Count("clips_in_every_set", manifest.ClipsInEverySet);
        foreach (var source in manifest.Sources)
        {
            Expect(source is not null, "an entry of sources", null, "a file");
            Expect(source!.Rows >= 0, $"rows of {source.File}", source.Rows, "at least 0");
        }

        Expect(manifest.Sets.Count > 0, "sets", manifest.Sets.Count, "at least one set");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var set in manifest.Sets)
        {
            Expect(set is not null, "an entry of sets", null, "a set");
            if (!BenchmarkFolder.IsStrategyName(set!.Strategy) || set.File != set.Strategy + ".jsonl" || !names.Add(set.Strategy))
            {
                throw new InputException(
                    $"{path}: set '{set.Strategy}' with file '{set.File}'; expected a name of a-z, 0-9, _ and -, listed once, "
                    + "and a file of that name ending in .jsonl.");
            }

            RequireSet(set);
        }

        void RequireSet(SetEntry set)
        {
            Count($"{set.Strategy}: questions", set.Questions);
            Count($"{set.Strategy}: excluded", set.Excluded);
            Count($"{set.Strategy}: truth_in_first_k", set.TruthInFirstK.GetValueOrDefault());
            Count($"{set.Strategy}: ties_at_cut", set.TiesAtCut);
            Count($"{set.Strategy}: substitutions", set.Substitutions);
            Count($"{set.Strategy}: redrawn_narrations", set.RedrawnNarrations);
            Count($"{set.Strategy}: questions_with_also_true", set.QuestionsWithAlsoTrue);
            Share($"{set.Strategy}: chance", set.Chance);
            Expect(set.Sha256.Length == 64 && set.Sha256.All(char.IsAsciiHexDigitLower), $"{set.Strategy}: sha256", set.Sha256, "64 hexadecimal digits");
            foreach (var judge in set.Judges)
            {
                Expect(judge is not null && judge.Correct >= 0, $"{set.Strategy}: a judge", judge?.Correct, "a dump with a count of correct answers");
                Share($"{set.Strategy}: accuracy of judge '{judge!.Dump}'", judge.Accuracy);
            }

            foreach (var candidate in set.PassedOver)
            {
                Expect(candidate is not null && candidate.Rank is null or >= 1, $"{set.Strategy}: rank of a passed-over candidate", candidate?.Rank, "null, or at least 1");
            }

            if (set.OptionsOnly is { } only)
            {
                Share($"{set.Strategy}: options_only.centrality", only.Centrality);
                Share($"{set.Strategy}: options_only.train_frequency_prior", only.TrainFrequencyPrior);
                Share($"{set.Strategy}: options_only.logistic_model", only.LogisticModel);
            }
        }

        void Count(string name, int value) => Expect(value >= 0, name, value, "at least 0");

        void Share(string name, double value) => Expect(value is >= 0 and <= 1, name, value, "a share of 0 to 1");

        void Expect(bool isSound, string name, object? found, string expected)
        {
            if (!isSound)
            {
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{path}: {name} is {found ?? "null"}; expected {expected}."));
            }
        }
    }
}
