using System.Text.RegularExpressions;

namespace LLaVAction.Torch.Native;

/// <summary>A folder that holds the libraries of libtorch, looked at without loading any of them.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Origin">Where it was looked for, in words: <c>--libtorch</c>, <c>installed PyTorch</c>.</param>
internal sealed partial record LibTorchFolder(string Path, string Origin)
{
    /// <summary>The release, major and minor, whose binary interface TorchSharp was compiled against.</summary>
    public const string NeededVersion = "2.10";

    /// <summary>The library by which a folder is known.</summary>
    public const string Library = "torch_cpu";

    /// <summary>
    /// The version that the folder's surroundings tell: PyTorch's version.py, the build-version of a libtorch download, or the
    /// folder of a NuGet package; null where none of them is there.
    /// </summary>
    public string? Version { get; } = ReadVersion(System.IO.Path.TrimEndingDirectorySeparator(Path));

    /// <summary>Whether a library of CUDA lies in the folder.</summary>
    public bool HasCuda => Has("torch_cuda");

    /// <summary>Why this process cannot load it; null where nothing speaks against it.</summary>
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

    /// <summary>The path of a library in the folder.</summary>
    public string File(string library) => System.IO.Path.Combine(Path, NativePlatform.FileName(library, NativePlatform.Current));

    /// <summary>Whether a library is in the folder.</summary>
    public bool Has(string library) => System.IO.File.Exists(File(library));

    /// <summary>Whether a version is one that TorchSharp can be used with.</summary>
    public static bool IsNeeded(string version) => version.StartsWith(NeededVersion + ".", StringComparison.Ordinal);

    /// <summary>What is said of another version.</summary>
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
