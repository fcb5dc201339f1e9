using System.Globalization;
using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;

namespace LLaVAction.Tests.Runs;

/// <summary>A made-up run of two sets, two frame counts and some rotations, with answers keyed by the question.</summary>
internal sealed class SyntheticRun
{
    public SyntheticRun(int clips, int rotations = 2)
    {
        Rotations = rotations;
        Sets = [Set("random", clips), Set("tim", clips)];
    }

    public static byte[] Manifest { get; } = Encoding.UTF8.GetBytes("{}\n");

    public int Rotations { get; }

    public IReadOnlyList<AskedSet> Sets { get; }

    public RunRecord Record => new()
    {
        SchemaVersion = RunRecord.CurrentSchemaVersion,
        Environment = new Dictionary<string, string> { ["runtime"] = "test" },
        Configuration = new Dictionary<string, string> { ["frames"] = "8,16" },
        Identity = new RunIdentity
        {
            ToolVersion = "0.0.0",
            Benchmark = new RunBenchmark
            {
                ManifestSha256 = AskedSet.Sha256(Manifest),
                Protocol = Protocol.Mqa,
                Representation = Representation.Narration,
                OptionsPerQuestion = 5,
                Clips = Sets[0].Questions.Count,
                Sets = [.. Sets.Select(set => new RunSet
                {
                    Strategy = set.Strategy,
                    Provenance = set.Strategy == "random" ? Provenance.Unstated : Provenance.Simulated,
                    Sha256 = AskedSet.Sha256(set.ToBytes()),
                    QuestionsInSet = set.Questions.Count,
                    QuestionsAsked = set.Questions.Count,
                    AskedSha256 = AskedSet.Sha256(set.ToBytes()),
                })],
            },
            Model = new RunModel
            {
                Name = "tiny",
                Hash = "0123",
                Engine = "fake",
                Device = "cpu",
                Precision = "float32",
                Settings = new SortedDictionary<string, string> { ["pooling"] = "bilinear" },
                OverriddenSettings = new SortedDictionary<string, string>(),
                HasRandomWeights = true,
            },
            Prompt = new RunPrompt
            {
                Task = PromptTask.MultipleChoice,
                Perspective = PromptPerspective.Egocentric,
                HasTimeInstruction = false,
                PriorActions = "none",
                Texts = new SortedDictionary<string, string> { ["mqa"] = "{options}" },
            },
            Frames = new RunFrames { Counts = [8, 16], Policy = FramePolicyKind.Midpoint, ClipLength = null, VideoLayout = "epic" },
            Scoring = [AnswerScoring.Letter],
            Rotations = Rotations,
            MaxNewTokens = 0,
            Control = Control.None,
        },
    };

    /// <summary>All lines of one part, clip by clip.</summary>
    public IEnumerable<ResultLine> Lines(Shard shard) =>
        Enumerable.Range(0, Sets[0].Questions.Count).Where(shard.Owns).SelectMany(clip =>
            Sets.SelectMany(set => new[] { 8, 16 }.SelectMany(frames =>
                Enumerable.Range(0, Rotations).Select(rotation => Line(set.Questions[clip], frames, rotation)))));

    public static ResultLine Line(Question question, int frames, int rotation)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{question.Id}/{question.Strategy}/{frames}/{rotation}");
        var random = new KeyedRandom(1, key, "answers");
        var order = Rotation.OptionOrder(5, rotation);
        var scores = LetterScores.Read([.. order.Select(_ => -1 - (5 * random.NextDouble()))], order);
        return new ResultLine
        {
            Id = question.Id,
            Strategy = question.Strategy,
            Frames = frames,
            Rotation = rotation,
            OptionOrder = order,
            LetterLogprobs = scores.LogProbabilities,
            LetterMass = scores.Mass,
            Predictions = new Dictionary<string, int?> { ["letter"] = scores.PredictedIndex },
            PredictedIndex = scores.PredictedIndex,
            AnswerIndex = question.AnswerIndex,
            IsCorrect = scores.PredictedIndex == question.AnswerIndex,
            Status = ResultStatus.Ok,
            FrameSeconds = [.. Enumerable.Range(0, frames).Select(i => question.StartSeconds + (i * 0.125))],
            DecodeMilliseconds = 1.5,
        };
    }

    public static ResultLine Failure(Question question, int frames, int rotation) => Line(question, frames, rotation) with
    {
        LetterLogprobs = null,
        LetterMass = null,
        Predictions = new Dictionary<string, int?>(),
        PredictedIndex = null,
        IsCorrect = false,
        Status = ResultStatus.DecodeError,
        FrameSeconds = [],
    };

    private static AskedSet Set(string strategy, int clips) =>
        new(strategy, [.. Enumerable.Range(0, clips).Select(clip => Question(strategy, clip))]);

    private static Question Question(string strategy, int clip)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"P01_{clip / 10:00}_{clip % 10}");
        var answer = new KeyedRandom(1, id, "answer").NextInt32(5);
        return new Question
        {
            Id = id,
            VideoId = id[..6],
            ParticipantId = "P01",
            StartSeconds = clip,
            StopSeconds = clip + 2.5,
            StartFrame = 1,
            StopFrame = 150,
            Narration = "wash cup " + id,
            VerbClass = 2,
            NounClass = 13,
            Strategy = strategy,
            Options = [.. Enumerable.Range(0, 5).Select(option => option == answer ? "wash cup " + id : $"{strategy} {option}")],
            OptionClasses = [.. Enumerable.Range(0, 5).Select(option => option == answer ? "2:13" : $"{option}:{option}")],
            OptionRanks = [null, null, null, null, null],
            AlsoTrue = [null, null, null, null, null],
            AnswerIndex = answer,
            GroundTruthRank = null,
        };
    }
}
