using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Tests.Runs;

namespace LLaVAction.Tests.Comparison;

/// <summary>Runs of two made-up models over clips of several videos and participants.</summary>
internal static class MadeUpRuns
{
    public const int Clips = 240;

    /// <summary>The same questions for every run.</summary>
    public static IReadOnlyList<AskedSet> Sets { get; } =
    [
        .. new SyntheticRun(Clips).Sets.Select(static set => new AskedSet(set.Strategy, [.. set.Questions.Select(Spread)])),
    ];

    /// <summary>A run whose answers are right with the probability given, keyed by the model's name.</summary>
    public static ComparedRun Of(
        string model,
        double skill,
        Control control = Control.None,
        int answered = Clips,
        Func<ResultLine, ResultLine>? change = null,
        int participants = 5,
        int? videos = null)
    {
        var record = new SyntheticRun(Clips, rotations: 1).Record;
        AskedSet[] sets = [.. Sets.Select(set => set with { Questions = [.. set.Questions.Select(question => question with
        {
            ParticipantId = FormattableString.Invariant($"P{Number(question) % participants:00}"),
            VideoId = videos is { } count ? FormattableString.Invariant($"V{Number(question) % count:00}") : question.VideoId,
        })] })];
        var identity = record.Identity with
        {
            Model = record.Identity.Model with { Name = model, Hash = model, HasRandomWeights = false },
            Control = control,
        };
        var lines = sets
            .SelectMany(static set => set.Questions.Take(Clips).Select(question => (set, question)))
            .Where(entry => Number(entry.question) < answered)
            .SelectMany(entry => new[] { 8, 16 }.Select(frames => Answer(entry.question, frames, model, skill)))
            .Select(change ?? (static line => line))
            .ToArray();
        return new ComparedRun(model, model, record, RunResults.Merge(identity, sets, [("results-1of1.jsonl", new ResultFile(lines, 0, 0))]), Manifest());
    }

    private static int Number(Question question) => (int)question.StartSeconds;

    private static ResultLine Answer(Question question, int frames, string model, double skill)
    {
        var random = new KeyedRandom(3, $"{question.Id}/{question.Strategy}/{frames}", model);
        var isRight = random.NextDouble() < skill;
        var choice = isRight ? question.AnswerIndex!.Value : (question.AnswerIndex!.Value + 1 + random.NextInt32(4)) % 5;
        var order = Rotation.OptionOrder(5, 0);
        var scores = LetterScores.Read([.. Enumerable.Range(0, 5).Select(option => option == choice ? -0.2 : -3 - random.NextDouble())], order);
        return SyntheticRun.Line(question, frames, 0) with
        {
            LetterLogprobs = scores.LogProbabilities,
            LetterMass = scores.Mass,
            Predictions = new Dictionary<string, int?> { ["letter"] = choice },
            PredictedIndex = choice,
            IsCorrect = choice == question.AnswerIndex,
        };
    }

    private static Question Spread(Question question)
    {
        var number = Number(question);
        var video = FormattableString.Invariant($"P{number % 5:00}_{number % 17:00}");
        return question with
        {
            VideoId = video,
            ParticipantId = video[..3],
            StopSeconds = question.StartSeconds + 0.5 + (number % 9),
            OptionRanks = question.Strategy == "random" ? question.OptionRanks : [3, 1, 4, 2, 5],
            GroundTruthRank = question.Strategy == "random" ? null : 1 + (number % 7),
            AlsoTrue = number % 4 == 0 ? ["overlap", null, null, null, null] : question.AlsoTrue,
        };
    }

    private static BenchmarkManifest Manifest() => new()
    {
        SchemaVersion = 1,
        ToolVersion = "0.0.0",
        Seed = 42,
        OptionsPerQuestion = 5,
        Representation = Representation.Narration,
        Protocol = Protocol.Mqa,
        Ambiguous = AmbiguousDistractors.Keep,
        Limit = null,
        Sources = [],
        ClipsAsked = Clips,
        PoolClips = Clips,
        PoolClasses = 40,
        ClipsInEverySet = Clips,
        Sets =
        [
            .. Sets.Select(static set => new SetEntry
            {
                Strategy = set.Strategy,
                Provenance = set.Strategy == "random" ? Provenance.Unstated : Provenance.Simulated,
                DumpFormat = null,
                File = set.Strategy + ".jsonl",
                Sha256 = AskedSet.Sha256(set.ToBytes()),
                Questions = set.Questions.Count,
                Excluded = 0,
                TruthInFirstK = null,
                Substitutions = 0,
                RedrawnNarrations = 0,
                QuestionsWithAlsoTrue = 0,
                Chance = 0.2,
                Judges = [new JudgeAccuracy("tim", 120, 0.5, set.Strategy == "tim")],
                OptionsOnly = new OptionsOnlyAccuracies(0.4, 0.3, 0.45),
                PassedOver = [],
            }),
        ],
        Licence = "test",
    };
}
