namespace LLaVAction.Runs;

/// <summary>Names for models, to be shown and not to be compared.</summary>
public static class ModelLabel
{
    private const int RevisionDigits = 7;
    private const string CachePrefix = "models--";

    /// <summary>
    /// <c>org/name@revision</c> for <c>…/models--org--name/snapshots/REVISION</c>, where the Hugging Face cache keeps a
    /// published checkpoint; the folder's own name elsewhere.
    /// </summary>
    public static string Of(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var snapshots = Path.GetDirectoryName(full);
        var repository = Path.GetFileName(Path.GetDirectoryName(snapshots)) ?? "";
        var revision = Path.GetFileName(full);
        return Path.GetFileName(snapshots) == "snapshots" && repository.StartsWith(CachePrefix, StringComparison.Ordinal)
            ? $"{repository[CachePrefix.Length..].Replace("--", "/", StringComparison.Ordinal)}@{(revision.Length == 40 ? revision[..RevisionDigits] : revision)}"
            : revision;
    }
}
