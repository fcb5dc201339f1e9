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

    public WorkerPool Pool { get; }

    public MicroKernel Kernel { get; }

    public long ScratchBytes => _scratch.Sum(buffer => (buffer?.Length ?? 0) * sizeof(float));

    // What runs attention; used again by every call.
    internal AttentionJob AttentionJob { get; }

    // What runs projections; used again by every call.
    internal LinearJob LinearJob { get; }

    // What runs projections of a single row; used again by every call.
    internal RowJob RowJob { get; }

    public void Dispose()
    {
        Pool.Dispose();
        foreach (var buffer in _scratch)
        {
            buffer?.Dispose();
        }
    }

    // Scratch that all workers of one call share; holds whatever the last user left.
    internal unsafe float* SharedScratch(long length)
    {
        Reserve(Pool.Workers, length);
        return _scratch[Pool.Workers]!.Pointer;
    }

    // Makes sure of length values of scratch for each worker; to be called before work is shared out.
    internal void ReserveWorkerScratch(long length)
    {
        for (var worker = 0; worker < Pool.Workers; worker++)
        {
            Reserve(worker, length);
        }
    }

    // One worker's scratch, as long as was last reserved; holds whatever the last user left.
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
