namespace LLaVAction.Torch.Tests;

/// <summary>Files of NuGet packages as they were restored.</summary>
internal static class Packages
{
    /// <summary>The folder of restored packages.</summary>
    public static string Folder { get; } = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder
        ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>TorchSharp's native library as it came.</summary>
    public static string TorchSharpForLinux { get; } = Path.Combine(
        Folder, "torchsharp", typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3), "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
}
