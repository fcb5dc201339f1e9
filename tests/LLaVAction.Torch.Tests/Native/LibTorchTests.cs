using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Native;

/// <summary>The libtorch of the tests, which lies in the package folder and is not copied.</summary>
public sealed class LibTorchTests
{
    [SkippableFact]
    public void The_library_tells_its_own_version()
    {
        var library = TestEngine.Require();

        Assert.True(LibTorchFolder.IsNeeded(library.Version), library.Version);
        Assert.Same(library, LibTorch.Load(null));
    }

    [SkippableFact]
    public void Doctor_says_what_was_loaded_and_from_where()
    {
        var library = TestEngine.Require();

        var facts = TorchInspection.Facts(null).ToDictionary(fact => fact.Name, StringComparer.Ordinal);

        Assert.Equal($"{library.Version}, {library.Folder.Origin}: {library.Folder.Path}", facts["libtorch"].Value);
        Assert.Contains("threads", facts["cpu"].Value, StringComparison.Ordinal);
    }
}
