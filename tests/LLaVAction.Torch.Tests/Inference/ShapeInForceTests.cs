using System.Runtime.InteropServices;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;
using LLaVAction.Torch.Inference;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>Where memory runs out, batches are halved until they fit, which is told, and answers stay.</summary>
public sealed class ShapeInForceTests
{
    private static readonly string[] Letters = ["A", "B"];

    [SkippableFact]
    public void Out_of_memory_halves_the_batch_and_goes_on()
    {
        var expected = Ask(new BatchShape(8, 4, 32), (_, _) => true, out var none);
        Assert.Empty(none);

        var answers = Ask(new BatchShape(8, 4, 32), (axis, size) => size <= (axis == ShapeAxis.VisionFrames ? 2 : 1), out var remarks);

        Assert.Equal(
            ["8 frames at a time; went on with 4", "4 frames at a time; went on with 2", "4 prompts at a time; went on with 2", "2 prompts at a time; went on with 1"],
            remarks.Select(remark => remark.TrimEnd('.')["Out of memory with ".Length..]));
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Text, answers[i].Text);
            Assert.All(
                expected[i].CandidateLogProbabilities!.Zip(answers[i].CandidateLogProbabilities!),
                pair => Assert.InRange(pair.Second, pair.First - 1e-4, pair.First + 1e-4));
        }
    }

    [SkippableFact]
    public void A_frame_that_does_not_fit_alone_ends_the_run_with_advice()
    {
        var message = Assert.Throws<InputException>(() => Ask(new BatchShape(4, 1, 16), (axis, _) => axis != ShapeAxis.VisionFrames, out _)).Message;

        Assert.Contains("one frame at a time", message, StringComparison.Ordinal);
        Assert.Contains("--precision bfloat16", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_errors_of_the_library_are_not_taken_for_want_of_memory()
    {
        var shape = new ShapeInForce(new BatchShape(8, 4, 32));

        Assert.Throws<LibraryFailure>(() => shape.Run<int>(ShapeAxis.VisionFrames, _ => throw new LibraryFailure("CUDA error: an illegal memory access")));
        Assert.Empty(shape.Changes);
    }

    private static PromptAnswer[] Ask(BatchShape shape, Func<ShapeAxis, int, bool> fits, out IReadOnlyList<string> remarks)
    {
        var checkpoint = GoldenFolder.Checkpoints().Select(GoldenFolder.PathOf).FirstOrDefault(GoldenModel.HasLanguageModel);
        Skip.If(checkpoint is null, "no model goldens");
        using var folder = new ModelWithTokenizer(checkpoint);
        using var model = TestEngine.Load(folder.Folder, new ModelOptions(), shape);
        model.Shape.BeforeWork = (axis, size) =>
        {
            if (!fits(axis, size))
            {
                throw new LibraryFailure("CUDA out of memory. Tried to allocate 2.00 GiB");
            }
        };
        var clips = model.Encode([SyntheticClip.Of(1, 5), SyntheticClip.Of(2, 4)], CancellationToken.None);
        PromptRequest[] requests = [.. Enumerable.Range(0, 5).Select(i => new PromptRequest($"user: <image>\nquestion {i}", Letters, i))];
        PromptGroup[] groups = [new(clips[0], [0, 1, 2, 3, 4], requests), new(clips[1], [0, 3], requests)];
        PromptAnswer[] answers = [.. model.Answer(groups, CancellationToken.None).SelectMany(group => group.Answers)];
        foreach (var clip in clips)
        {
            clip.Dispose();
        }

        remarks = model.Remarks;
        return answers;
    }

    /// <summary>What TorchSharp throws for the library's errors.</summary>
    private sealed class LibraryFailure(string message) : ExternalException(message);
}
