using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Engines;

public sealed class ModelRequirementsTests
{
    private const int TextTokens = 124;

    /// <summary>Operations of LLaVA-OneVision 0.5B and LLaVA-Video 7B with grid newlines, counted by hand, in 10^12.</summary>
    [Theory]
    [InlineData(false, 8, 1804, 5.13, 1.43)]
    [InlineData(false, 16, 3484, 10.27, 3.02)]
    [InlineData(false, 32, 6844, 20.54, 6.91)]
    [InlineData(true, 8, 1804, 5.13, 24.2)]
    [InlineData(true, 16, 3484, 10.27, 47.9)]
    [InlineData(true, 32, 6844, 20.54, 98.7)]
    public void Operations_are_those_counted_by_hand(bool isLarge, int frames, int tokens, double visionTera, double prefillTera)
    {
        var configuration = Grid(isLarge);

        var needs = Of(configuration, frames, 2);

        Assert.Equal(tokens, needs.PromptTokens);
        Assert.InRange(needs.VisionOperations / 1e12, visionTera * 0.99, (visionTera * 1.01) + (frames * 0.026));
        Assert.InRange(needs.PrefillOperations / 1e12, prefillTera * 0.99, prefillTera * 1.01);
    }

    [Theory]
    [InlineData(false, 12_288, 83e6)]
    [InlineData(true, 57_344, 386e6)]
    public void Keys_and_values_of_bfloat16_take_what_is_known_of_both_models(bool isLarge, long bytesPerToken, double bytesAt32Frames)
    {
        var needs = Of(Grid(isLarge), 32, 2);

        Assert.Equal(bytesPerToken, needs.CacheBytesPerToken);
        Assert.InRange(needs.CacheBytes, bytesAt32Frames * 0.98, bytesAt32Frames * 1.03);
        Assert.Equal(2 * needs.CacheBytes, Of(Grid(isLarge), 32, 4).CacheBytes);
    }

    [Fact]
    public void Weights_are_the_tensors_of_the_checkpoint()
    {
        using var folder = new TemporaryFolder();
        RandomCheckpoint.Write(folder.FullName, KnownConfigurations.Tiny);
        using var checkpoint = Checkpoint.Open(folder.FullName);

        Assert.Equal(checkpoint.Tensors.Values.Sum(tensor => tensor.ByteLength), ModelRequirements.WeightBytes(checkpoint.Configuration, 2));
        Assert.InRange(ModelRequirements.WeightBytes(KnownConfigurations.HalfBillion, 2), 1.78e9, 1.80e9);
        Assert.InRange(ModelRequirements.WeightBytes(KnownConfigurations.SevenBillion, 2), 16.0e9, 16.2e9);
    }

    [Fact]
    public void The_widest_states_are_the_towers_at_few_tokens_and_the_language_models_at_many()
    {
        var configuration = Grid(isLarge: false);

        Assert.Equal(4L * 729 * ((5 * 1152) + 4304), Of(configuration, 1, 4).ActivationBytes);
        Assert.Equal(4L * 20_210 * ((2 * 896) + 1152 + (2 * 4864)), ModelRequirements.Of(configuration, VisualTokenLayout.Of(configuration), 1, 20_000, 4).ActivationBytes);
    }

    [Fact]
    public void A_tower_alone_has_no_prompts()
    {
        var tower = KnownConfigurations.Tiny with { Language = null };

        Assert.Throws<ArgumentException>(() => Of(tower, 1, 4));
    }

    private static ModelConfiguration Grid(bool isLarge) =>
        (isLarge ? KnownConfigurations.SevenBillion : KnownConfigurations.HalfBillion) with { Newline = NewlineMode.Grid };

    private static ModelRequirements Of(ModelConfiguration configuration, int frames, int bytesPerValue) =>
        ModelRequirements.Of(configuration, VisualTokenLayout.Of(configuration), frames, TextTokens, bytesPerValue);
}
