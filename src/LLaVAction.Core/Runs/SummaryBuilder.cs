using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
using LLaVAction.Scoring;

namespace LLaVAction.Runs;

/// <summary>Computes <see cref="RunSummary"/> from results; every sum runs in the order of the questions.</summary>
public static class SummaryBuilder
{
    private static readonly string Letter = SettingNames.Of(AnswerScoring.Letter);
    private static readonly string Staged = SettingNames.Of(AnswerScoring.Staged);

    /// <summary>Summarises a run.</summary>
    public static RunSummary Build(RunResults results)
    {
        var identity = results.Identity;
        return new RunSummary
        {
            SchemaVersion = RunRecord.CurrentSchemaVersion,
            IsComplete = results.IsComplete,
            Results = results.Present,
            ResultsExpected = results.Expected,
            Caveats = Caveats(identity),
            Cells = ParallelMap.Map(results.Cells, cell => Summarise(results, cell)),
            Times = Times(results),
        };
    }

    /// <summary>The words that must stand beside every figure of a run that rests on sets of these sources.</summary>
    public static IReadOnlyList<string> Caveats(RunIdentity identity, params IReadOnlyList<Provenance> sources)
    {
        var caveats = new List<string>();
        if (identity.Model.HasRandomWeights)
        {
            caveats.Add("random weights");
        }

        if (identity.Benchmark.IsSynthetic)
        {
            caveats.Add("synthetic");
        }

        if (sources.Contains(Provenance.Simulated))
        {
            caveats.Add("simulated");
        }

        return caveats;
    }

    /// <summary>The words that must stand beside figures over all sets of a run.</summary>
    public static IReadOnlyList<string> Caveats(RunIdentity identity) => Caveats(identity, [.. identity.Benchmark.Sets.Select(set => set.Provenance)]);

    private static CellSummary Summarise(RunResults results, RunCell cell)
    {
        var identity = results.Identity;
        var set = identity.Benchmark.Sets.First(set => set.Strategy == cell.Strategy);
        AskedQuestion[] rows = [.. results.Read(cell)];
        ResultLine[] lines = [.. rows.Select(row => row.Result).OfType<ResultLine>()];
        int Count(ResultStatus status) => lines.Count(line => line.Status == status);
        var correct = lines.Count(line => line.IsCorrect == true);
        var answered = Count(ResultStatus.Ok);
        var isTruthPublished = identity.Benchmark.PublishedBenchmark is null || rows.Any(row => row.Question.AnswerIndex is not null);
        var isScored = identity.Prompt.Task != PromptTask.Caption && isTruthPublished;
        var hasOptions = identity.Prompt.Task.HasOptions() && isTruthPublished;
        var mass = Mean(lines.Select(line => line.LetterMass).OfType<double>());
        return new CellSummary
        {
            Strategy = cell.Strategy,
            Provenance = set.Provenance,
            Frames = cell.Frames,
            QuestionsInSet = set.QuestionsInSet,
            Questions = rows.Length,
            Answered = answered,
            Correct = correct,
            Unparsed = Count(ResultStatus.Unparsed),
            DecodeErrors = Count(ResultStatus.DecodeError),
            MissingVideos = Count(ResultStatus.MissingVideo),
            ShortVideos = Count(ResultStatus.ShortVideo),
            Refused = Count(ResultStatus.Refused),
            Truncated = Count(ResultStatus.Truncated),
            NoAnswers = Count(ResultStatus.NoAnswer),
            WithoutResult = rows.Length - lines.Length,
            Accuracy = isScored ? Ratio(correct, rows.Length) : null,
            AccuracyAnswered = isScored ? Ratio(correct, answered) : null,
            AccuracyByScoring = hasOptions ? AccuracyByScoring(rows) : new SortedDictionary<string, double>(StringComparer.Ordinal),
            Chance = hasOptions ? Mean(rows.Select(row => row.Question.AnswerIndex is null ? 0 : 1.0 / row.Question.Options.Count)) : null,
            MeanLetterMass = mass,
            HasLowLetterMass = mass < LetterScores.LowMass,
            LetterTextAgreement = Mean(lines.Where(HasLetterAndText).Select(line => line.Predictions[Letter] == line.Predictions[Staged] ? 1.0 : 0.0)),
            Rules = CountRules(lines),
            Rotations = identity.Rotations > 1 ? Rotations(results, cell) : null,
            Recognition = identity.Benchmark.Protocol == Protocol.Recognition && hasOptions
                ? RecognitionScores.Of([.. rows.Select(row => RecognitionResults.Row(row.Question, row.Result))])
                : null,
            Direct = identity.Prompt.Task == PromptTask.Direct ? Direct(rows, lines) : null,
        };
    }

    private static SortedDictionary<string, double> AccuracyByScoring(AskedQuestion[] rows)
    {
        var accuracies = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var scoring in rows.SelectMany(row => row.Result?.Predictions.Keys ?? []).Distinct(StringComparer.Ordinal))
        {
            accuracies[scoring] = (double)rows.Count(row =>
                row.Question.AnswerIndex is { } answer && row.Result?.Predictions.GetValueOrDefault(scoring) == answer) / rows.Length;
        }

        return accuracies;
    }

    private static bool HasLetterAndText(ResultLine line) =>
        line.Predictions.GetValueOrDefault(Letter) is not null && line.Predictions.ContainsKey(Staged);

    private static SortedDictionary<string, int> CountRules(ResultLine[] lines)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (line.Rule is { } rule && !line.Status.IsFailure())
            {
                counts[rule] = counts.GetValueOrDefault(rule) + 1;
            }
        }

        return counts;
    }

    private static CircularScores? Rotations(RunResults results, RunCell cell)
    {
        var rotations = results.Identity.Rotations;
        var outcomes = results.Read(cell)
            .Select(row => Enumerable.Range(0, rotations)
                .Select(rotation => results.Find(new ResultKey(row.Question.Id, cell.Strategy, cell.Frames, rotation)))
                .ToArray())
            .Where(lines => Array.TrueForAll(lines, line => line is not null))
            .Select(IReadOnlyList<RotationOutcome> (lines) =>
                [.. lines.Select(line => new RotationOutcome(line!.PredictedIndex, line.IsCorrect == true))])
            .ToArray();
        return CircularScores.Of(outcomes);
    }

    private static DirectSummary Direct(AskedQuestion[] rows, ResultLine[] lines)
    {
        var hasClasses = lines.Any(line => line.Predictions.ContainsKey("verb_class"));
        if (!hasClasses)
        {
            return new DirectSummary(null, null, null, null);
        }

        double Share(Func<Question, ResultLine, bool> isRight) =>
            (double)rows.Count(row => row.Result is { } line && isRight(row.Question, line)) / rows.Length;
        static bool Verb(Question question, ResultLine line) => line.Predictions.GetValueOrDefault("verb_class") == question.VerbClass;
        static bool Noun(Question question, ResultLine line) => line.Predictions.GetValueOrDefault("noun_class") == question.NounClass;
        return new DirectSummary(
            Share(Verb),
            Share(Noun),
            Share((question, line) => Verb(question, line) && Noun(question, line)),
            lines.Count(line => !line.Status.IsFailure()
                && (line.Predictions.GetValueOrDefault("verb_class") is null || line.Predictions.GetValueOrDefault("noun_class") is null)));
    }

    private static RunTimes Times(RunResults results)
    {
        double decode = 0, vision = 0, prefill = 0, question = 0;
        foreach (var cell in results.Cells)
        {
            for (var rotation = 0; rotation < results.Identity.Rotations; rotation++)
            {
                foreach (var (_, line) in results.Read(cell, rotation))
                {
                    decode += line?.DecodeMilliseconds ?? 0;
                    vision += line?.VisionMilliseconds ?? 0;
                    prefill += line?.PrefillMilliseconds ?? 0;
                    question += line?.QuestionMilliseconds ?? 0;
                }
            }
        }

        return new RunTimes(Math.Round(decode, 3), Math.Round(vision, 3), Math.Round(prefill, 3), Math.Round(question, 3));
    }

    private static double? Mean(IEnumerable<double> values)
    {
        var sum = 0.0;
        var count = 0;
        foreach (var value in values)
        {
            sum += value;
            count++;
        }

        return count == 0 ? null : sum / count;
    }

    private static double? Ratio(int part, int whole) => whole == 0 ? null : (double)part / whole;
}
