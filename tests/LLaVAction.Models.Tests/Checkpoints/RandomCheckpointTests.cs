using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

public sealed class RandomCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_original_checkpoint_reads_back_as_it_was_meant()
    {
        RandomCheckpoint.Write(_folder.FullName, KnownConfigurations.Tiny, new RandomCheckpointOptions { Naming = TensorNaming.Original });

        using var checkpoint = Checkpoint.Open(_folder.FullName);

        var read = checkpoint.Configuration;
        Assert.Equal(KnownConfigurations.Tiny.Vision, read.Vision);
        Assert.Equal(KnownConfigurations.Tiny.Language, read.Language);
        Assert.Equal(KnownConfigurations.Tiny.ActionHeads, read.ActionHeads);
        Assert.Equal((NewlineMode.Grid, ActionTokenMode.OneToken), (read.Newline, read.ActionToken));
        Assert.Equal(KnownConfigurations.Tiny.Generation.EndOfSequenceIds, read.Generation.EndOfSequenceIds);
        Assert.True(read.HasRandomWeights);
    }

    [Theory]
    [InlineData(TensorNaming.HuggingFace, null)]
    [InlineData(TensorNaming.HuggingFaceInMemory, null)]
    [InlineData(TensorNaming.HuggingFaceFresh, null)]
    [InlineData(TensorNaming.Original, 4096L)]
    [InlineData(TensorNaming.HuggingFace, 1L)]
    public void The_same_seed_gives_the_same_weights_under_every_naming_and_sharding(TensorNaming naming, long? shardBytes)
    {
        var configuration = KnownConfigurations.Tiny with { ActionToken = ActionTokenMode.None, ActionHeads = null, Newline = NewlineMode.OneToken };
        RandomCheckpoint.Write(_folder["whole"], configuration, new RandomCheckpointOptions());
        RandomCheckpoint.Write(_folder["other"], configuration, new RandomCheckpointOptions { Naming = naming, ShardBytes = shardBytes });

        using var whole = Checkpoint.Open(_folder["whole"]);
        using var other = Checkpoint.Open(_folder["other"]);

        Assert.Equal(whole.Configuration.Vision, other.Configuration.Vision);
        Assert.Equal(whole.Configuration.Language, other.Configuration.Language);
        Assert.Equal(whole.Tensors.Keys.Order(StringComparer.Ordinal), other.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.All(whole.Tensors, tensor => Assert.Equal(tensor.Value.ToFloat32(), other[tensor.Key].ToFloat32()));
    }

    [Theory]
    [InlineData(ElementType.Float16, 0.001)]
    [InlineData(ElementType.BFloat16, 0.004)]
    public void Half_precision_weights_are_the_float32_ones_rounded(ElementType type, double relative)
    {
        RandomCheckpoint.Write(_folder["float"], KnownConfigurations.Tiny, new RandomCheckpointOptions { ElementType = ElementType.Float32 });
        RandomCheckpoint.Write(_folder["half"], KnownConfigurations.Tiny, new RandomCheckpointOptions { ElementType = type });

        using var whole = Checkpoint.Open(_folder["float"]);
        using var half = Checkpoint.Open(_folder["half"]);

        foreach (var name in whole.Tensors.Keys)
        {
            foreach ((var expected, var actual) in whole[name].ToFloat32().Zip(half[name].ToFloat32()))
            {
                Assert.InRange(Math.Abs(expected - actual), 0, (relative * Math.Abs(expected)) + 1e-6);
            }
        }
    }

    [Fact]
    public void A_tower_alone_reads_back()
    {
        var tower = KnownConfigurations.Tiny with { Format = CheckpointFormat.VisionTower, Language = null };
        RandomCheckpoint.Write(_folder.FullName, tower, new RandomCheckpointOptions { Naming = TensorNaming.Siglip });

        using var checkpoint = Checkpoint.Open(_folder.FullName);

        Assert.Equal(tower.Vision, checkpoint.Configuration.Vision);
        Assert.Null(checkpoint.Configuration.Language);
    }
}
