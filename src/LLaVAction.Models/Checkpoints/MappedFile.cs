using System.IO.MemoryMappedFiles;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// A whole file mapped read-only into memory: the one place of this project that holds a pointer. Bytes are read from
/// disk when first touched, at page granularity, and stay valid until the mapping is disposed.
/// </summary>
internal sealed unsafe class MappedFile : ITensorMemory, IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _first;

    private MappedFile(MemoryMappedFile file, MemoryMappedViewAccessor view, long length)
    {
        _file = file;
        _view = view;
        Length = length;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _first);
        _first += view.PointerOffset;
    }

    public long Length { get; }

    /// <summary>Address of the first byte.</summary>
    /// <exception cref="ObjectDisposedException">The mapping is closed.</exception>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_first == null, this);
            return (nint)_first;
        }
    }

    /// <summary>Maps a file of at least one byte.</summary>
    /// <exception cref="InputException">The file is missing, empty or cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        MemoryMappedFile? file = null;
        MemoryMappedViewAccessor? view = null;
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var length = stream.Length;
            if (length == 0)
            {
                stream.Dispose();
                throw new InputException($"{path} is empty; expected a safetensors file. Copy or download it again.");
            }

            file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            return new MappedFile(file, view, length);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            view?.Dispose();
            file?.Dispose();
            throw new InputException($"{path} cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>A stretch of the file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The stretch is not inside the file.</exception>
    public ReadOnlySpan<byte> Span(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        return new ReadOnlySpan<byte>((byte*)Address + offset, length);
    }

    public void Dispose()
    {
        if (_first != null)
        {
            _first = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
