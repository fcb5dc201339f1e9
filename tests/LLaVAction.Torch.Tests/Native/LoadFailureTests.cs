using System.Runtime.InteropServices;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Native;

/// <summary>What the loader says, and what the user reads.</summary>
public sealed class LoadFailureTests
{
    [Theory]
    [InlineData("/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /app/libLibTorchSharp.so)", "needs GLIBCXX_3.4.30, and this system's C++ runtime (libstdc++) is older")]
    [InlineData("/lib64/libc.so.6: version `GLIBC_2.34' not found (required by /app/libLibTorchSharp.so)", "needs GLIBC_2.34, and this system's C library is older")]
    [InlineData("libcudart.so.12: cannot open shared object file: No such file or directory", "needs libcudart.so.12, which is not installed; pip installs it with PyTorch, as an nvidia-* package")]
    [InlineData("libgomp.so.1: cannot open shared object file: No such file or directory", "needs libgomp.so.1, which is not installed")]
    [InlineData("libLibTorchSharp.so: file too short", "cannot be loaded: libLibTorchSharp.so: file too short")]
    public void Each_reason_has_its_own_words(string loader, string expected)
    {
        var message = $"Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help diagnose loading problems, consider using a tool like strace.\n{loader}\n/app/LibTorchSharp: cannot open shared object file: No such file or directory\n";

        Assert.StartsWith($"libLibTorchSharp.so {expected}", LoadFailure.Explain("libLibTorchSharp.so", message), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void The_library_as_shipped_is_explained_where_it_cannot_be_loaded()
    {
        var shipped = Packages.TorchSharpForLinux;
        Skip.IfNot(NativePlatform.Current == "linux-x64" && File.Exists(shipped), "needs linux-x64 and TorchSharp's package");
        TestEngine.Require();
        try
        {
            NativeLibrary.Load(shipped);
        }
        catch (DllNotFoundException failure)
        {
            Assert.Contains("needs GLIBCXX_3.4.32", LoadFailure.Explain(shipped, failure.Message), StringComparison.Ordinal);
            return;
        }

        Skip.If(true, "this system's C++ runtime is new enough");
    }
}
