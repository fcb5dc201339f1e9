using System.Globalization;
using System.Text.Json;
using LLaVAction.Benchmarks;

namespace LLaVAction.Runs;

/// <summary>
/// The folder of a run: <c>run.json</c>, a copy of what it asks (<c>benchmark/</c>), one results file per part, and
/// <c>summary.json</c>. Everything that a comparison needs is in it; the benchmark's own folder may be gone.
/// </summary>
public sealed class RunFolder
{
    /// <summary>The subfolder with the questions asked and the manifest of their benchmark.</summary>
    public const string BenchmarkFolderName = "benchmark";

    private RunFolder(string path, RunRecord record)
    {
        Path = path;
        Record = record;
    }

    /// <summary>The folder, as the user gave it.</summary>
    public string Path { get; }

    /// <summary>What identifies the run.</summary>
    public RunRecord Record { get; }

    /// <summary>Opens an existing run.</summary>
    /// <exception cref="InputException">The folder is missing, or is not a run.</exception>
    public static RunFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new InputException($"{path}: no such folder; expected a run made by 'llavaction evaluate-model --output {path}'.");
        }

        var file = System.IO.Path.Combine(path, RunRecord.FileName);
        return File.Exists(file)
            ? new RunFolder(path, ReadRecord(file))
            : throw new InputException($"{path}: there is no {RunRecord.FileName}, so this is not a run of 'llavaction evaluate-model'.");
    }

    /// <summary>
    /// Opens a run to write into it. The first of all processes creates <c>run.json</c>; every other must agree with it.
    /// </summary>
    /// <param name="path">The folder; created where it is missing.</param>
    /// <param name="record">What this process is about to do.</param>
    /// <param name="sets">The questions it asks; their hashes are in the record.</param>
    /// <param name="manifest">The bytes of the benchmark's manifest.</param>
    /// <exception cref="InputException">The folder holds another run; the message names what differs.</exception>
    public static RunFolder Join(string path, RunRecord record, IReadOnlyList<AskedSet> sets, byte[] manifest)
    {
        var file = System.IO.Path.Combine(path, RunRecord.FileName);
        Directory.CreateDirectory(System.IO.Path.Combine(path, BenchmarkFolderName));
        if (!File.Exists(file) && Directory.EnumerateFiles(path).Any(other => Shard.IsResultsFile(System.IO.Path.GetFileName(other))))
        {
            throw new InputException($"{path}: there are results, but no {RunRecord.FileName} that says of what. Choose another --output.");
        }

        if (!AtomicFile.TryCreate(file, RunJson.ToBytes(record)))
        {
            var existing = ReadRecord(file);
            var differences = RunIdentityDifference.Between(existing.Identity, record.Identity);
            if (Extends(path, existing, differences, sets))
            {
                Extend(path, record, sets);
            }
            else
            {
                Refuse(path, existing, record, differences);
                record = existing;
            }
        }

        var folder = new RunFolder(path, record);
        folder.WriteMissing(BenchmarkFolder.ManifestName, manifest);
        foreach (var set in sets)
        {
            folder.WriteMissing(set.Strategy + ".jsonl", set.ToBytes());
        }

        return folder;
    }

    /// <summary>Reads the questions asked, in the order of the run's sets, and proves by their hashes that they are those of the run.</summary>
    /// <exception cref="InputException">A file is missing or was changed.</exception>
    public IReadOnlyList<AskedSet> ReadQuestions() => ParallelMap.Map(Record.Identity.Benchmark.Sets, ReadQuestions);

    /// <summary>Reads the manifest of the benchmark that the run asks.</summary>
    /// <exception cref="InputException">The copy is missing or was changed.</exception>
    public BenchmarkManifest ReadManifest()
    {
        var file = System.IO.Path.Combine(Path, BenchmarkFolderName, BenchmarkFolder.ManifestName);
        var bytes = File.Exists(file) ? File.ReadAllBytes(file) : [];
        return AskedSet.Sha256(bytes) == Record.Identity.Benchmark.ManifestSha256
            ? BenchmarkJson.ParseManifest(bytes)
            : throw new InputException($"{file}: missing, or not the manifest of this run's benchmark; start the same 'llavaction evaluate-model' again to restore it.");
    }

    /// <summary>Reads all results there are, from whatever parts, and merges them.</summary>
    /// <exception cref="InputException">A results file was damaged, or is of another run.</exception>
    public RunResults ReadResults() => ReadResults(ReadQuestions());

    /// <summary>Reads all results there are, for questions that were read before.</summary>
    /// <exception cref="InputException">A results file was damaged, or is of another run.</exception>
    public RunResults ReadResults(IReadOnlyList<AskedSet> questions)
    {
        var files = Directory.EnumerateFiles(Path)
            .Where(file => Shard.IsResultsFile(System.IO.Path.GetFileName(file)))
            .Order(StringComparer.Ordinal)
            .Select(file => (file, ResultFile.Read(file)));
        return RunResults.Merge(Record.Identity, questions, files);
    }

    /// <summary>Writes or replaces a file of the run, whole or not at all.</summary>
    public void WriteFile(string name, ReadOnlySpan<byte> content) => AtomicFile.Write(System.IO.Path.Combine(Path, name), content);

    private AskedSet ReadQuestions(RunSet set)
    {
        var file = System.IO.Path.Combine(Path, BenchmarkFolderName, set.Strategy + ".jsonl");
        if (!BenchmarkFolder.IsStrategyName(set.Strategy) || !File.Exists(file))
        {
            throw new InputException($"{file}: missing; start the same 'llavaction evaluate-model' again to restore it.");
        }

        var bytes = File.ReadAllBytes(file);
        if (AskedSet.Sha256(bytes) != set.AskedSha256)
        {
            throw new InputException(
                $"{file}: SHA-256 is {AskedSet.Sha256(bytes)}, but {RunRecord.FileName} says {set.AskedSha256}: these are not the questions of this run. "
                + "Start the same 'llavaction evaluate-model' again to restore them.");
        }

        try
        {
            return AskedSet.Parse(set.Strategy, bytes);
        }
        catch (JsonException exception)
        {
            throw new InputException($"{file}: holds a line that is not a question ({exception.Message}).", exception);
        }
    }

    private void WriteMissing(string name, byte[] content)
    {
        var file = System.IO.Path.Combine(Path, BenchmarkFolderName, name);
        if (!File.Exists(file) || !File.ReadAllBytes(file).AsSpan().SequenceEqual(content))
        {
            AtomicFile.Write(file, content);
        }
    }

    private static RunRecord ReadRecord(string file)
    {
        try
        {
            var record = RunJson.ParseRecord(File.ReadAllBytes(file));
            return record.SchemaVersion == RunRecord.CurrentSchemaVersion
                ? record
                : throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{file}: schema_version {record.SchemaVersion}; this version of the tool reads {RunRecord.CurrentSchemaVersion}. Use the version of the tool that made the run."));
        }
        catch (JsonException exception)
        {
            throw new InputException($"{file}: not the record of a run ({exception.Message}).", exception);
        }
    }

    // Whether nothing differs but that more questions are asked, all of the earlier ones among them.
    private static bool Extends(string path, RunRecord existing, IReadOnlyList<RunIdentityDifference> differences, IReadOnlyList<AskedSet> sets)
    {
        if (differences.Count == 0 || !differences.All(static difference => difference.IsOfExtent))
        {
            return false;
        }

        var asked = sets.ToDictionary(static set => set.Strategy, static set => set.Questions.Select(static question => question.Id).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        return new RunFolder(path, existing).ReadQuestions().All(set => asked[set.Strategy].IsSupersetOf(set.Questions.Select(static question => question.Id)));
    }

    // Puts a record of more questions in the place of the earlier one; the results stay.
    private static void Extend(string path, RunRecord record, IReadOnlyList<AskedSet> sets)
    {
        File.Delete(System.IO.Path.Combine(path, RunSummary.FileName));
        foreach (var set in sets)
        {
            AtomicFile.Write(System.IO.Path.Combine(path, BenchmarkFolderName, set.Strategy + ".jsonl"), set.ToBytes());
        }

        AtomicFile.Write(System.IO.Path.Combine(path, RunRecord.FileName), RunJson.ToBytes(record));
    }

    private static void Refuse(string path, RunRecord existing, RunRecord record, IReadOnlyList<RunIdentityDifference> differences)
    {
        if (differences.Count == 0)
        {
            return;
        }

        if (differences.All(static difference => difference.IsOfExtent))
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} holds a run of {existing.Identity.Benchmark.Clips} clips, and this command asks about {record.Identity.Benchmark.Clips}, without all of those: "
                + $"--limit can only be raised, with the same --sample and --ids. Choose another --output, or the limit the run has."));
        }

        var listed = differences.Take(12).Select(static difference => $"\n  {difference.Option}: the run has {difference.Left}, this command has {difference.Right}");
        var more = differences.Count > 12 ? string.Create(CultureInfo.InvariantCulture, $"\n  and {differences.Count - 12} more") : "";
        throw new InputException(
            $"{path} holds a run with other settings:{string.Concat(listed)}{more}\nRun with the same settings to go on with it, or choose another --output.");
    }
}
