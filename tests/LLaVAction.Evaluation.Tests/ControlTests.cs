using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Tests;

public sealed class ControlTests : IDisposable
{
    private static readonly ClipFrames Frames = new()
    {
        Width = 1,
        Height = 1,
        Frames = [new byte[] { 0, 0, 10 }, new byte[] { 1, 0, 20 }, new byte[] { 2, 1, 30 }, new byte[] { 4, 2, 50 }],
        Seconds = [0.5, 1.5, 2.5, 3.5],
        Selections = new Dictionary<int, IReadOnlyList<int>> { [2] = [0, 3], [4] = [0, 1, 2, 3], [5] = [1, 1, 2, 3, 3] },
    };

    private readonly Kitchen _kitchen = new();

    public void Dispose() => _kitchen.Dispose();

    [Fact]
    public void Reversed_frames_come_backwards_with_their_times()
    {
        var controlled = FrameControls.Apply(Frames, Control.Reversed, "a", 1);

        Assert.Equal([3, 2, 1, 0], controlled.Shown[4].Indices);
        Assert.Equal([3.5, 2.5, 1.5, 0.5], controlled.Shown[4].Seconds);
    }

    [Fact]
    public void Shuffled_frames_are_never_in_order_and_keyed_by_the_clip()
    {
        for (var clip = 0; clip < 50; clip++)
        {
            var key = $"clip{clip}";
            var shown = FrameControls.Apply(Frames, Control.Shuffled, key, 1).Shown;

            Assert.NotEqual(Frames.Selections[4], shown[4].Indices);
            Assert.Equal([0, 1, 2, 3], shown[4].Indices.Order());
            Assert.Equal([3, 0], shown[2].Indices);
            Assert.Equal(shown[5].Indices, FrameControls.Apply(Frames, Control.Shuffled, key, 1).Shown[5].Indices);
        }
    }

    [Fact]
    public void Single_frame_is_the_middle_one_as_often_as_asked()
    {
        var controlled = FrameControls.Apply(Frames, Control.Single, "a", 1);

        Assert.Equal([2.5, 2.5, 2.5, 2.5], controlled.Shown[4].Seconds);
        Assert.Equal([3.5, 3.5], controlled.Shown[2].Seconds);
        Assert.Equal(2, controlled.Frames.Frames.Count);
        Assert.All(controlled.Shown[4].Indices, index => Assert.Equal(new byte[] { 2, 1, 30 }, controlled.Frames.Frames[index].ToArray()));
    }

    [Fact]
    public void Mean_frame_averages_what_the_frame_count_sees()
    {
        var controlled = FrameControls.Apply(Frames, Control.MeanFrame, "a", 1);

        // 7/4 and 3/4 round up, 110/4 is a half and rounds up too.
        Assert.All(controlled.Shown[4].Indices, index => Assert.Equal(new byte[] { 2, 1, 28 }, controlled.Frames.Frames[index].ToArray()));
        Assert.All(controlled.Shown[2].Indices, index => Assert.Equal(new byte[] { 2, 1, 30 }, controlled.Frames.Frames[index].ToArray()));
        Assert.Equal([0.5, 1.5, 2.5, 3.5], controlled.Shown[4].Seconds);
        Assert.Equal(4, controlled.Shown[4].Indices.Count);
    }

    [Fact]
    public async Task Blind_run_needs_no_video_and_asks_equal_prompts_once()
    {
        var settings = Kitchen.Settings with { Prompt = new PromptSettings { HasVideo = false }, Control = Control.Blind };
        var model = new FakeModel();

        var report = await Kitchen.RunAsync(_kitchen.Request("blind", settings), model, null);

        Assert.True(report.Summary.IsComplete);
        Assert.Empty(model.EncodedFrames);
        Assert.All(model.Groups, group => Assert.Null(group.Clip));

        // Two sets × two rotations; the frame counts share their prompts.
        Assert.All(model.Groups, group => Assert.Equal(4, group.Requests.Count));
        Assert.All(_kitchen.Lines("blind"), line => Assert.Empty(line.FrameSeconds));
    }

    [Fact]
    public async Task Blind_run_with_the_duration_sentence_names_each_frame_count()
    {
        var settings = Kitchen.Settings with { Prompt = new PromptSettings { HasVideo = false, HasTimeInstruction = true }, Control = Control.Blind };
        var model = new FakeModel();

        await Kitchen.RunAsync(_kitchen.Request("blind", settings), model, null);

        Assert.All(model.Groups, group => Assert.Equal(8, group.Requests.Count));
        Assert.Contains("lasts for 1.500 seconds, and 8 frames", model.Groups[0].Requests[^1].Prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_clip_of_the_same_video_is_shown()
    {
        var frames = new FakeFrames();
        await Kitchen.RunAsync(_kitchen.Request("other", Kitchen.Settings with { Control = Control.OtherClip }), new FakeModel(), frames);
        var others = new OtherClips(_kitchen.Select().Whole, 42);

        foreach (var question in _kitchen.Select().Whole[0].Questions)
        {
            var other = others.For(question);

            Assert.Equal(question.VideoId, other.VideoId);
            Assert.NotEqual(question.Id, other.Id);
            Assert.Contains((other.Id, "4,8"), frames.Reads);
            var shown = _kitchen.Lines("other").First(line => line.Id == question.Id).FrameSeconds;
            Assert.All(shown, seconds => Assert.InRange(seconds, other.StartSeconds, other.StopSeconds));
        }
    }

    [Fact]
    public void Other_clip_does_not_depend_on_what_is_asked()
    {
        var others = new OtherClips(_kitchen.Select().Whole, 42);
        var fewer = new OtherClips(_kitchen.Select(limit: 3).Whole, 42);

        Assert.All(_kitchen.Select().Asked[0].Questions, question => Assert.Equal(others.For(question).Id, fewer.For(question).Id));
    }
}
