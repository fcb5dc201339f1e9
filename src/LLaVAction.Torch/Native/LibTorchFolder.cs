using System.Text.RegularExpressions;

namespace LLaVAction.Torch.Native;

/// <summary>A folder that holds the libraries of libtorch, looked at without loading any of them.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Origin">Where it was looked for, in words: <c>--libtorch</c>, <c>installed PyTorch</c>.</param>
internal sealed partial record LibTorchFolder(string Path, string Origin)
{
    // The release, major and minor, whose binary interface TorchSharp was compiled against.
    public const string NeededVersion = "2.10";

    public const string Library = "torch_cpu";

    // The version that the folder's surroundings tell: PyTorch's version.py, the build-version of a libtorch download, or the
    // folder of a NuGet package; null where none of them is there.
    public string? Version { get; } = ReadVersion(System.IO.Path.TrimEndingDirectorySeparator(Path));

    public bool HasCuda => Has("torch_cuda");

    // Why this process cannot load it; null where nothing speaks against it.
    public string? Fault()
    {
        if (!Has(Library))
        {
            return $"there is no {NativePlatform.FileName(Library, NativePlatform.Current)}";
        }

        var platform = NativePlatform.Of(File(Library));
        if (platform != NativePlatform.Current)
        {
            return $"it is built for {platform ?? "no known system (a damaged download?)"}, and this is {NativePlatform.Current}";
        }

        return Version is null || IsNeeded(Version) ? null : WrongVersion(Version);
    }

    public string File(string library) => System.IO.Path.Combine(Path, NativePlatform.FileName(library, NativePlatform.Current));

    public bool Has(string library) => System.IO.File.Exists(File(library));

    public static bool IsNeeded(string version) => version.StartsWith(NeededVersion + ".", StringComparison.Ordinal);

    public static string WrongVersion(string version) => $"it is version {version}, and TorchSharp needs {NeededVersion}";

    private static string? ReadVersion(string folder)
    {
        if (System.IO.Path.GetDirectoryName(folder) is not { } above)
        {
            return null;
        }

        var python = System.IO.Path.Combine(above, "version.py");
        var download = System.IO.Path.Combine(above, "build-version");
        var found = System.IO.File.Exists(python) ? PythonVersion().Match(System.IO.File.ReadAllText(python))
            : System.IO.File.Exists(download) ? DownloadVersion().Match(System.IO.File.ReadAllText(download))
            : PackageVersion().Match(folder);
        return found.Success ? found.Groups["version"].Value : null;
    }

    [GeneratedRegex(@"^__version__\s*=\s*['""](?<version>[^'""]+)['""]", RegexOptions.Multiline)]
    private static partial Regex PythonVersion();

    [GeneratedRegex(@"^\s*(?<version>\S+)")]
    private static partial Regex DownloadVersion();

    [GeneratedRegex(@"[\\/](?<version>\d+\.\d+\.\d+[^\\/]*)[\\/]runtimes[\\/][^\\/]+[\\/]native$")]
    private static partial Regex PackageVersion();
}
