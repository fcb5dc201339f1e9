using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Testing;

namespace LLaVAction.Tests.Runs;

/// <summary>Clips of 2.5 s that start every second, ten to a video: from the third on each has the two before it.</summary>
public sealed class PriorPredictionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticRun _run = new(20, rotations: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_oracle_tells_the_true_options_of_the_two_clips_before()
    {
        AskedSet[] sets = [_run.Sets[0] with { Questions = [.. _run.Sets[0].Questions.Select(static question => question.Id == "P01_00_4" ? question with { AnswerIndex = null } : question)] }];
        var oracle = PriorPredictions.Oracle(sets);

        Assert.Equal(("oracle", 16), (oracle.Identity, oracle.CoveredClips));
        Assert.Equal(new PriorActions(2, "wash cup P01_00_3", 1, "wash cup P01_00_4"), oracle.Find("random", "P01_00_5", 8));
        Assert.Null(oracle.Find("random", "P01_00_1", 8));
        Assert.Null(oracle.Find("random", "P01_01_1", 8));
    }

    [Fact]
    public void An_earlier_run_tells_the_options_it_chose_at_the_same_number_of_frames()
    {
        var earlier = Run(_folder["earlier"], _run, [8, 16]);
        var chosen = PriorPredictions.FromRun(_run.Sets, [8, 16], earlier);

        Assert.Equal(new PriorActions(2, Chosen("tim", "P01_00_3", 16), 1, Chosen("tim", "P01_00_4", 16)), chosen.Find("tim", "P01_00_5", 16));
        Assert.Equal(new PriorActions(2, Chosen("random", "P01_00_3", 8), 1, Chosen("random", "P01_00_4", 8)), chosen.Find("random", "P01_00_5", 8));

        // The identity is the hash of what was chosen of every clip that comes before another: all but the last of each video.
        var texts = from set in _run.Sets
                    from question in set.Questions
                    where !question.Id.EndsWith("_9", StringComparison.Ordinal)
                    from frames in new[] { 8, 16 }
                    select $"{set.Strategy}\n{question.Id}\n{frames}\n{Chosen(set.Strategy, question.Id, frames)}\n";
        Assert.Equal("run:" + AskedSet.Sha256(System.Text.Encoding.UTF8.GetBytes(string.Concat(texts))), chosen.Identity);
        Assert.Equal(chosen.Identity, PriorPredictions.FromRun([_run.Sets[1], _run.Sets[0]], [16, 8], earlier).Identity);
        Assert.NotEqual(chosen.Identity, PriorPredictions.FromRun(_run.Sets, [8], earlier).Identity);
    }

    [Fact]
    public void A_run_of_one_number_of_frames_serves_any_and_one_of_several_only_its_own()
    {
        var one = PriorPredictions.FromRun(_run.Sets, [32], Run(_folder["one"], _run, [8]));
        Assert.Equal(Chosen("random", "P01_00_4", 8), one.Find("random", "P01_00_5", 32)!.LaterText);

        var several = Run(_folder["several"], _run, [8, 16]);
        Assert.Contains("Run it with --frames 32 first", Assert.Throws<InputException>(() => PriorPredictions.FromRun(_run.Sets, [32], several)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_earlier_run_did_not_choose_is_no_prior_action()
    {
        var earlier = Run(_folder["earlier"], _run, [8, 16], static line => line.Id == "P01_00_4" ? line with
        {
            LetterLogprobs = null,
            LetterMass = null,
            PredictedIndex = null,
            IsCorrect = false,
            Predictions = new Dictionary<string, int?>(),
            Status = ResultStatus.Unparsed,
        } : line);
        var chosen = PriorPredictions.FromRun(_run.Sets, [8], earlier);

        Assert.Null(chosen.Find("random", "P01_00_5", 8));
        Assert.Null(chosen.Find("random", "P01_00_6", 8));
        Assert.NotNull(chosen.Find("random", "P01_00_7", 8));
    }

    [Fact]
    public void A_run_that_lacks_a_set_or_a_result_is_refused()
    {
        var earlier = Run(_folder["earlier"], _run, [8, 16], static line => line.Id == "P01_00_4" ? null : line);
        Assert.Contains("no result for 'P01_00_4' of set 'random'", Assert.Throws<InputException>(() => PriorPredictions.FromRun(_run.Sets, [8], earlier)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "the run has no set 'avion'",
            Assert.Throws<InputException>(() => PriorPredictions.FromRun([_run.Sets[0], _run.Sets[1] with { Strategy = "avion" }], [8], earlier)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_clip_that_the_earlier_run_did_not_ask_about_is_no_prior_action()
    {
        var earlier = Run(_folder["earlier"], new SyntheticRun(4, rotations: 1), [8, 16]);
        var chosen = PriorPredictions.FromRun(_run.Sets, [8], earlier);

        Assert.NotNull(chosen.Find("random", "P01_00_3", 8));
        Assert.Null(chosen.Find("random", "P01_00_7", 8));
    }

    private string Chosen(string strategy, string id, int frames)
    {
        var question = _run.Sets.Single(set => set.Strategy == strategy).Questions.Single(question => question.Id == id);
        return question.Options[SyntheticRun.Line(question, frames, 0).PredictedIndex!.Value];
    }

    private static RunFolder Run(string path, SyntheticRun run, int[] frames, Func<ResultLine, ResultLine?>? change = null)
    {
        var identity = run.Record.Identity;
        var folder = RunFolder.Join(path, run.Record with { Identity = identity with { Frames = identity.Frames with { Counts = frames } } }, run.Sets, SyntheticRun.Manifest);
        using var log = ResultLog.Open(Path.Combine(path, Shard.Whole.FileName), out _);
        foreach (var line in run.Lines(Shard.Whole).Where(line => frames.Contains(line.Frames)))
        {
            if ((change is null ? line : change(line)) is { } kept)
            {
                log.Append(kept);
            }
        }

        return folder;
    }
}
