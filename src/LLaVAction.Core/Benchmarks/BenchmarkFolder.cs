using System.Security.Cryptography;
using System.Text.Json;

namespace LLaVAction.Benchmarks;

/// <summary>
/// A built benchmark on disk. Opening one proves that it is complete; reading a set proves that its file is the one the
/// manifest was written for. A folder whose building was interrupted is never taken for a benchmark.
/// </summary>
public sealed class BenchmarkFolder
{
    /// <summary>Name of the file that is written last and makes a folder a benchmark.</summary>
    public const string ManifestName = "manifest.json";

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-");

    private const long LargestManifest = 256L << 20;

    private BenchmarkFolder(string path, BenchmarkManifest manifest, string manifestSha256, byte[] manifestBytes)
    {
        Path = path;
        Manifest = manifest;
        ManifestSha256 = manifestSha256;
        ManifestBytes = manifestBytes;
    }

    /// <summary>The folder, as the user gave it.</summary>
    public string Path { get; }

    /// <summary>What the benchmark says of itself.</summary>
    public BenchmarkManifest Manifest { get; }

    /// <summary>The manifest's file as it was read.</summary>
    public ReadOnlyMemory<byte> ManifestBytes { get; }

    /// <summary>SHA-256 of the manifest's file: one value that identifies the whole benchmark.</summary>
    public string ManifestSha256 { get; }

    /// <summary>Whether a text can name a strategy: <c>[a-z0-9_-]+</c>, and not <c>manifest</c>.</summary>
    public static bool IsStrategyName(string name) => name.Length > 0 && name.AsSpan().IndexOfAnyExcept(NameCharacters) < 0 && name != "manifest";

    /// <summary>Opens a benchmark and checks that all its files are there.</summary>
    /// <exception cref="InputException">The folder is missing, incomplete, or its manifest cannot be read.</exception>
    public static BenchmarkFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new InputException(
                $"{path}: no such folder; expected a benchmark made by 'llavaction build-benchmark --output {path}'.");
        }

        var manifestPath = System.IO.Path.Combine(path, ManifestName);
        if (!File.Exists(manifestPath))
        {
            throw new InputException(
                $"{path}: there is no {ManifestName}, so this is not a complete benchmark (its building was interrupted, "
                + "or it is another folder). Build it with 'llavaction build-benchmark … --force'.");
        }

        var bytes = ReadManifestBytes(manifestPath);
        var manifest = ParseManifest(manifestPath, bytes);
        ManifestShape.Require(manifestPath, manifest);
        foreach (var set in manifest.Sets)
        {
            if (!File.Exists(System.IO.Path.Combine(path, set.File)))
            {
                throw new InputException(
                    $"{path}: {set.File} is missing though {ManifestName} lists it, so this benchmark is incomplete. "
                    + "Build it again with --force.");
            }
        }

        return new BenchmarkFolder(path, manifest, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes);
    }

    /// <summary>The entry of a strategy.</summary>
    /// <exception cref="InputException">The benchmark has no such set.</exception>
    public SetEntry Find(string strategy) =>
        Manifest.Sets.FirstOrDefault(set => set.Strategy == strategy)
        ?? throw new InputException(
            $"{Path}: there is no set '{strategy}'; the benchmark has {string.Join(", ", Manifest.Sets.Select(set => set.Strategy))}.");

    /// <summary>Reads a whole set and checks its hash, its number of questions and that no id comes twice.</summary>
    /// <exception cref="InputException">The file is not the one that the manifest describes.</exception>
    public QuestionSet ReadSet(string strategy)
    {
        var entry = Find(strategy);
        var file = System.IO.Path.Combine(Path, entry.File);
        var bytes = File.ReadAllBytes(file);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (hash != entry.Sha256)
        {
            throw new InputException(
                $"{file}: SHA-256 is {hash}, but {ManifestName} says {entry.Sha256}: the set was changed after it was built. "
                + $"Run 'llavaction verify-benchmark {Path}' to see what differs, or build it again with --force.");
        }

        var questions = new List<Question>(Math.Min(entry.Questions, bytes.Length / 2));
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in new SetLines(bytes))
        {
            var question = ParseLine(file, line);
            if (QuestionShape.FirstProblem(question, Manifest.OptionsPerQuestion, Manifest.PublishedBenchmark is not null) is { } problem)
            {
                throw new InputException($"{file} line {line.Number}: {question.Id}: {problem.Message}. Run 'llavaction verify-benchmark {Path}' to see what else differs.");
            }

            if (!ids.Add(question.Id))
            {
                throw new InputException($"{file} line {line.Number}: id '{question.Id}' comes a second time; an id has one question in a set.");
            }

            questions.Add(question);
        }

        return questions.Count == entry.Questions
            ? new QuestionSet(entry, questions)
            : throw new InputException($"{file}: {questions.Count} questions, but {ManifestName} says {entry.Questions}.");
    }

    private static Question ParseLine(string file, SetLine line)
    {
        try
        {
            return BenchmarkJson.ParseLine(line.Bytes.Span);
        }
        catch (JsonException exception)
        {
            throw new InputException($"{file} line {line.Number}: not a question ({exception.Message}).", exception);
        }
    }

    private static byte[] ReadManifestBytes(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= LargestManifest
            ? File.ReadAllBytes(path)
            : throw new InputException($"{path}: {length} bytes; a manifest has at most {LargestManifest}.");
    }

    private static BenchmarkManifest ParseManifest(string path, byte[] bytes)
    {
        try
        {
            using (var document = JsonDocument.Parse(bytes))
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object
                    && document.RootElement.TryGetProperty("schema_version"u8, out var version)
                    && version.ValueKind == JsonValueKind.Number
                    && version.TryGetInt32(out var number)
                    && number != BenchmarkManifest.CurrentSchemaVersion)
                {
                    throw new InputException(
                        $"{path}: schema_version {number}; this version of the tool reads {BenchmarkManifest.CurrentSchemaVersion}. "
                        + "Build the benchmark again, or use the version of the tool that built it.");
                }
            }

            return BenchmarkJson.ParseManifest(bytes);
        }
        catch (JsonException exception)
        {
            throw new InputException($"{path}: not a benchmark manifest ({exception.Message}).", exception);
        }
    }
}

/// <summary>A set read from disk.</summary>
/// <param name="Entry">What the manifest says of it.</param>
/// <param name="Questions">Its questions, in file order.</param>
public sealed record QuestionSet(SetEntry Entry, IReadOnlyList<Question> Questions);
