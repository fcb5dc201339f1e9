using System.Text.Json;
using LLaVAction.Files;

namespace LLaVAction.Benchmarks.Building;

/// <summary>
/// Puts a benchmark's files into its folder so that, whenever the process dies, the folder is the old benchmark, the new
/// one, or has no manifest and is recognised as incomplete.
/// </summary>
/// <remarks>
/// The files are first written to the folder <see cref="StagingName"/> inside the benchmark's. Then the old manifest is
/// removed, old sets that the new benchmark lacks are removed, the new sets are moved in one by one, and the manifest last.
/// A journal of the names involved lets the next <c>--force</c> clear what an interrupted build left behind. Each file is on the
/// disk before it is moved, and the folder's names before the manifest is moved in, and again before success is reported.
/// </remarks>
public sealed class BenchmarkFolderWriter
{
    /// <summary>Folder inside the benchmark's that holds files until they are complete.</summary>
    public const string StagingName = ".building";

    private const string JournalName = "journal.txt";
    private const string LockName = "lock";
    private readonly string _folder;
    private readonly string _staging;
    private readonly Action<string> _beforeStep;

    /// <summary>Creates a writer for a folder that may not exist yet.</summary>
    public BenchmarkFolderWriter(string folder)
        : this(folder, static _ => { })
    {
    }

    // Creates a writer that announces each step before it is taken, so that a test can end the work there.
    internal BenchmarkFolderWriter(string folder, Action<string> beforeStep)
    {
        _folder = folder;
        _beforeStep = beforeStep;
        _staging = Path.Combine(folder, StagingName);
    }

    /// <summary>Refuses a folder that exists unless it may be replaced; called before the work of building begins.</summary>
    /// <exception cref="InputException">Something exists at the path.</exception>
    public static void RequireFree(string folder, bool force)
    {
        if (File.Exists(folder))
        {
            throw new InputException($"--output {folder}: this is a file; expected a folder that does not exist yet.");
        }

        if (Directory.Exists(folder) && !force)
        {
            throw new InputException(
                $"--output {folder}: the folder exists; expected one that does not. Name another, or replace its benchmark with --force.");
        }
    }

    /// <summary>Writes the files and makes them the folder's benchmark.</summary>
    /// <param name="files">Set files and, last, the manifest.</param>
    /// <exception cref="InputException">The folder cannot be written, or another build is writing it.</exception>
    public void Write(IReadOnlyList<RenderedFile> files)
    {
        var isNew = !Directory.Exists(_folder);
        try
        {
            _beforeStep("create folder");
            Directory.CreateDirectory(_staging);
            using var held = Lock();
            var journal = ReadJournal();
            Stage(files, journal);
            Switch(files, journal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (isNew)
            {
                RemoveQuietly();
            }

            throw new InputException($"--output {_folder}: cannot write the benchmark there ({error.Message}).", error);
        }

        _beforeStep("remove staging");
        Directory.Delete(_staging, recursive: true);
        PosixFile.FlushFolderOf(Path.Combine(_folder, BenchmarkFolder.ManifestName));
        PosixFile.FlushFolderOf(_folder);
    }

    private FileStream Lock()
    {
        try
        {
            return new FileStream(Path.Combine(_staging, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new InputException($"--output {_folder}: another build is writing this folder ({error.Message}).", error);
        }
    }

    // Names of set files that belong to the present benchmark or to interrupted builds, and may be removed.
    private SortedSet<string> ReadJournal()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var journal = Path.Combine(_staging, JournalName);
        if (File.Exists(journal))
        {
            names.UnionWith(File.ReadAllLines(journal));
        }

        var manifest = Path.Combine(_folder, BenchmarkFolder.ManifestName);
        if (File.Exists(manifest))
        {
            names.UnionWith(SetNamesOf(manifest));
        }

        names.RemoveWhere(static name =>
            !name.EndsWith(".jsonl", StringComparison.Ordinal) || !BenchmarkFolder.IsStrategyName(name[..^".jsonl".Length]));
        return names;
    }

    // The files that a manifest names, a benchmark's under 'sets' and a training set's under 'files'.
    private static string[] SetNamesOf(string manifest)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(manifest));
            return
            [
                .. document.RootElement.EnumerateObject()
                    .Where(static property => property.Name is "sets" or "files" && property.Value.ValueKind == JsonValueKind.Array)
                    .SelectMany(static property => property.Value.EnumerateArray())
                    .Select(static entry => entry.GetProperty("file"u8).GetString() ?? string.Empty),
            ];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return [];
        }
    }

    private void Stage(IReadOnlyList<RenderedFile> files, SortedSet<string> journal)
    {
        _beforeStep("write journal");
        File.WriteAllLines(
            Path.Combine(_staging, JournalName),
            journal.Union(files.Select(static file => file.Name), StringComparer.Ordinal));
        foreach (var file in files)
        {
            _beforeStep($"write {file.Name}");
            using var stream = new FileStream(Path.Combine(_staging, file.Name), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            FileBytes.Write(stream, file.Content.Span);
            stream.Flush(flushToDisk: true);
        }
    }

    private void Switch(IReadOnlyList<RenderedFile> files, SortedSet<string> journal)
    {
        _beforeStep("remove old manifest");
        File.Delete(Path.Combine(_folder, BenchmarkFolder.ManifestName));
        foreach (var name in journal.Except(files.Select(static file => file.Name), StringComparer.Ordinal))
        {
            _beforeStep($"remove old {name}");
            File.Delete(Path.Combine(_folder, name));
        }

        foreach (var file in files)
        {
            if (file == files[^1])
            {
                PosixFile.FlushFolderOf(Path.Combine(_folder, file.Name));
            }

            _beforeStep($"move {file.Name}");
            File.Move(Path.Combine(_staging, file.Name), Path.Combine(_folder, file.Name), overwrite: true);
        }
    }

    private void RemoveQuietly()
    {
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What is left has no manifest, so no command takes it for a benchmark.
        }
    }
}
