using System.Text;
using System.Text.Json;
using LLaVAction.Files;
using YamlDotNet.RepresentationModel;

namespace LLaVAction.Training;

/// <summary>Reads and writes mixtures, and the rows that they name.</summary>
public static class MixtureFile
{
    /// <summary>Reads a mixture; the files it names are not looked at.</summary>
    /// <exception cref="InputException">The file cannot be read or is no mixture.</exception>
    public static TrainingMixture Read(string path)
    {
        var entries = new List<MixtureEntry>();
        foreach (var (key, value) in YamlFile.ReadRoot(path, "a mixture: 'datasets:' with json_path and sampling_strategy per file"))
        {
            if (YamlFile.TextOf(key) != "datasets" || value is not YamlSequenceNode list)
            {
                throw new InputException($"{YamlFile.Place(path, key)}: '{YamlFile.TextOf(key)}'; a mixture has the one key 'datasets' with a list of files.");
            }

            foreach (var item in list)
            {
                entries.Add(ReadEntry(path, item));
            }
        }

        return entries.Count > 0
            ? new TrainingMixture(entries)
            : throw new InputException($"{path}: no file is named; expected 'datasets:' with at least one '- json_path: FILE'.");
    }

    /// <summary>The text of a mixture.</summary>
    public static string ToYaml(TrainingMixture mixture)
    {
        var text = new StringBuilder("datasets:\n");
        foreach (var entry in mixture.Entries)
        {
            text.Append("  - json_path: ").Append(Scalar(entry.JsonPath)).Append('\n');
            text.Append("    sampling_strategy: ").Append(Scalar(entry.Sampling.ToString())).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>
    /// The rows of a mixture: those that each entry takes, in the order of the entries. A random draw is keyed by the seed, the
    /// entry's path and its place, so that changing one entry leaves the draws of the others alone.
    /// </summary>
    /// <param name="path">The mixture; relative paths in it are relative to its folder.</param>
    /// <param name="seed">Seed of random draws.</param>
    /// <exception cref="InputException">A file is missing or holds what is no row.</exception>
    public static IReadOnlyList<TrainingRow> ReadRows(string path, long seed)
    {
        var mixture = Read(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var files = mixture.Entries.Select(entry => Path.Combine(folder, entry.JsonPath)).ToArray();
        if (Array.Find(files, static file => !File.Exists(file)) is { } missing)
        {
            throw new InputException($"{path}: names {missing}, which does not exist. Correct its json_path, or build the file with 'llavaction build-training-set'.");
        }

        var rows = new List<TrainingRow>();
        for (var i = 0; i < files.Length; i++)
        {
            var random = new KeyedRandom(seed, mixture.Entries[i].JsonPath, FormattableString.Invariant($"mixture-{i}"));
            rows.AddRange(mixture.Entries[i].Sampling.Take(TrainingFile.Read(files[i]), random));
        }

        return rows;
    }

    private static MixtureEntry ReadEntry(string path, YamlNode node)
    {
        if (node is not YamlMappingNode mapping)
        {
            throw new InputException($"{YamlFile.Place(path, node)}: expected json_path and sampling_strategy.");
        }

        string? file = null;
        var sampling = new RowSampling(SamplingKind.All);
        foreach (var (key, value) in mapping)
        {
            var text = YamlFile.TextOf(value);
            switch (YamlFile.TextOf(key))
            {
                case "json_path" when text.Length > 0:
                    file = text;
                    break;
                case "sampling_strategy":
                    sampling = RowSampling.Parse(text)
                        ?? throw new InputException($"{YamlFile.Place(path, value)}: sampling_strategy '{text}'; expected all, first:N, end:N or random:N, N a count or a whole percentage such as 10%.");
                    break;
                default:
                    throw new InputException($"{YamlFile.Place(path, key)}: '{YamlFile.TextOf(key)}: {text}'; expected json_path with a file, and sampling_strategy.");
            }
        }

        return new MixtureEntry(file ?? throw new InputException($"{YamlFile.Place(path, node)}: json_path is missing."), sampling);
    }

    // Plain where nothing in the text could mean anything to YAML, else in double quotes with JSON's escapes, which YAML shares.
    private static string Scalar(string text) =>
        text.All(static character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.' or '/' or ':')
            && text.Length > 0 && char.IsAsciiLetter(text[0]) && !text.EndsWith(':')
            ? text
            : JsonSerializer.Serialize(text, MixtureJsonContext.Default.String);
}

/// <summary>Quotes texts.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class MixtureJsonContext : System.Text.Json.Serialization.JsonSerializerContext;
