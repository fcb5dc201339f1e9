using System.Text.Json;
using LLaVAction.Benchmarks;

namespace LLaVAction.Training;

/// <summary>A built training set on disk.</summary>
/// <param name="Path">The folder, as the user gave it.</param>
/// <param name="Manifest">What it says of itself.</param>
public sealed record TrainingFolder(string Path, TrainingManifest Manifest)
{
    /// <summary>The training set of a folder; null where its manifest is of another kind, or there is none.</summary>
    /// <exception cref="InputException">The manifest is damaged, or a file that it lists is missing.</exception>
    public static TrainingFolder? Find(string path)
    {
        var manifestPath = System.IO.Path.Combine(path, BenchmarkFolder.ManifestName);
        if (!File.Exists(manifestPath))
        {
            return null;
        }

        TrainingManifest? manifest;
        try
        {
            manifest = TrainingManifest.Parse(File.ReadAllBytes(manifestPath));
        }
        catch (JsonException failure)
        {
            throw new InputException($"{manifestPath}: not a manifest ({failure.Message}).", failure);
        }

        if (manifest is null)
        {
            return null;
        }

        if (manifest.SchemaVersion != TrainingManifest.CurrentSchemaVersion)
        {
            throw new InputException(FormattableString.Invariant(
                $"{manifestPath}: schema_version {manifest.SchemaVersion}; this version of the tool reads {TrainingManifest.CurrentSchemaVersion}. Build the set again."));
        }

        var options = manifest.Settings.OptionsPerQuestion;
        if (options is < BenchmarkSettings.FewestOptions or > BenchmarkSettings.MostOptions)
        {
            throw new InputException(FormattableString.Invariant($"{manifestPath}: options_per_question is {options}; expected {BenchmarkSettings.FewestOptions} to {BenchmarkSettings.MostOptions}."));
        }

        foreach (var entry in manifest.Files)
        {
            if (entry is null || entry.Rows < 0 || !entry.File.EndsWith(".jsonl", StringComparison.Ordinal) || !BenchmarkFolder.IsStrategyName(entry.File[..^".jsonl".Length]))
            {
                throw new InputException($"{manifestPath}: file '{entry?.File}'; expected a name of a-z, 0-9, _ and - ending in .jsonl, and a count of rows.");
            }

            if (!File.Exists(System.IO.Path.Combine(path, entry.File)))
            {
                throw new InputException($"{path}: {entry.File} is missing though {BenchmarkFolder.ManifestName} lists it. Build the set again with --force.");
            }
        }

        return new TrainingFolder(path, manifest);
    }
}
