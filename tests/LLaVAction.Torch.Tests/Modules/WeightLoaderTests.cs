using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Modules;

/// <summary>Parameters bear the checkpoint's names and hold its values.</summary>
public sealed class WeightLoaderTests
{
    [SkippableTheory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float16)]
    public void Every_tensor_of_a_checkpoint_is_a_parameter_of_its_name_and_value(ElementType type)
    {
        TestEngine.Require();
        using var folder = new TemporaryFolder();
        RandomCheckpoint.Write(folder.FullName, KnownConfigurations.Tiny, new RandomCheckpointOptions { ElementType = type, ShardBytes = 4000 });
        using var checkpoint = Checkpoint.Open(folder.FullName);
        var device = ComputeDevice.Of(new ModelOptions { Device = "cpu" });
        using var model = new Llava(
            device, checkpoint.Configuration, ModelSettings.Of(checkpoint.Configuration, null), name => checkpoint.Tensors.TryGetValue(name, out var tensor) ? [.. tensor.Shape] : null);

        WeightLoader.Load(model, checkpoint);

        var parameters = model.named_parameters().ToDictionary(item => item.name, item => item.parameter, StringComparer.Ordinal);
        Assert.Equal(CheckpointLayout.Expected(checkpoint.Configuration).Keys.Order(StringComparer.Ordinal), parameters.Keys.Order(StringComparer.Ordinal));
        Assert.All(parameters, item => Assert.Equal(checkpoint[item.Key].ToFloat32(), HostTensors.ToArray(item.Value)));
    }
}
