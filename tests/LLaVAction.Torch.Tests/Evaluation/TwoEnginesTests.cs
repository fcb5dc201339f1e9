using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Cpu;
using LLaVAction.Evaluation;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;
using LLaVAction.Video.Frames;

namespace LLaVAction.Torch.Tests.Evaluation;

/// <summary>A whole evaluation gives the same results on both engines.</summary>
public sealed class TwoEnginesTests
{
    private const int Clips = 12;

    private static readonly EvaluationSettings Settings = new()
    {
        Prompt = new PromptSettings(),
        FrameCounts = [2, 5],
        FramePolicy = new FramePolicy(FramePolicyKind.Midpoint),
        Scoring = [AnswerScoring.Letter, AnswerScoring.Staged],
        Rotations = 2,
        MaxNewTokens = 6,
        Seed = 42,
    };

    /// <summary>One row per checkpoint with a language model.</summary>
    public static IEnumerable<object?[]> Checkpoints()
        => GoldenFolder.RowsOf(GoldenFolder.Checkpoints().Where(folder => GoldenModel.HasLanguageModel(GoldenFolder.PathOf(folder))).ToArray());

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public async Task Predictions_are_equal_and_scores_agree(string? checkpoint)
    {
        Skip.If(checkpoint is null, "no model goldens");
        using var folder = new ModelWithTokenizer(GoldenFolder.PathOf(checkpoint));
        using var cpu = new CpuEngine().LoadModel(folder.Folder, new ModelOptions());
        using IVideoLanguageModel torch = TestEngine.Load(folder.Folder, new ModelOptions { PromptsPerClip = 4 });

        var expected = await EvaluateAsync(cpu);
        var actual = await EvaluateAsync(torch);

        Assert.Equal(Clips * 2 * 2 * 2, expected.Count);
        Assert.Equal(expected.Select(line => line.Key), actual.Select(line => line.Key));
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].Predictions, actual[i].Predictions);
            Assert.Equal(expected[i].IsCorrect, actual[i].IsCorrect);
            Assert.Equal(expected[i].Text, actual[i].Text);
            Assert.InRange(Math.Log(actual[i].LetterMass!.Value / expected[i].LetterMass!.Value), -1e-3, 1e-3);
            Assert.All(
                expected[i].LetterLogprobs!.Zip(actual[i].LetterLogprobs!),
                pair => Assert.InRange(pair.Second, pair.First - 1e-3, pair.First + 1e-3));
        }
    }

    private static async Task<List<ResultLine>> EvaluateAsync(IVideoLanguageModel model)
    {
        var lines = new List<ResultLine>();
        string[] strategies = ["random", "tim"];
        AskedSet[] sets = [.. strategies.Select(strategy => new AskedSet(strategy, [.. Enumerable.Range(0, Clips).Select(clip => Ask(strategy, clip))]))];
        var decoding = new DecodeAhead(new SyntheticFrames(), Settings.FramePolicy, 2);
        var work = WorkPlan.Where(sets, Settings, Shard.Whole, null, _ => true);
        await new Evaluator(model, decoding, Settings, lines.Add).RunAsync(work, _ => { }, CancellationToken.None);
        return lines;
    }

    private static Question Ask(string strategy, int clip)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"P01_11_{clip}");
        var answer = clip % 5;
        return new Question
        {
            Id = id,
            VideoId = "P01_11",
            ParticipantId = "P01",
            StartSeconds = clip,
            StopSeconds = clip + 1.5,
            StartFrame = 1,
            StopFrame = 90,
            Narration = $"wash cup {clip}",
            VerbClass = 2,
            NounClass = clip,
            Strategy = strategy,
            Options = [.. Enumerable.Range(0, 5).Select(option => option == answer ? $"wash cup {clip}" : $"{strategy} {option}")],
            OptionClasses = [.. Enumerable.Range(0, 5).Select(option => option == answer ? $"2:{clip}" : $"{option}:{100 + option}")],
            OptionRanks = [1, 2, 3, 4, 5],
            AlsoTrue = [null, null, null, null, null],
            AnswerIndex = answer,
            GroundTruthRank = answer + 1,
        };
    }

    /// <summary>Frames that are made up, a clip's own at each moment.</summary>
    private sealed class SyntheticFrames : IFrameReader
    {
        public string Layout => "epic";

        public Task<ClipFrames> ReadAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
        {
            var plan = LLaVAction.Video.Frames.FramePlan.ForTimes(clip.StartSeconds, clip.StopSeconds, policy, frameCounts);
            return Task.FromResult(SyntheticClip.Of((int)clip.StartSeconds, plan.Moments.Count) with { Seconds = plan.Moments, Selections = plan.Selections });
        }
    }
}
