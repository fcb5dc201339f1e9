using System.Runtime.InteropServices;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// Float32 values outside the managed heap, aligned to 64 bytes (a cache line, and the widest vector). Zero when made.
/// </summary>
internal sealed unsafe class NativeBuffer : SafeHandle
{
    /// <summary>Alignment of every buffer, in bytes.</summary>
    public const int Alignment = 64;

    private static long liveBytes;
    private readonly nuint byteCount;

    /// <summary>Allocates a buffer of <paramref name="length"/> zeros.</summary>
    /// <exception cref="OutOfMemoryException">The memory cannot be had.</exception>
    public NativeBuffer(long length)
        : base(IntPtr.Zero, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        byteCount = checked((nuint)Math.Max(1, length) * sizeof(float));
        void* memory = NativeMemory.AlignedAlloc(byteCount, Alignment);
        NativeMemory.Clear(memory, byteCount);
        SetHandle((IntPtr)memory);
        Interlocked.Add(ref liveBytes, (long)byteCount);
        GC.AddMemoryPressure((long)byteCount);
    }

    /// <summary>Bytes held by all buffers of the process: flat over time unless something leaks.</summary>
    public static long LiveBytes => Interlocked.Read(ref liveBytes);

    /// <summary>Number of values.</summary>
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

    /// <summary>All values; only for buffers of fewer than 2³¹ values.</summary>
    public Span<float> Span => new(Pointer, checked((int)Length));

    /// <inheritdoc/>
    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        Interlocked.Add(ref liveBytes, -(long)byteCount);
        GC.RemoveMemoryPressure((long)byteCount);
        return true;
    }
}
