namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// What kernels run with: the workers, and scratch memory that grows to what the largest call needed and is then used
/// again, so that a steady state allocates nothing. One model owns one; its calls come one after the other.
/// </summary>
internal sealed class ComputeContext : IDisposable
{
    private readonly NativeBuffer?[] _scratch;

    /// <summary>Starts the workers.</summary>
    /// <param name="threads">Threads to use; null for what the process may use.</param>
    /// <param name="kernel">Variant of the matrix products; null for the fastest of this machine.</param>
    public ComputeContext(int? threads = null, MicroKernel? kernel = null)
    {
        Kernel = kernel ?? MicroKernel.Best;
        AttentionJob = new AttentionJob(this, Kernel);
        RowJob = new RowJob(this);
        LinearJob = new LinearJob(this, Kernel);
        Pool = new WorkerPool(threads);
        _scratch = new NativeBuffer?[Pool.Workers + 1];
    }

    /// <summary>The workers.</summary>
    public WorkerPool Pool { get; }

    /// <summary>The variant of the matrix products.</summary>
    public MicroKernel Kernel { get; }

    /// <summary>Bytes of scratch held.</summary>
    public long ScratchBytes => _scratch.Sum(buffer => (buffer?.Length ?? 0) * sizeof(float));

    /// <summary>What runs attention; used again by every call.</summary>
    internal AttentionJob AttentionJob { get; }

    /// <summary>What runs projections; used again by every call.</summary>
    internal LinearJob LinearJob { get; }

    /// <summary>What runs projections of a single row; used again by every call.</summary>
    internal RowJob RowJob { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Pool.Dispose();
        foreach (var buffer in _scratch)
        {
            buffer?.Dispose();
        }
    }

    /// <summary>Scratch that all workers of one call share; holds whatever the last user left.</summary>
    internal unsafe float* SharedScratch(long length)
    {
        Reserve(Pool.Workers, length);
        return _scratch[Pool.Workers]!.Pointer;
    }

    /// <summary>Makes sure of <paramref name="length"/> values of scratch for each worker; to be called before work is shared out.</summary>
    internal void ReserveWorkerScratch(long length)
    {
        for (var worker = 0; worker < Pool.Workers; worker++)
        {
            Reserve(worker, length);
        }
    }

    /// <summary>One worker's scratch, as long as was last reserved; holds whatever the last user left.</summary>
    internal unsafe float* WorkerScratch(int worker) => _scratch[worker]!.Pointer;

    private void Reserve(int slot, long length)
    {
        if (_scratch[slot] is not { } buffer || buffer.Length < length)
        {
            _scratch[slot]?.Dispose();
            _scratch[slot] = new NativeBuffer(length);
        }
    }
}
