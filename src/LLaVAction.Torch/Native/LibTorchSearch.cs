namespace LLaVAction.Torch.Native;

/// <summary>Where a libtorch may be, in the order in which it is looked for.</summary>
/// <param name="Asked">The folder that the user named, which is then the only one; null for none.</param>
/// <param name="AskedBy">The option or variable that named it.</param>
/// <param name="AppFolder">The folder of the tool.</param>
/// <param name="PackageFolder">The folder of restored NuGet packages.</param>
/// <param name="PythonRoots">Folders in whose <c>lib/python3*</c> Python packages are installed.</param>
internal sealed record LibTorchSearch(string? Asked, string AskedBy, string AppFolder, string PackageFolder, IReadOnlyList<string> PythonRoots)
{
    private const string Option = "--libtorch";
    private const string Variable = "LLAVACTION_LIBTORCH";

    /// <summary>The places of this process.</summary>
    /// <param name="option">The value of <c>--libtorch</c>; null where it was not given.</param>
    public static LibTorchSearch OfThisProcess(string? option)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string?[] roots =
        [
            Environment.GetEnvironmentVariable("VIRTUAL_ENV"),
            Environment.GetEnvironmentVariable("CONDA_PREFIX"),
            .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .Where(folder => File.Exists(Path.Combine(folder, "python3")) || File.Exists(Path.Combine(folder, "python.exe")))
                .Select(folder => OperatingSystem.IsWindows() ? folder : Path.GetDirectoryName(folder)),
            Path.Combine(home, ".local"),
        ];
        return new LibTorchSearch(
            option ?? Text(Environment.GetEnvironmentVariable(Variable)),
            option is null ? Variable : Option,
            AppContext.BaseDirectory,
            Text(Environment.GetEnvironmentVariable("NUGET_PACKAGES")) ?? Path.Combine(home, ".nuget", "packages"),
            [.. roots.OfType<string>().Where(root => root.Length > 0).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>The first libtorch that nothing speaks against, or why there is none.</summary>
    /// <exception cref="InputException">The user named a folder that cannot be used.</exception>
    public LibTorchFinding Find()
    {
        if (!NativePlatform.OfTorchSharp.Contains(NativePlatform.Current, StringComparer.Ordinal))
        {
            return new LibTorchFinding(null, $"The torch engine does not run on {NativePlatform.Current}: TorchSharp is made for {string.Join(", ", NativePlatform.OfTorchSharp)}. Use --engine cpu.");
        }

        var passedOver = new List<string>();
        foreach (var folder in Places().Where(folder => folder.Has(LibTorchFolder.Library)))
        {
            if (folder.Fault() is not { } fault)
            {
                return new LibTorchFinding(folder, null);
            }

            passedOver.Add($"{folder.Path} ({folder.Origin}): {fault}");
        }

        if (Asked is null)
        {
            return new LibTorchFinding(null, NothingFound(passedOver));
        }

        var library = NativePlatform.FileName(LibTorchFolder.Library, NativePlatform.Current);
        throw new InputException(passedOver.Count > 0
            ? $"{AskedBy}: {passedOver[0]}."
            : $"{AskedBy} {Asked}: {(Directory.Exists(Asked) ? $"there is no {library} in it, nor in its lib, torch/lib or runtimes/{NativePlatform.Current}/native" : "there is no such folder")}. Expected the folder with {library} of libtorch {LibTorchFolder.NeededVersion}.");
    }

    private string NothingFound(List<string> passedOver)
    {
        var pythons = PythonRoots.Count == 0 ? "no Python is on the PATH" : string.Join(", ", PythonRoots);
        var seen = passedOver.Count == 0 ? "" : $" Found and passed over: {string.Join("; ", passedOver)}.";
        return $"The torch engine found no libtorch {LibTorchFolder.NeededVersion}. Looked beside the tool ({AppFolder}), among NuGet packages ({PackageFolder}) and for an installed PyTorch ({pythons}).{seen} Install PyTorch (pip install 'torch=={LibTorchFolder.NeededVersion}.*'), name a folder with {Option} or {Variable}, or use --engine cpu (docs/gpu.md).";
    }

    private IEnumerable<LibTorchFolder> Places()
    {
        var native = Path.Combine("runtimes", NativePlatform.Current, "native");
        if (Asked is not null)
        {
            string[] below = ["", "lib", Path.Combine("torch", "lib"), native];
            return below.Select(part => new LibTorchFolder(Path.GetFullPath(Path.Combine(Asked, part)), AskedBy));
        }

        string[] beside = [AppFolder, Path.Combine(AppFolder, native)];
        return beside.Select(folder => new LibTorchFolder(folder, "beside the tool"))
            .Concat(Packages(native))
            .Concat(PythonRoots.SelectMany(SitePackages)
                .Select(folder => new LibTorchFolder(Path.Combine(folder, "torch", "lib"), "installed PyTorch")));
    }

    private IEnumerable<LibTorchFolder> Packages(string native) =>
        Folders(PackageFolder, $"libtorch-cuda-*{NativePlatform.Current}*")
            .Concat(Folders(PackageFolder, $"libtorch-cpu-{NativePlatform.Current}"))
            .SelectMany(package => Folders(package, "*").Reverse().Select(version => new LibTorchFolder(
                Path.Combine(version, native), $"NuGet package {Path.GetFileName(package)}")));

    private static IEnumerable<string> SitePackages(string root) => OperatingSystem.IsWindows()
        ? [Path.Combine(root, "Lib", "site-packages")]
        : Folders(Path.Combine(root, "lib"), "python3*").Reverse()
            .SelectMany(python => new[] { Path.Combine(python, "site-packages"), Path.Combine(python, "dist-packages") });

    private static IEnumerable<string> Folders(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.GetDirectories(folder, pattern).Order(StringComparer.Ordinal) : [];

    private static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;
}

/// <summary>What a search came to: a folder, or why there is none.</summary>
internal sealed record LibTorchFinding(LibTorchFolder? Folder, string? Problem);
