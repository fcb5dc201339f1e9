using LLaVAction.Testing.Videos;
using LLaVAction.Torch.Training;
using LLaVAction.Training;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Torch.Tests.Training;

/// <summary>Rows of other data sets, as published.</summary>
public sealed class ReplayRowsTests
{
    private static readonly WholeVideo Shown = new(
        new ClipFrames { Width = 1, Height = 1, Frames = [new byte[3], new byte[3]], Seconds = [0, 1], Selections = new Dictionary<int, IReadOnlyList<int>> { [2] = [0, 1] } }, 12);

    [Fact]
    public void A_video_is_told_with_its_length_and_keeps_its_own_line_feed()
    {
        var turns = ReplayRows.Turns(Row("<image>\nWhat happens?") with { Video = "a.mp4" }, Shown, hasTimeInstruction: true);

        Assert.Equal(
            "<image>\nThe video lasts for 12.00 seconds, and 2 frames are uniformly sampled from it. Please answer the following questions related to this video.\n\nWhat happens?",
            turns[0].Value);
        Assert.Equal("A.", turns[1].Value);
    }

    [Theory]
    [InlineData("<image>\nWhat is this?")]
    [InlineData("What is this?\n<image>")]
    public void An_image_goes_before_its_question(string text)
        => Assert.Equal("<image>\nWhat is this?", ReplayRows.Turns(Row(text) with { Image = "a.jpg" }, Shown, hasTimeInstruction: true)[0].Value);

    [Theory]
    [InlineData("What?", "a.mp4", null, "0 times")]
    [InlineData("What?", null, "a.jpg", "Row 'r' shows a.jpg")]
    [InlineData("<image><image>What?", null, "a.jpg", "2 times")]
    [InlineData("<image>\nWhat?", null, null, "neither video nor image")]
    public void Rows_that_do_not_say_once_where_the_video_goes_are_refused(string text, string? video, string? image, string expected)
        => Assert.Contains(expected, Assert.Throws<InputException>(() => ReplayRows.Require(Row(text) with { Video = video, Image = image })).Message, StringComparison.Ordinal);

    [Fact]
    public void An_answer_that_holds_the_placeholder_is_refused()
        => Assert.Throws<InputException>(() => ReplayRows.Require(Row("<image>\nWhat?") with { Video = "a.mp4", Conversations = [new("human", "What?"), new("gpt", "<image>")] }));

    [Fact]
    public void Texts_alone_are_grouped_apart_and_remainders_come_last()
    {
        int[] lengths = [.. Enumerable.Range(1, 11), .. Enumerable.Range(1, 6).Select(static words => -words)];
        var order = LengthGroupedSampler.Order(lengths, 4, seed: 3, epoch: 0);

        Assert.Equal(Enumerable.Range(0, lengths.Length), order.Order());
        var groups = order.Chunk(4).ToArray();
        Assert.All(groups[..3], group => Assert.Single(group.Select(row => lengths[row] < 0).Distinct()));
        Assert.Equal(1, groups[..3].Count(group => lengths[group[0]] < 0));
        Assert.All(groups, group => Assert.Equal(group.OrderByDescending(row => Math.Abs(lengths[row])), group));
        Assert.NotEqual(order, LengthGroupedSampler.Order(lengths, 4, seed: 3, epoch: 1));
    }

    [SkippableFact]
    public void Videos_images_and_texts_are_trained_on_beside_clips()
    {
        VideoRenderer.SkipWhereAbsent();
        using var folder = TrainingRunTests.Open(out var model);
        VideoRenderer.Render(folder["data/0_30_s_academic_v0_1/academic/a.mp4"], 90);
        VideoRenderer.Convert(folder["data/0_30_s_academic_v0_1/academic/a.mp4"], folder["data/coco/b.png"], ["-frames:v", "1"]);
        TrainingRow[] rows =
        [
            Row("<image>\nWhat happens?") with { Video = "academic/a.mp4", DataSource = "0_30_s_academic_v0_1" },
            Row("What is this?\n<image>") with { Image = "coco/b.png" },
            Row("Say A."),
            TrainingRunTests.Row(0),
        ];

        var outcome = TrainingRunTests.Run(model, folder["run"], TrainingRunTests.Settings, rows: rows, replay: MediaFolder.Open(folder["data"]));
        var without = Assert.Throws<InputException>(() => TrainingRunTests.Run(model, folder["none"], TrainingRunTests.Settings, rows: rows));

        Assert.Equal(0, outcome.Skipped);
        Assert.All(TrainingMetrics.Read(folder["run/metrics.jsonl"]).Steps, static step => Assert.Equal(4, step.Rows));
        Assert.Contains("--replay", without.Message, StringComparison.Ordinal);
    }

    private static TrainingRow Row(string text) => new() { Id = "r", Video = null, Conversations = [new("human", text), new("gpt", "A.")] };
}
