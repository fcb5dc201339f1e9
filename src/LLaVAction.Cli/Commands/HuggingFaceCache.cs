using System.Text.RegularExpressions;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Cli.Commands;

/// <summary>Finds models of the Hugging Face hub in its local cache. Nothing is ever downloaded.</summary>
internal static partial class HuggingFaceCache
{
    private const string ModelPrefix = "models--";

    /// <summary>Where a checkpoint's files are; an adapter's are its own and those of the model under it.</summary>
    /// <param name="model">A folder, <c>org/name</c>, or <c>org/name@revision</c> with a branch, tag or commit.</param>
    /// <param name="baseModel">The model under an adapter, likewise; null for the one that the adapter names.</param>
    /// <exception cref="InputException">One is not there; the message has the command that downloads it.</exception>
    public static CheckpointPath Locate(string model, string? baseModel = null) => Locate(model, baseModel, CacheFolder(Environment.GetEnvironmentVariable));

    public static CheckpointPath Locate(string model, string? baseModel, string cache)
    {
        var folder = Resolve(model, cache);
        return (baseModel ?? CheckpointPath.BaseNamedIn(folder)) is not { } name ? new CheckpointPath(folder)
            : baseModel is not null || Directory.Exists(name) || HubId().IsMatch(name) ? new CheckpointPath(folder, ResolveBase(name))
            : throw new InputException($"{folder} is a LoRA adapter of {name}, which is not there. Give the model under it by --base-model.");

        string ResolveBase(string name)
        {
            try
            {
                return Resolve(name, cache);
            }
            catch (InputException failure) when (baseModel is null)
            {
                throw new InputException($"{folder} is a LoRA adapter of {name}: {failure.Message} Or give the model under it by --base-model.", failure);
            }
        }
    }

    // The folder itself, or the cached snapshot of a hub id.
    public static string Resolve(string model, string cache)
    {
        if (Directory.Exists(model))
        {
            return Directory.Exists(Path.Combine(model, "snapshots")) && HubFolder().Match(Path.GetFileName(Path.GetFullPath(model))) is { Success: true } folder
                ? throw new InputException($"{model}: the cache folder of a hub model, not a checkpoint; use --model {folder.Groups["org"].Value}/{folder.Groups["name"].Value}.")
                : model;
        }

        if (File.Exists(model))
        {
            throw new InputException($"{model} is a file; give the folder it lies in: {Path.GetDirectoryName(Path.GetFullPath(model))}.");
        }

        if (HubId().Match(model) is not { Success: true } id || model.EndsWith('/'))
        {
            throw new InputException($"{model}: no such folder; expected the folder of a checkpoint, or a hub id such as lmms-lab/LLaVA-Video-7B-Qwen2.");
        }

        var (name, revision) = (id.Groups["id"].Value, id.Groups["revision"].Value);
        var repository = Path.Combine(cache, ModelPrefix + name.Replace("/", "--", StringComparison.Ordinal));
        return FindSnapshot(repository, revision) ?? throw new InputException(
            $"{model}: no such folder, and not in the Hugging Face cache ({cache}). Download it with: hf download {name}{(revision.Length > 0 ? $" --revision {revision}" : "")}");
    }

    // The hub's cache: 'HF_HUB_CACHE', 'HF_HOME/hub', 'XDG_CACHE_HOME/huggingface/hub' or '~/.cache/huggingface/hub'.
    public static string CacheFolder(Func<string, string?> variable)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return variable("HF_HUB_CACHE") is { Length: > 0 } cache ? cache
            : variable("HF_HOME") is { Length: > 0 } hub ? Path.Combine(hub, "hub")
            : Path.Combine(variable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(home, ".cache"), "huggingface", "hub");
    }

    private static string? FindSnapshot(string repository, string revision)
    {
        var reference = Path.Combine(repository, "refs", revision.Length > 0 ? revision : "main");
        var commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : revision;
        if (commit.Length > 0)
        {
            var snapshot = Path.Combine(repository, "snapshots", commit);
            return Directory.Exists(snapshot) ? snapshot : null;
        }

        // Downloaded by commit alone, there is no ref; a single snapshot leaves no doubt.
        var snapshots = Path.Combine(repository, "snapshots");
        return Directory.Exists(snapshots) && Directory.GetDirectories(snapshots) is [var only] ? only : null;
    }

    [GeneratedRegex(@"^(?<id>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(@(?<revision>[\w.-]+))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HubId();

    [GeneratedRegex("^models--(?<org>.+?)--(?<name>.+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HubFolder();
}
