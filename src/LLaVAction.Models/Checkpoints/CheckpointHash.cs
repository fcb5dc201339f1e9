using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// What identifies a checkpoint: SHA-256 over its weights, configuration and tokenizer files. It is the hash of the
/// lines that <c>sha256sum</c> prints for those files in name order, so anyone can check it:
/// <c>sha256sum config.json … | sha256sum</c>.
/// </summary>
public static class CheckpointHash
{
    private static readonly string[] SmallFiles =
    [
        "added_tokens.json", "config.json", "generation_config.json", "merges.txt", "preprocessor_config.json", "special_tokens_map.json",
        "tokenizer.json", "tokenizer_config.json", "video_preprocessor_config.json", "vocab.json",
    ];

    /// <summary>The names of the files that count, in ordinal order.</summary>
    /// <exception cref="InputException">The folder's weight files cannot be told.</exception>
    public static IReadOnlyList<string> FileNames(string folder) =>
        SmallFiles.Where(name => File.Exists(Path.Combine(folder, name)))
            .Concat(WeightFiles.Locate(folder).Select(path => Path.GetFileName(path)))
            .Order(StringComparer.Ordinal)
            .ToArray();

    /// <summary>
    /// The hash, 64 lower-case hexadecimal digits; of an adapter, over its own files and then its base's hash, under the name
    /// <c>base</c>. Files are read in parallel, at 0.5 to 2 GB/s each where the disk allows.
    /// </summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static string Compute(CheckpointPath path, CancellationToken cancellationToken = default)
    {
        if (path.Base is { } model)
        {
            var own = SmallFiles.Concat(LowRankAdapter.FileNames).Where(name => File.Exists(Path.Combine(path.Folder, name))).Order(StringComparer.Ordinal).ToArray();
            return Combine([.. own, "base"], [.. own.Select(name => HashFile(Path.Combine(path.Folder, name), cancellationToken)), Compute(model, cancellationToken)]);
        }

        var folder = path.Folder;
        var names = FileNames(folder);
        var hashes = new string[names.Count];
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Math.Min(8, Environment.ProcessorCount) };
        try
        {
            Parallel.For(0, names.Count, options, i => hashes[i] = HashFile(Path.Combine(folder, names[i]), cancellationToken));
        }
        catch (AggregateException failure) when (failure.InnerException is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{folder} cannot be hashed: {failure.InnerException.Message}", failure);
        }

        return Combine(names, hashes);
    }

    /// <summary>
    /// A hash in milliseconds over the same files, of safetensors files their length and header alone. It tells
    /// checkpoints of different shapes, layouts and tokenizers apart, not two trainings of one shape: enough to notice
    /// a folder that changed, not to name a model in a result.
    /// </summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static string ComputeQuickly(string folder)
    {
        var names = FileNames(folder);
        return Combine(names, names.Select(name => Path.Combine(folder, name)).Select(HashHead).ToArray());
    }

    private static string HashHead(string path)
    {
        if (!path.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            return HashFile(path, default);
        }

        using var mapping = MappedFile.Open(path);
        var header = mapping.Length < 8 ? 0 : Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(mapping.Span(0, 8)), 0, SafetensorsHeader.MaximumLength);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(mapping.Length));
        hash.AppendData(mapping.Span(0, (int)Math.Min(mapping.Length, 8 + header)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string HashFile(string path, CancellationToken cancellationToken)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Combine(IReadOnlyList<string> names, string[] hashes)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < names.Count; i++)
        {
            lines.Append(hashes[i]).Append("  ").Append(names[i]).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }
}
