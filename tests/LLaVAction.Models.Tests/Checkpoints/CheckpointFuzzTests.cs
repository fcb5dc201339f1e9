using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

/// <summary>Damaged files are a clear error or a checkpoint that can be read to its last byte; nothing else.</summary>
public sealed class CheckpointFuzzTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TensorNaming.Original, "config.json")]
    [InlineData(TensorNaming.Original, "generation_config.json")]
    [InlineData(TensorNaming.Original, "model.safetensors.index.json")]
    [InlineData(TensorNaming.Original, "model-00001-of-00004.safetensors")]
    [InlineData(TensorNaming.HuggingFace, "config.json")]
    [InlineData(TensorNaming.HuggingFace, "preprocessor_config.json")]
    [InlineData(TensorNaming.HuggingFace, "model-00003-of-00004.safetensors")]
    public void A_damaged_file_never_does_worse_than_a_clear_error(TensorNaming naming, string name)
    {
        var configuration = naming == TensorNaming.Original
            ? KnownConfigurations.Tiny
            : KnownConfigurations.Tiny with { ActionToken = ActionTokenMode.None, ActionHeads = null, Newline = NewlineMode.OneToken };
        RandomCheckpoint.Write(_folder.FullName, configuration, new RandomCheckpointOptions { Naming = naming, ShardBytes = 32_000 });
        File.WriteAllText(_folder["preprocessor_config.json"], """
            {"do_resize":true,"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"resample":3,"rescale_factor":0.00392156862745098,"size":{"height":76,"width":76}}
            """);
        Read();
        var whole = File.ReadAllBytes(_folder[name]);

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(400),
            Prop.ForAll(Mutation.Of(whole).ToArbitrary(), damaged =>
            {
                File.WriteAllBytes(_folder[name], damaged);
                try
                {
                    Read();
                }
                catch (InputException failure)
                {
                    Assert.InRange(failure.Message.Length, 20, 4000);
                    Assert.DoesNotContain('\n', failure.Message);
                    Assert.Contains(_folder.FullName, failure.Message, StringComparison.Ordinal);
                }
            }));
    }

    [Theory]
    [InlineData("shape", "[4294967296]")]
    [InlineData("shape", "[16,3,14,15]")]
    [InlineData("shape", "[-16,3,14,14]")]
    [InlineData("data_offsets", "[0,18446744073709551615]")]
    [InlineData("data_offsets", "[9223372036854775800,9223372036854775807]")]
    [InlineData("data_offsets", "[-8,18808]")]
    [InlineData("dtype", "\"F64\"")]
    public void Headers_that_lie_about_sizes_are_refused(string key, string value)
    {
        var header = "{\"a\":{\"dtype\":\"BF16\",\"shape\":[16,3,14,14],\"data_offsets\":[0,18816]}}";
        var old = key switch
        {
            "shape" => "[16,3,14,14]",
            "data_offsets" => "[0,18816]",
            _ => "\"BF16\"",
        };
        var json = System.Text.Encoding.UTF8.GetBytes(header.Replace(old, value, StringComparison.Ordinal));
        File.WriteAllBytes(_folder["a.safetensors"], [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[18816]]);

        Assert.Throws<InputException>(() => SafetensorsFile.Open(_folder["a.safetensors"]));
    }

    private void Read()
    {
        using var checkpoint = Checkpoint.Open(_folder.FullName);
        foreach (var name in CheckpointLayout.Expected(checkpoint.Configuration).Keys)
        {
            checkpoint[name].ToFloat32();
        }

        Assert.All(checkpoint.Tensors.Values, tensor => Assert.Equal(tensor.ByteLength, tensor.Bytes.Length));
    }
}
