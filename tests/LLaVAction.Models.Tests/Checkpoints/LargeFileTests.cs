using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

/// <summary>Sizes beyond 32 bits, in files with holes that take no space.</summary>
public sealed class LargeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void Tensors_beyond_two_gigabytes_are_read_to_their_last_element()
    {
        Skip.If(OperatingSystem.IsWindows(), "files with holes are made otherwise on Windows");
        const long Elements = 2_500_000_000;
        var path = _folder["large.safetensors"];
        SafetensorsWriter.WriteHollow(path, [Hollow("first", [1000]), Hollow("large", [Elements]), Hollow("last", [3])]);
        using (var stream = File.OpenWrite(path))
        {
            // 1.0 as bfloat16, at the end of the large tensor and of the last one.
            stream.Position = stream.Length - 8;
            stream.Write([0x80, 0x3F]);
            stream.Position = stream.Length - 2;
            stream.Write([0x80, 0x3F]);
        }

        using var file = SafetensorsFile.Open(path);
        var large = file.Tensors["large"];
        var end = new float[2];
        large.CopyTo(end, Elements - 2);

        Assert.Equal(2 * Elements, large.ByteLength);
        Assert.Equal([0, 1], end);
        Assert.Equal([0x80, 0x3F], large.GetBytes((2 * Elements) - 2, 2).ToArray());
        Assert.Equal([0, 0, 1], file.Tensors["last"].ToFloat32());
        Assert.Throws<OverflowException>(() => large.Bytes.Length);
        Assert.Throws<InputException>(() => large.ToFloat32());
        Assert.Throws<ArgumentOutOfRangeException>(() => large.CopyTo(end, Elements - 1));
    }

    [SkippableTheory]
    [InlineData(TensorNaming.Original)]
    [InlineData(TensorNaming.HuggingFace)]
    public void A_7B_opens_by_its_headers_alone(TensorNaming naming)
    {
        Skip.If(OperatingSystem.IsWindows(), "files with holes are made otherwise on Windows");
        var configuration = KnownConfigurations.SevenBillion with { Newline = NewlineMode.OneToken };
        RandomCheckpoint.WriteConfiguration(_folder.FullName, configuration, new RandomCheckpointOptions { Naming = naming });
        SafetensorsWriter.WriteHollow(
            _folder["model.safetensors"],
            CheckpointLayout.Expected(configuration).Select(item => Hollow(TensorNames.Of(item.Key, naming), item.Value)).ToArray());

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var checkpoint = Checkpoint.Open(_folder.FullName);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(configuration.Language, checkpoint.Configuration.Language);
        Assert.Equal(configuration.Vision, checkpoint.Configuration.Vision);
        Assert.InRange(allocated, 0, 16 << 20);
    }

    private static TensorToWrite Hollow(string name, long[] shape) => new(name, ElementType.BFloat16, shape, (_, _) => { });
}
