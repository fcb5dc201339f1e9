using System.Runtime.InteropServices;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// Float32 values outside the managed heap, aligned to 64 bytes (a cache line, and the widest vector). Zero when made.
/// </summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    public const int Alignment = 64;

    private static long _liveBytes;
    private readonly nuint _byteCount;

    /// <summary>Allocates a buffer of <paramref name="length"/> zeros.</summary>
    /// <exception cref="OutOfMemoryException">The memory cannot be had.</exception>
    public NativeBuffer(long length)
        : base(IntPtr.Zero, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _byteCount = checked((nuint)Math.Max(1, length) * sizeof(float));
        var memory = NativeMemory.AlignedAlloc(_byteCount, Alignment);
        NativeMemory.Clear(memory, _byteCount);
        SetHandle((IntPtr)memory);
        Interlocked.Add(ref _liveBytes, (long)_byteCount);
        GC.AddMemoryPressure((long)_byteCount);
    }

    // Bytes held by all buffers of the process: flat over time unless something leaks.
    public static long LiveBytes => Interlocked.Read(ref _liveBytes);

    public long Length { get; }

    /// <summary>The first value.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed of.</exception>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (float*)handle;
        }
    }

    // All values; only for buffers of fewer than 2³¹ values.
    public Span<float> Span => new(Pointer, checked((int)Length));

    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        Interlocked.Add(ref _liveBytes, -(long)_byteCount);
        GC.RemoveMemoryPressure((long)_byteCount);
        return true;
    }
}
