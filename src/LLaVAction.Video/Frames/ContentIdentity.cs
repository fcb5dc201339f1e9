using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace LLaVAction.Video.Frames;

/// <summary>What identifies the content of files, wherever they lie: their lengths and sixteen samples of each, hashed.</summary>
internal sealed class ContentIdentity
{
    private const int Samples = 16;
    private const int SampleBytes = 4096;

    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>The identity of files in their order; each file is read once.</summary>
    /// <exception cref="FrameReadException">A file cannot be read.</exception>
    public string Of(IEnumerable<string> paths) => string.Join('+', paths.Select(path => _known.GetOrAdd(path, Compute)));

    private static string Compute(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = RandomAccess.GetLength(file);
            hash.AppendData(BitConverter.GetBytes(length));
            var buffer = new byte[SampleBytes];
            for (var i = 0; i < Samples; i++)
            {
                // The first bytes, the last, and places between; a short file is read whole.
                var offset = Math.Min(i * (long)SampleBytes, length);
                if (length > Samples * SampleBytes)
                {
                    offset = i * (length - SampleBytes) / (Samples - 1);
                }

                hash.AppendData(buffer, 0, RandomAccess.Read(file, buffer, offset));
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FrameReadException(FrameReadFailure.DecodeError, $"{path}: cannot be read: {failure.Message}", failure);
        }
    }
}
