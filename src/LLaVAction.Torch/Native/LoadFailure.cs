using System.Text.RegularExpressions;

namespace LLaVAction.Torch.Native;

/// <summary>What the system's loader says when it refuses a library, in words that lead on.</summary>
internal static partial class LoadFailure
{
    /// <summary>One sentence about why a library could not be loaded, and what to do.</summary>
    /// <param name="file">The library.</param>
    /// <param name="message">What the loader said, over all places it tried.</param>
    public static string Explain(string file, string message)
    {
        if (CppRuntime().Match(message) is { Success: true } runtime)
        {
            return $"{file} needs {runtime.Groups["needed"].Value}, and this system's C++ runtime (libstdc++) is older: Debian 12, Ubuntu 22.04 and RHEL 10 have a new enough one. Use a container (Dockerfile), or one from conda: conda install -c conda-forge libstdcxx, then LD_LIBRARY_PATH=$CONDA_PREFIX/lib";
        }

        if (CRuntime().Match(message) is { Success: true } system)
        {
            return $"{file} needs {system.Groups["needed"].Value}, and this system's C library is older. Use a container (Dockerfile)";
        }

        if (MissingLibrary().Match(message) is { Success: true } missing && !file.EndsWith(missing.Groups["needed"].Value, StringComparison.Ordinal))
        {
            return $"{file} needs {missing.Groups["needed"].Value}, which is not installed{(IsOfCuda(missing.Groups["needed"].Value) ? "; pip installs it with PyTorch, as an nvidia-* package" : "")}";
        }

        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return $"{file} cannot be loaded: {lines.FirstOrDefault(line => line.Contains(file, StringComparison.Ordinal)) ?? lines.FirstOrDefault() ?? "no reason given"}";
    }

    private static bool IsOfCuda(string library) => CudaLibrary().IsMatch(library);

    [GeneratedRegex(@"version [`'](?<needed>(?:GLIBCXX|CXXABI)_[\d.]+)' not found")]
    private static partial Regex CppRuntime();

    [GeneratedRegex(@"version [`'](?<needed>GLIBC_[\d.]+)' not found")]
    private static partial Regex CRuntime();

    [GeneratedRegex(@"(?m)^\s*(?<needed>lib[^\s:/]+): cannot open shared object file")]
    private static partial Regex MissingLibrary();

    [GeneratedRegex("^lib(?:cu|nv|nccl)")]
    private static partial Regex CudaLibrary();
}
