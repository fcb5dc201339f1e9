using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Building;

/// <summary>Builds every set of a benchmark: pure, in memory, the same whatever the number of threads.</summary>
public static class BenchmarkBuilder
{
    private const int IdsNamedInErrors = 10;

    /// <summary>Builds the sets.</summary>
    /// <param name="clips">The rows to ask about, in annotation order.</param>
    /// <param name="pool">Every clip whose class and narration may serve as a distractor, each id once, in any order.</param>
    /// <param name="officialKey">The official key of a class, from the class files; may be null unless the representation shows keys.</param>
    /// <param name="sources">The strategies with their dumps, in any order, each name once.</param>
    /// <param name="settings">What is asked, and how.</param>
    /// <exception cref="InputException">A dump lacks a row or has too few candidates, or a class has no text.</exception>
    public static BuiltBenchmark Build(
        IReadOnlyList<ClipAnnotation> clips,
        IReadOnlyCollection<ClipAnnotation> pool,
        Func<ActionClass, string?>? officialKey,
        IReadOnlyList<StrategySource> sources,
        BenchmarkSettings settings)
    {
        settings.Validate();
        if (sources.Count == 0)
        {
            throw new InputException("--strategy: none is given; expected random or NAME=DUMP, for example --strategy tim=tim.json.");
        }

        StrategySource[] ordered = [.. sources.OrderBy(static source => source.Name, StringComparer.Ordinal)];
        foreach (var source in ordered)
        {
            RequireEveryClip(clips, source);
        }

        var videos = clips.Select(static clip => clip.VideoId).ToHashSet(StringComparer.Ordinal);
        var alsoTrue = Task.Run(() => new AlsoTrueIndex(pool.Where(clip => videos.Contains(clip.VideoId))));
        var distractors = new DistractorPool(pool);
        var strategies = Array.ConvertAll(ordered, source => MakeStrategy(source, distractors, settings));
        var builder = new QuestionBuilder(distractors, alsoTrue.GetAwaiter().GetResult(), MakeTexts(distractors, officialKey, settings), settings);
        var built = BuildQuestions(clips, builder, strategies);

        var asked = clips.Select(static clip => clip.NarrationId).ToHashSet(StringComparer.Ordinal);
        var frequencies = OptionGuess.Frequencies(pool, asked);
        var sets = ParallelMap.Map([.. Enumerable.Range(0, ordered.Length)], set => Collect(ordered[set], built.Select(row => row[set]), ordered, frequencies));
        return new BuiltBenchmark(settings, sets, asked, distractors);
    }

    private static BuiltQuestion[][] BuildQuestions(
        IReadOnlyList<ClipAnnotation> clips,
        QuestionBuilder builder,
        IReadOnlyList<IDistractorStrategy> strategies)
    {
        var built = new BuiltQuestion[clips.Count][];
        var errors = new InputException?[clips.Count];
        Parallel.For(0, clips.Count, index =>
        {
            try
            {
                built[index] = builder.Build(clips[index], strategies);
            }
            catch (InputException error)
            {
                errors[index] = error;
            }
        });

        // The first row's error, whichever thread met one first.
        return Array.Find(errors, static error => error is not null) is { } first ? throw first : built;
    }

    private static BuiltSet Collect(
        StrategySource source, IEnumerable<BuiltQuestion> built, IReadOnlyList<StrategySource> sources, IReadOnlyDictionary<ActionClass, int> frequencies)
    {
        var questions = new List<Question>();
        var classes = new List<OptionClasses>();
        var passedOver = new List<PassedOverCandidate>();
        var excluded = 0;
        var redrawn = 0;
        var ties = 0;
        foreach (var item in built)
        {
            if (item.Question is null)
            {
                excluded++;
                continue;
            }

            questions.Add(item.Question);
            classes.Add(item.Classes!);
            passedOver.AddRange(item.PassedOver);
            redrawn += item.RedrawnNarrations;
            ties += item.IsCutTied ? 1 : 0;
        }

        return new BuiltSet
        {
            Source = source,
            Questions = questions,
            PassedOver = passedOver,
            Excluded = excluded,
            RedrawnNarrations = redrawn,
            TiesAtCut = ties,
            Judges =
            [
                .. sources.Where(static judge => judge.Dump is not null)
                    .Select(judge => DumpJudge.Score(questions, classes, judge, judge.Name == source.Name)),
            ],
            OptionsOnly = new OptionsOnlyAccuracies(
                OptionGuess.CentralityAccuracy(classes),
                OptionGuess.FrequencyAccuracy(classes, frequencies),
                OptionsOnlyModel.CrossValidate(classes).Accuracy),
        };
    }

    private static IDistractorStrategy MakeStrategy(StrategySource source, DistractorPool pool, BenchmarkSettings settings) =>
        source.Dump is null
            ? new RandomStrategy(pool.Classes, settings.Seed)
            : new DumpStrategy(source.Name, source.Dump, settings);

    private static IClassTexts MakeTexts(DistractorPool pool, Func<ActionClass, string?>? officialKey, BenchmarkSettings settings) =>
        settings.Representation switch
        {
            Representation.Narration or Representation.RandomNarration => new DrawnNarrations(pool, settings.Seed),
            Representation.Top1Narration => FixedTexts.MostFrequentNarrations(pool),
            Representation.FirstSample => FixedTexts.FirstSamples(pool),
            _ => FixedTexts.OfficialKeys(officialKey ?? throw new InputException(
                $"--representation {SettingNames.Of(settings.Representation)} needs the class files; "
                + "give them with --verb-classes and --noun-classes.")),
        };

    private static void RequireEveryClip(IReadOnlyList<ClipAnnotation> clips, StrategySource source)
    {
        if (source.Dump is not { } dump)
        {
            return;
        }

        var missing = clips
            .Select(static clip => clip.NarrationId)
            .Where(id => !dump.Rankings.ContainsKey(id))
            .ToArray();
        if (missing.Length > 0)
        {
            var named = string.Join(", ", missing.Take(IdsNamedInErrors));
            var rest = missing.Length > IdsNamedInErrors ? $" and {missing.Length - IdsNamedInErrors} more" : "";
            throw new InputException(
                $"{dump.Path}: {missing.Length} of the {clips.Count} rows asked about have no prediction: {named}{rest}. "
                + "Give a dump of the whole file, or choose rows that it has with --ids.");
        }
    }
}
