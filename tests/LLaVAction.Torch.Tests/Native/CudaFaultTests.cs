using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Native;

/// <summary>Why no GPU can be used: each reason in its own words.</summary>
public sealed class CudaFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_that_is_lacking_is_named()
    {
        var forCpu = new LibTorchFolder(FakeLibrary.Folder(_folder["cpu"]), "here");
        var forCuda = new LibTorchFolder(FakeLibrary.Folder(_folder["cuda"], hasCuda: true), "here");

        Assert.Contains("is one for the CPU alone", CudaFault.Of(forCpu, 1, "12.8", () => true), StringComparison.Ordinal);
        Assert.Contains("there is no NVIDIA driver", CudaFault.Of(forCuda, null, null, () => false), StringComparison.Ordinal);
        Assert.Contains("sees no GPU. Does CUDA_VISIBLE_DEVICES hide it", CudaFault.Of(forCuda, 0, "12.8", () => false), StringComparison.Ordinal);
        Assert.Contains("the driver runs CUDA 12.2", CudaFault.Of(forCuda, 1, "12.2", () => false), StringComparison.Ordinal);
        Assert.Null(CudaFault.Of(forCuda, 1, "12.8", () => true));
    }

    [Fact]
    public void Libtorch_is_not_asked_before_its_driver_is_there()
    {
        var forCuda = new LibTorchFolder(FakeLibrary.Folder(_folder["cuda"], hasCuda: true), "here");

        Assert.NotNull(CudaFault.Of(forCuda, null, null, () => throw new InvalidOperationException()));
    }

    [SkippableFact]
    public void A_device_that_is_not_there_is_refused_with_the_reason()
    {
        var library = TestEngine.Require();
        Skip.If(library.Folder.HasCuda, "needs a libtorch for the CPU");

        var failure = Assert.Throws<InputException>(() => ComputeDevice.Of(new ModelOptions { Device = "cuda:0" }));

        Assert.StartsWith($"--device cuda:0: the libtorch in {library.Folder.Path} is one for the CPU alone.", failure.Message, StringComparison.Ordinal);
        Assert.Equal("cpu", ComputeDevice.Of(new ModelOptions()).Name);
    }
}
