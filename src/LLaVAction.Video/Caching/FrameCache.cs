using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Caching;

/// <summary>
/// Frames of clips in a folder, one file an entry (<c>docs/formats/frame-cache.md</c>). Entries are written beside their place
/// and moved into it, so that any number of processes may share the folder; one that is damaged is not there, and is written
/// again. Safe to use from several threads.
/// </summary>
public sealed class FrameCache
{
    private const int Overhead = 4096;

    private const int HashBytes = 32;
    private const int HeaderBytes = 8 + (4 * sizeof(int));

    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly long _limit;
    private long _bytes;
    private DateTime _measured;
    private int _hits;
    private int _written;
    private int _damaged;
    private string? _trouble;

    /// <summary>Opens a folder, which is made where it is not there, and removes what killed processes left half-written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="limitBytes">The most bytes that it may hold; null for as many as the disk takes.</param>
    /// <exception cref="InputException">The folder cannot be used.</exception>
    public FrameCache(string folder, long? limitBytes)
    {
        _folder = Path.GetFullPath(folder);
        _limit = limitBytes ?? long.MaxValue;
        try
        {
            Directory.CreateDirectory(_folder);
            foreach (var leftover in Directory.EnumerateFiles(_folder, "*.tmp", SearchOption.AllDirectories))
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(leftover) > LeftoverAge)
                {
                    File.Delete(leftover);
                }
            }

            Measure();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"--frame-cache {folder} cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>Bytes that the entries take, as last measured and with what was written since.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Entries found, so far.</summary>
    public int Hits => _hits;

    /// <summary>Entries written, so far.</summary>
    public int Written => _written;

    /// <summary>Entries found damaged and removed, so far.</summary>
    public int Damaged => _damaged;

    /// <summary>Why entries are no longer written, in a sentence; null while they are.</summary>
    public string? Trouble => _trouble;

    /// <summary>Bytes that entries will take.</summary>
    /// <param name="clips">Clips.</param>
    /// <param name="framesPerClip">Frames of a clip, over all frame counts.</param>
    /// <param name="size">Width and height of a frame, in pixels.</param>
    public static long Estimate(int clips, int framesPerClip, int size) => clips * ((long)framesPerClip * size * size * 3 + Overhead);

    /// <summary>The frames of an entry; null where there is none, or a damaged one, which is removed.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="count">The frame count that it is for.</param>
    internal ClipFrames? TryRead(string key, int count)
    {
        var path = PathOf(key);
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if (Parse(File.ReadAllBytes(path), count) is { } frames)
            {
                Interlocked.Increment(ref _hits);
                return frames;
            }

            Interlocked.Increment(ref _damaged);
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another process replaced it meanwhile, or the disk failed: the clip is decoded.
        }

        return null;
    }

    /// <summary>Writes an entry, unless the folder is full. A failure to write is told by <see cref="Trouble"/> and costs no frames.</summary>
    /// <param name="key">The entry's key.</param>
    /// <param name="count">The frame count that it is for.</param>
    /// <param name="frames">The frames of that count.</param>
    internal void Write(string key, int count, ClipFrames frames)
    {
        if (_trouble is not null)
        {
            return;
        }

        var bytes = ToBytes(frames, count);
        if (!HasRoom(bytes.Length))
        {
            return;
        }

        var path = PathOf(key);
        var temporary = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
            Interlocked.Add(ref _bytes, bytes.Length);
            Interlocked.Increment(ref _written);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _trouble = $"The frame cache {_folder} takes no more frames ({failure.Message}); clips are decoded each time.";
            try
            {
                File.Delete(temporary);
            }
            catch (Exception left) when (left is IOException or UnauthorizedAccessException)
            {
                // Whoever opens the folder in an hour removes it.
            }
        }
    }

    private bool HasRoom(long bytes)
    {
        lock (_gate)
        {
            if (Bytes + bytes > _limit || DateTime.UtcNow - _measured > MeasureInterval)
            {
                // Others write here too.
                Measure();
            }

            if (Bytes + bytes <= _limit)
            {
                return true;
            }

            _trouble = FormattableString.Invariant(
                $"The frame cache {_folder} is full ({Bytes / 1e9:0.##} GB of --frame-cache-limit); the other clips are decoded each time.");
            return false;
        }
    }

    private void Measure()
    {
        var entries = new DirectoryInfo(_folder).EnumerateFiles("*.frames", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true });
        Interlocked.Exchange(ref _bytes, entries.Sum(static entry => entry.Length));
        _measured = DateTime.UtcNow;
    }

    private string PathOf(string key) => Path.Combine(_folder, key[..2], key + ".frames");

    // Mark, sizes, times, which frames are shown, pixels, and the SHA-256 of all that.
    private static byte[] ToBytes(ClipFrames frames, int count)
    {
        var selection = frames.Selections[count];
        var pixels = frames.Width * frames.Height * 3;
        var bytes = new byte[HeaderBytes + (sizeof(double) * frames.Frames.Count) + (sizeof(int) * selection.Count) + (pixels * frames.Frames.Count) + HashBytes];
        "LLAVAFR1"u8.CopyTo(bytes);
        var sizes = MemoryMarshal.Cast<byte, int>(bytes.AsSpan(8, 4 * sizeof(int)));
        (sizes[0], sizes[1], sizes[2], sizes[3]) = (frames.Width, frames.Height, frames.Frames.Count, selection.Count);
        var position = HeaderBytes;
        foreach (var seconds in frames.Seconds)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(position), seconds);
            position += sizeof(double);
        }

        foreach (var index in selection)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(position), index);
            position += sizeof(int);
        }

        foreach (var frame in frames.Frames)
        {
            frame.Span.CopyTo(bytes.AsSpan(position));
            position += pixels;
        }

        SHA256.HashData(bytes.AsSpan(0, position), bytes.AsSpan(position));
        return bytes;
    }

    private static ClipFrames? Parse(byte[] bytes, int count)
    {
        if (bytes.Length < HeaderBytes + HashBytes
            || !bytes.AsSpan().StartsWith("LLAVAFR1"u8)
            || !SHA256.HashData(bytes.AsSpan(0, bytes.Length - HashBytes)).AsSpan().SequenceEqual(bytes.AsSpan(bytes.Length - HashBytes)))
        {
            return null;
        }

        int Size(int index) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8 + (index * sizeof(int))));
        var (width, height, stored, shown) = (Size(0), Size(1), Size(2), Size(3));
        var pixels = (long)width * height * 3;
        if (width < 1 || height < 1 || stored < 1 || shown != count
            || bytes.Length != HeaderBytes + (sizeof(double) * (long)stored) + (sizeof(int) * (long)shown) + (pixels * stored) + HashBytes)
        {
            return null;
        }

        var selectionStart = HeaderBytes + (sizeof(double) * stored);
        var pixelStart = selectionStart + (sizeof(int) * shown);
        return new ClipFrames
        {
            Width = width,
            Height = height,
            Seconds = [.. Enumerable.Range(0, stored).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(HeaderBytes + (i * sizeof(double)))))],
            Frames = [.. Enumerable.Range(0, stored).Select(i => new ReadOnlyMemory<byte>(bytes, pixelStart + (i * (int)pixels), (int)pixels))],
            Selections = new Dictionary<int, IReadOnlyList<int>>
            {
                [count] = [.. Enumerable.Range(0, shown).Select(i => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(selectionStart + (i * sizeof(int)))))],
            },
        };
    }
}
