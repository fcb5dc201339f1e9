using System.Runtime.InteropServices;

namespace LLaVAction.Models.Checkpoints;

/// <summary>What a tensor's bytes lie in.</summary>
internal interface ITensorMemory
{
    /// <summary>Address of the first byte.</summary>
    nint Address { get; }

    /// <summary>A stretch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The stretch is not inside.</exception>
    ReadOnlySpan<byte> Span(long offset, int length);
}

/// <summary>Bytes that are computed when they are first touched and then stay in memory, in one place.</summary>
/// <param name="compute">Fills an array of <see cref="Allocate"/>.</param>
internal sealed class ComputedBytes(Func<byte[]> compute) : ITensorMemory
{
    private readonly Lazy<byte[]> _bytes = new(compute);

    public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(_bytes.Value, 0);

    public ReadOnlySpan<byte> Span(long offset, int length) => _bytes.Value.AsSpan(checked((int)offset), length);

    // An array that the garbage collector never moves.
    public static byte[] Allocate(long length) => GC.AllocateUninitializedArray<byte>(checked((int)length), pinned: true);
}
