using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LLaVAction.Benchmarks;
using LLaVAction.Runs;

namespace LLaVAction.Evaluation.Actions;

/// <summary>
/// The scores of one part of a dump as they are made: a line that says what they are of, then one record of fixed length
/// per clip: its row, its status as a word, its scores, a checksum. A record that a kill or a power loss cut is done again; the last record of a clip counts.
/// </summary>
public sealed class ScoreLog : IDisposable
{
    private const int StatusLength = 16;
    internal const int Head = sizeof(int) + StatusLength;
    private readonly FileStream _lock;
    private readonly FileStream _file;
    private readonly byte[] _record;
    private readonly int _features;

    private ScoreLog(FileStream ownership, FileStream file, int recordLength, int features)
    {
        _lock = ownership;
        _file = file;
        _record = new byte[recordLength];
        _features = features;
    }

    /// <summary>Opens a part for appending; what a cut record left is removed.</summary>
    /// <param name="path">The part's file.</param>
    /// <param name="identity">What the scores depend on.</param>
    /// <param name="classes">Scores of a clip.</param>
    /// <param name="features">Length of a clip's vector.</param>
    /// <exception cref="InputException">Another process writes it, or it holds the scores of something else.</exception>
    public static ScoreLog Open(string path, IReadOnlyDictionary<string, string> identity, int classes, int features)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FileStream ownership;
        try
        {
            ownership = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException failure)
        {
            throw new InputException($"{path}: another process writes this part. Wait for it, or give each process its own --shard i/n.", failure);
        }

        try
        {
            var header = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new SortedDictionary<string, string>(identity.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)) + "\n");
            var length = RecordLength(classes, features);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            if (file.Length < header.Length)
            {
                file.SetLength(0);
                file.Write(header);
            }
            else
            {
                RequireSame(path, ReadHeader(path, file), identity);
            }

            file.SetLength(header.Length + ((file.Length - header.Length) / length * length));
            file.Seek(0, SeekOrigin.End);
            return new ScoreLog(ownership, file, length, features);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    /// <summary>Reads the parts of a folder, of whatever sharding: where the last record of each clip lies.</summary>
    /// <exception cref="InputException">A part holds the scores of something else.</exception>
    public static ScoreIndex Read(string folder, IReadOnlyDictionary<string, string> identity, int classes, int features)
    {
        var records = new Dictionary<int, ScoreRecord>();
        var length = RecordLength(classes, features);
        var buffer = new byte[length];
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.scores") : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
            RequireSame(path, ReadHeader(path, file), identity);
            for (var start = file.Position; start + length <= file.Length; start += length)
            {
                file.ReadExactly(buffer);
                if (BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(length - 4)) == Crc32.HashToUInt32(buffer.AsSpan(0, length - 4)))
                {
                    records[BinaryPrimitives.ReadInt32LittleEndian(buffer)] = new ScoreRecord(path, start, StatusIn(path, buffer));
                }
            }
        }

        return new ScoreIndex(records, classes, features);
    }

    /// <summary>Appends a clip; null scores where it has none.</summary>
    /// <exception cref="InputException">The disk does not take it.</exception>
    public void Append(int row, ResultStatus status, ClipScores? scores)
    {
        Array.Clear(_record);
        BinaryPrimitives.WriteInt32LittleEndian(_record, row);
        Encoding.ASCII.GetBytes(SettingNames.Of(status), _record.AsSpan(sizeof(int), StatusLength));
        if (scores is not null)
        {
            float[] values = [.. scores.Logits, .. scores.Probabilities, .. scores.Features.AsSpan(0, _features)];
            MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(_record.AsSpan(Head));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(_record.AsSpan(_record.Length - 4), Crc32.HashToUInt32(_record.AsSpan(0, _record.Length - 4)));
        try
        {
            _file.Write(_record);
        }
        catch (IOException failure)
        {
            throw new InputException($"{_file.Name}: cannot be written ({failure.Message.TrimEnd('.')}). What is done is kept; make room, and start the same command again.", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        _lock.Dispose();
    }

    private static ResultStatus StatusIn(string path, byte[] record) =>
        SettingNames.TryParse<ResultStatus>(Encoding.ASCII.GetString(record, sizeof(int), StatusLength).TrimEnd('\0'), out var status)
            ? status
            : throw new InputException($"{path}: scores of another version of this tool. Choose another --output, or remove {Path.GetDirectoryName(path)}.");

    private static int RecordLength(int classes, int features) => Head + (4 * ((2 * classes) + features)) + 4;

    private static Dictionary<string, string> ReadHeader(string path, FileStream file)
    {
        var line = new List<byte>();
        file.Position = 0;
        for (int next; (next = file.ReadByte()) is not (-1 or '\n') && line.Count < 1 << 16;)
        {
            line.Add((byte)next);
        }

        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(line.ToArray()) ?? [];
        }
        catch (JsonException failure)
        {
            throw new InputException($"{path}: no scores of this tool. Remove it, or choose another --output.", failure);
        }
    }

    private static void RequireSame(string path, Dictionary<string, string> found, IReadOnlyDictionary<string, string> expected)
    {
        var differing = expected.Keys.Union(found.Keys, StringComparer.Ordinal)
            .Where(key => !string.Equals(found.GetValueOrDefault(key), expected.GetValueOrDefault(key), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(key => $"{key} is {expected.GetValueOrDefault(key) ?? "absent"}, there {found.GetValueOrDefault(key) ?? "absent"}")
            .ToArray();
        if (differing.Length > 0)
        {
            throw new InputException($"{path}: scores of another run ({string.Join("; ", differing)}). Choose another --output, or remove {Path.GetDirectoryName(path)}.");
        }
    }
}

/// <summary>Where a clip's scores lie, and how it went.</summary>
internal readonly record struct ScoreRecord(string Path, long Start, ResultStatus Status);

/// <summary>The records of all parts.</summary>
public sealed class ScoreIndex
{
    private readonly Dictionary<int, ScoreRecord> _records;
    private readonly int _classes;
    private readonly int _features;

    internal ScoreIndex(Dictionary<int, ScoreRecord> records, int classes, int features)
    {
        _records = records;
        _classes = classes;
        _features = features;
    }

    /// <summary>How a row went; null where it was not done yet.</summary>
    public ResultStatus? StatusOf(int row) => _records.TryGetValue(row, out var record) ? record.Status : null;

    /// <summary>Fills the scores of a row that went well; spans may be empty.</summary>
    public void Read(int row, Span<float> logits, Span<float> probabilities, Span<float> features)
    {
        var record = _records[row];
        using var file = File.OpenHandle(record.Path, share: FileShare.ReadWrite);
        var start = record.Start + ScoreLog.Head;
        RandomAccess.Read(file, MemoryMarshal.AsBytes(logits), start);
        RandomAccess.Read(file, MemoryMarshal.AsBytes(probabilities), start + (4L * _classes));
        RandomAccess.Read(file, MemoryMarshal.AsBytes(features[..Math.Min(features.Length, _features)]), start + (8L * _classes));
    }
}
