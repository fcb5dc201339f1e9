using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>Shapes of batches, and what they take.</summary>
public sealed class BatchShapeTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(8, 8)]
    [InlineData(9, 5)]
    [InlineData(15, 8)]
    public void Prompts_of_a_clip_share_passes_evenly(int prompts, int rows)
        => Assert.Equal(rows, BatchShape.For(isCuda: true, prompts).SuffixRows);

    [Fact]
    public void A_prompt_has_the_same_shape_whatever_is_asked_beside_it()
    {
        var shape = new BatchShape(8, 3, 32);

        var many = SuffixChunk.Plan([20, 100, 31, 5, 97, 1000, 8], shape);

        Assert.Equal([0, 2, 3], many[0].Members);
        Assert.Equal(7, many.Sum(chunk => chunk.Members.Count));
        foreach (var chunk in many)
        {
            var length = new[] { 20, 100, 31, 5, 97, 1000, 8 }[chunk.Members[0]];
            var alone = Assert.Single(SuffixChunk.Plan([length], shape));
            Assert.Equal((alone.Rows, alone.Length), (chunk.Rows, chunk.Length));
        }
    }

    [SkippableFact]
    public void Memory_of_the_half_billion_shape_is_counted()
    {
        TestEngine.Require();
        var device = ComputeDevice.Of(new ModelOptions { Device = "cpu" });
        var layout = VisualTokenLayout.Of(KnownConfigurations.HalfBillion);

        var few = MemoryEstimate.Of(KnownConfigurations.HalfBillion, layout, device, BatchShape.Single, 8);
        var many = MemoryEstimate.Of(KnownConfigurations.HalfBillion, layout, device, new BatchShape(8, 4, 32), 32);

        Assert.InRange(few.WeightBytes, 3_500_000_000, 3_600_000_000);
        Assert.InRange(few.TotalBytes, few.WeightBytes + 100_000_000, few.WeightBytes + 600_000_000);
        Assert.True(many.VisionBytes > 7 * few.VisionBytes);
        Assert.True(many.LanguageBytes > 2 * few.LanguageBytes);
    }

    [Fact]
    public void Batches_shrink_to_the_memory_there_is_and_no_further_than_one()
    {
        static MemoryEstimate Estimate(BatchShape shape) => new(1000, 100L * shape.VisionFrames, 50L * shape.SuffixRows);

        Assert.Equal(new BatchShape(8, 4, 32), MemoryEstimate.Fit("m", null, new BatchShape(8, 4, 32), Estimate));
        Assert.Equal(new BatchShape(8, 4, 32), MemoryEstimate.Fit("m", 1800, new BatchShape(8, 4, 32), Estimate));
        Assert.Equal(new BatchShape(2, 4, 32), MemoryEstimate.Fit("m", 1250, new BatchShape(8, 4, 32), Estimate));
        Assert.Equal(new BatchShape(1, 2, 32), MemoryEstimate.Fit("m", 1100, new BatchShape(8, 4, 32), Estimate));
        Assert.Contains("--precision bfloat16", Assert.Throws<InputException>(() => MemoryEstimate.Fit("m", 900, new BatchShape(8, 4, 32), Estimate)).Message, StringComparison.Ordinal);
    }
}
