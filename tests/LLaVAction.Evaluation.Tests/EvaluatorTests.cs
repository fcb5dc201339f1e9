using System.Text.RegularExpressions;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Tests;

public sealed class EvaluatorTests : IDisposable
{
    private readonly Kitchen _kitchen = new();

    public void Dispose() => _kitchen.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Each_clip_is_decoded_and_encoded_once_for_all_its_questions(int preferredClips)
    {
        var model = new FakeModel { PreferredClips = preferredClips };
        var frames = new FakeFrames();

        var report = await Kitchen.RunAsync(_kitchen.Request("run"), model, frames);

        // 12 clips × 2 sets × 2 frame counts × 2 rotations.
        Assert.Equal(96, report.Outcome.Lines);
        Assert.Equal(12, frames.Reads.Count);
        Assert.Equal(12, frames.Reads.Select(read => read.Clip).Distinct().Count());
        Assert.All(frames.Reads, read => Assert.Equal("4,8", read.Counts));
        Assert.Equal(12, model.EncodedFrames.Count);
        Assert.Equal(24, model.Groups.Count);
        Assert.All(model.Groups, group => Assert.Equal(4, group.Requests.Count));
        Assert.Equal(0, model.LiveClips);
    }

    [Fact]
    public async Task Shared_costs_stand_on_the_first_line_that_paid_them()
    {
        await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), new FakeFrames());

        foreach (var clip in _kitchen.Lines("run").GroupBy(line => line.Id))
        {
            Assert.Single(clip, line => line.VisionMilliseconds > 0);
            Assert.Equal(7, clip.First().VisionMilliseconds);
            Assert.All(clip.Skip(1), line => Assert.Equal(0, line.DecodeMilliseconds));
            Assert.All(clip.GroupBy(line => line.Frames), group => Assert.Equal([2, 0, 0, 0], group.Select(line => line.PrefillMilliseconds)));
            Assert.All(clip, line => Assert.Equal(3, line.QuestionMilliseconds));
        }
    }

    [Fact]
    public async Task Letters_are_scored_in_the_questions_own_order()
    {
        await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), new FakeFrames());

        foreach (var line in _kitchen.Lines("run"))
        {
            Assert.Equal(Enumerable.Range(0, 5).Select(letter => (letter + line.Rotation) % 5), line.OptionOrder);
            Assert.Equal(line.PredictedIndex, line.LetterLogprobs!.ToList().IndexOf(line.LetterLogprobs!.Max()));
            Assert.Equal(1, line.LetterLogprobs!.Sum(Math.Exp), 9);
            Assert.Equal(line.PredictedIndex == line.AnswerIndex, line.IsCorrect);
            Assert.Equal(line.Frames, line.FrameSeconds.Count);
        }
    }

    [Fact]
    public async Task Model_that_only_writes_text_is_scored_by_its_text()
    {
        var settings = Kitchen.Settings with { Scoring = [AnswerScoring.Staged, AnswerScoring.Letter], MaxNewTokens = 16 };
        var model = new FakeModel { HasLetterScores = false, Write = (hash, _) => hash[1] % 3 == 0 ? "I cannot tell" : $"The answer is {(char)('A' + (hash[0] % 5))}" };

        var report = await Kitchen.RunAsync(_kitchen.Request("run", settings), model, new FakeFrames());

        var lines = _kitchen.Lines("run");
        Assert.All(lines, line => Assert.Null(line.LetterLogprobs));
        Assert.All(lines, line => Assert.Null(line.Predictions["letter"]));
        Assert.Contains(lines, line => line.Status == ResultStatus.Unparsed && line is { PredictedIndex: null, IsCorrect: false, Rule: "unparsed" });
        Assert.Contains(lines, line => line.Status == ResultStatus.Ok && line.Rule == "phrase" && line.PredictedIndex == line.Predictions["staged"]);
        Assert.True(report.Summary.IsComplete);
        Assert.True(report.Summary.Cells.Sum(cell => cell.Unparsed) > 0);
    }

    [Fact]
    public async Task Letter_and_text_come_from_one_request()
    {
        var settings = Kitchen.Settings with { Scoring = [AnswerScoring.Letter, AnswerScoring.Staged], MaxNewTokens = 16 };
        var model = new FakeModel();

        await Kitchen.RunAsync(_kitchen.Request("run", settings), model, new FakeFrames());

        Assert.All(model.Groups.SelectMany(group => group.Requests), request => Assert.Equal((5, 16), (request.Candidates.Count, request.MaxNewTokens)));
        Assert.All(_kitchen.Lines("run"), line => Assert.Equal(["letter", "strict", "staged"], line.Predictions.Keys));
        Assert.All(_kitchen.Lines("run"), line => Assert.NotNull(line.Predictions["staged"]));
    }

    [Fact]
    public async Task Text_is_read_back_to_the_question_whatever_the_rotation()
    {
        var settings = Kitchen.Settings with { Scoring = [AnswerScoring.Staged], MaxNewTokens = 16, Rotations = 5 };
        var model = new FakeModel { Write = (_, prompt) => Regex.Match(prompt, "[A-E]\\. wash cup [0-9]+").Value };

        var report = await Kitchen.RunAsync(_kitchen.Request("run", settings), model, new FakeFrames());

        Assert.All(_kitchen.Lines("run"), line => Assert.True(line.IsCorrect));
        Assert.All(report.Summary.Cells, cell => Assert.Equal((1.0, 1.0), (cell.Rotations!.CircularAccuracy, cell.Rotations.Consistency)));
        Assert.All(report.Summary.Cells, cell => Assert.Equal(1.0, cell.AccuracyByScoring["strict"]));
    }

    [Fact]
    public async Task Description_comes_first_and_is_told_before_the_video()
    {
        var settings = Kitchen.Settings with { Prompt = new PromptSettings { Task = PromptTask.CaptionThenAnswer }, MaxNewTokens = 32, Rotations = 1 };
        var model = new FakeModel { Write = (_, prompt) => prompt.Contains("Describe in details", StringComparison.Ordinal) ? " I hold a cup. " : "?" };

        await Kitchen.RunAsync(_kitchen.Request("run", settings), model, new FakeFrames());

        // Both sets ask for one description per frame count.
        Assert.Equal(12 * 2 * 1, model.Groups.SelectMany(group => group.Requests).Count(request => request.Candidates.Count == 0));
        Assert.All(
            model.Groups.SelectMany(group => group.Requests).Where(request => request.Candidates.Count > 0),
            request => Assert.Contains("wrote down the notes: I hold a cup.. Now you watch the same video again and you can do better. <image>\n", request.Prompt, StringComparison.Ordinal));
        Assert.All(_kitchen.Lines("run"), line => Assert.Equal("I hold a cup.", line.Caption));
        Assert.Equal(12, model.EncodedFrames.Count);
    }

    [Fact]
    public async Task Captions_are_kept_and_not_scored()
    {
        var settings = Kitchen.Settings with { Prompt = new PromptSettings { Task = PromptTask.Caption }, Scoring = [], MaxNewTokens = 32, Rotations = 1 };

        var report = await Kitchen.RunAsync(_kitchen.Request("run", settings), new FakeModel { Write = (_, _) => "I hold a cup." }, new FakeFrames());

        Assert.All(_kitchen.Lines("run"), line => Assert.Equal(("I hold a cup.", null, ResultStatus.Ok), (line.Text, line.IsCorrect, line.Status)));
        Assert.All(report.Summary.Cells, cell => Assert.Null(cell.Accuracy));
    }

    [Fact]
    public async Task Own_words_are_compared_with_the_narration()
    {
        var settings = Kitchen.Settings with { Prompt = new PromptSettings { Task = PromptTask.Direct }, Scoring = [], MaxNewTokens = 32, Rotations = 1 };

        await Kitchen.RunAsync(_kitchen.Request("run", settings), new FakeModel { Write = (_, _) => "Wash the cup 3." }, new FakeFrames());

        Assert.All(_kitchen.Lines("run"), line => Assert.Equal(line.Id == "P01_11_3", line.IsCorrect));
    }

    [Fact]
    public async Task Prior_actions_are_told_where_the_video_has_them()
    {
        var selection = _kitchen.Select();
        var settings = Kitchen.Settings with { PriorActions = PriorPredictions.Oracle(selection.Whole) };
        var model = new FakeModel();

        await Kitchen.RunAsync(_kitchen.Request("run", settings), model, new FakeFrames());

        // Two videos of six clips each, half a second apart: the first two of each have none before them.
        Assert.Equal(8, settings.PriorActions.CoveredClips);
        Assert.Contains(
            model.Groups.SelectMany(group => group.Requests),
            request => request.Prompt.Contains("4.0 seconds ago, you started an action wash cup 0. 2.0 seconds ago, you started an action wash cup 1. What action", StringComparison.Ordinal));
        Assert.Equal(12 - 8, model.Groups.SelectMany(group => group.Requests).Count(request => request.Prompt.Contains("Given multiple choices", StringComparison.Ordinal)) / 8);
    }

    [Fact]
    public async Task Own_answers_of_an_earlier_run_become_prior_actions()
    {
        await Kitchen.RunAsync(_kitchen.Request("first"), new FakeModel(), new FakeFrames());
        var first = _kitchen.Lines("first").Single(line => line is { Id: "P01_11_0", Strategy: "tim", Frames: 8, Rotation: 0 });
        var selection = _kitchen.Select();
        var prior = PriorPredictions.FromRun(selection.Whole, [4, 8], RunFolder.Open(_kitchen["first"]));

        var told = prior.Find("tim", "P01_11_2", 8)!;

        Assert.Equal(selection.Whole[1].Questions[0].Options[first.PredictedIndex!.Value], told.EarlierText);
        Assert.StartsWith("run:", prior.Identity, StringComparison.Ordinal);
        Assert.Null(prior.Find("tim", "P01_11_1", 8));
        Assert.Throws<InputException>(() => PriorPredictions.FromRun(selection.Whole, [32], RunFolder.Open(_kitchen["first"])));
    }

    [Fact]
    public async Task Score_that_is_no_number_ends_the_run_with_advice()
    {
        var model = new FakeModel { Description = new FakeModel().Description };
        var broken = new BrokenScores(model);
        using var run = EvaluationRun.Open(_kitchen.Request("run"), model.Description, "epic");

        var error = await Assert.ThrowsAsync<InputException>(() => run.ExecuteAsync(broken, new FakeFrames(), _ => { }, CancellationToken.None));

        Assert.Contains("not a number", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decoding_runs_ahead_but_not_without_bound()
    {
        var frames = new FakeFrames { Delay = TimeSpan.FromMilliseconds(20) };
        var model = new FakeModel();
        var started = 0;
        model.OnAnswer = () => started = Math.Max(started, frames.Reads.Count - (model.EncodedFrames.Count - 1));

        await Kitchen.RunAsync(_kitchen.Request("run"), model, frames);

        Assert.InRange(frames.MostAtOnce, 2, 2);
        Assert.InRange(started, 2, 7);
    }

    private sealed class BrokenScores(FakeModel inner) : IVideoLanguageModel
    {
        public ModelDescription Description => inner.Description;

        public ITokenizer Tokenizer => inner.Tokenizer;

        public IReadOnlyList<IEncodedClip> Encode(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken) => inner.Encode(clips, cancellationToken);

        public IReadOnlyList<PromptGroupAnswer> Answer(IReadOnlyList<PromptGroup> groups, CancellationToken cancellationToken) =>
            [.. groups.Select(group => new PromptGroupAnswer([.. group.Requests.Select(_ => new PromptAnswer([double.NaN, 0, 0, 0, 0], null, null, 0))], 0))];

        public void Dispose() => inner.Dispose();
    }
}
