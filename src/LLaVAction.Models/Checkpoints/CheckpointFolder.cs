using LLaVAction.Files;

namespace LLaVAction.Models.Checkpoints;

/// <summary>Says what a folder is that is no checkpoint, and which one was most likely meant.</summary>
internal static class CheckpointFolder
{
    private const string Whole = "expected the folder of a checkpoint: config.json, safetensors files and tokenizer files";

    // A Git LFS pointer is a text of some 130 bytes.
    private const int LongestPointer = 1024;

    /// <summary>Looks for files that are there by name alone: links to nothing and Git LFS pointers, as an interrupted download leaves them.</summary>
    /// <exception cref="InputException">There are some; or an adapter is given without its base, or a base without an adapter.</exception>
    public static void Check(CheckpointPath path)
    {
        if (path.Base is null && LowRankAdapter.IsAdapter(path.Folder) && !File.Exists(Path.Combine(path.Folder, "model.safetensors")))
        {
            throw new InputException($"{path.Folder} is a LoRA adapter{(LowRankAdapter.BaseOf(path.Folder) is { } name ? $" of {name}" : "")}, not a whole model. Give the model under it by --base-model, or merge it with PEFT (merge_and_unload, save_pretrained).");
        }

        if (path.Base is not null && !LowRankAdapter.IsAdapter(path.Folder))
        {
            throw new InputException($"{path.Folder} holds no {LowRankAdapter.ConfigurationFile}, so it is no LoRA adapter; leave out --base-model.");
        }

        foreach (var folder in path.Base is null ? [path.Folder] : new[] { path.Folder, path.Base })
        {
            CheckFiles(folder);
        }
    }

    /// <summary>The complaint that a folder holds no weights.</summary>
    public static InputException WithoutWeights(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return new InputException(File.Exists(folder)
                ? $"{folder} is a file; give the folder it lies in: {Path.GetDirectoryName(Path.GetFullPath(folder))}."
                : $"{folder} is not a folder; {Whole}.");
        }

        if (Below(folder) is { } meant)
        {
            return new InputException($"{folder} holds no safetensors file, but {meant} is a checkpoint; give that folder.");
        }

        if (IsDeepSpeed(folder))
        {
            return new InputException($"{folder} holds the parts that DeepSpeed's processes saved (ZeRO), not a model. Join them: python3 zero_to_fp32.py . . --safe_serialization in the folder that holds zero_to_fp32.py.");
        }

        return new InputException(Directory.EnumerateFiles(folder, "*.bin").Any()
            ? $"{folder} holds PyTorch .bin weights and no safetensors. Convert them (save_pretrained with safe_serialization=True); .bin files are pickles and can run code."
            : $"{folder} holds no safetensors file; {Whole}.");
    }

    /// <summary>The complaint that a folder holds no <c>config.json</c>.</summary>
    public static InputException WithoutConfiguration(string folder) => new(Below(folder) is { } meant
        ? $"{folder} holds no config.json, but {meant} is a checkpoint; give that folder."
        : $"{folder} holds no config.json; {Whole}.");

    private static void CheckFiles(string folder)
    {
        var files = Directory.Exists(folder)
            ? new DirectoryInfo(folder).EnumerateFiles().Where(static file => file.Extension is ".json" or ".safetensors" or ".bin" || file.Name == "merges.txt").OrderBy(static file => file.Name, StringComparer.Ordinal)
            : Enumerable.Empty<FileInfo>();
        foreach (var file in files)
        {
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true)?.Exists != true)
            {
                throw new InputException($"{Path.Combine(folder, file.Name)} is a link to {file.LinkTarget}, which is not there: the download was interrupted, or its cache was cleared. Download it again; hf download resumes.");
            }

            if (file.Length < LongestPointer && IsPointer(file))
            {
                throw new InputException($"{Path.Combine(folder, file.Name)}: this is {FileSniffer.Describe(FileKind.GitLfsPointer)}. {FileSniffer.Advice(FileKind.GitLfsPointer, file.Name)}");
            }
        }
    }

    private static bool IsPointer(FileInfo file)
    {
        try
        {
            return FileSniffer.Identify(File.ReadAllBytes(file.FullName)) == FileKind.GitLfsPointer;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{file.FullName} cannot be read: {failure.Message}", failure);
        }
    }

    // The checkpoint in a folder below: the last of a training run's, or the only one.
    private static string? Below(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        var found = Directory.GetDirectories(folder)
            .Where(static child => File.Exists(Path.Combine(child, "config.json")) || LowRankAdapter.IsAdapter(child))
            .OrderBy(static child => child.Length).ThenBy(static child => child, StringComparer.Ordinal)
            .ToArray();
        return found.LastOrDefault(static child => Path.GetFileName(child).StartsWith("checkpoint-", StringComparison.Ordinal)) ?? (found is [var only] ? only : null);
    }

    private static bool IsDeepSpeed(string folder) =>
        File.Exists(Path.Combine(folder, "zero_to_fp32.py"))
        || Path.GetFileName(Path.GetFullPath(folder)).StartsWith("global_step", StringComparison.Ordinal)
        || Directory.EnumerateFiles(folder, "*zero_pp_rank_*").Any();
}
