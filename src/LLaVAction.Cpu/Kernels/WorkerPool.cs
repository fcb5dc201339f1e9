using System.Runtime.CompilerServices;

namespace LLaVAction.Cpu.Kernels;

/// <summary>Work in independent pieces. Which thread takes a piece never enters its result.</summary>
internal interface IParallelWork
{
    /// <summary>Does one piece.</summary>
    /// <param name="piece">0 up to the number of pieces.</param>
    /// <param name="worker">0 up to the number of workers; two pieces never run at once under one worker.</param>
    void Run(int piece, int worker);
}

/// <summary>
/// Fixed threads that share out pieces of work: the caller is worker 0, and every call returns when all pieces are done.
/// Idle workers spin for some microseconds (the next kernel usually follows at once) and then sleep, so that an idle model
/// costs nothing. Calls from several threads run one after the other.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 2000;

    private readonly Lock _gate = new();
    private readonly Thread[] _threads;
    private readonly Sleeper[] _sleepers;
    private delegate*<void*, int, int, void> _invoke;
    private void* _work;
    private int _pieceCount;
    private int _nextPiece;
    private int _busyWorkers;
    private int _epoch;
    private volatile bool _isStopping;
    private Exception? _failure;

    /// <summary>Starts the workers.</summary>
    /// <param name="workers">Threads to use, the caller's included; null for what the process may use (its CPU limit).</param>
    public WorkerPool(int? workers = null)
    {
        Workers = workers ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1, nameof(workers));
        _threads = new Thread[Workers - 1];
        _sleepers = new Sleeper[Workers - 1];
        for (var index = 0; index < _threads.Length; index++)
        {
            var worker = index + 1;
            _sleepers[index] = new Sleeper();
            _threads[index] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"kernel worker {worker}" };
            _threads[index].Start();
        }
    }

    public int Workers { get; }

    public void Run<TWork>(ref TWork body, int pieces)
        where TWork : struct, IParallelWork
    {
        if (pieces <= 1 || Workers == 1)
        {
            lock (_gate)
            {
                for (var piece = 0; piece < pieces; piece++)
                {
                    body.Run(piece, 0);
                }
            }

            return;
        }

        lock (_gate)
        {
            // The work stays on the caller's stack: the caller leaves only when every worker has let go of it.
            _work = Unsafe.AsPointer(ref body);
            _invoke = &Invoke<TWork>;
            _pieceCount = pieces;
            _nextPiece = 0;
            _failure = null;
            Volatile.Write(ref _busyWorkers, _threads.Length);
            Interlocked.Increment(ref _epoch);
            WakeAll();
            TakePieces(0);
            var spinner = default(SpinWait);
            for (var spins = 0; Volatile.Read(ref _busyWorkers) > 0; spins++)
            {
                if (spins < SpinsBeforeSleep)
                {
                    Thread.SpinWait(8);
                }
                else
                {
                    spinner.SpinOnce(sleep1Threshold: -1);
                }
            }

            _work = null;
            if (_failure is { } exception)
            {
                throw new InvalidOperationException("A kernel worker failed.", exception);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return;
            }

            _isStopping = true;
            Interlocked.Increment(ref _epoch);
            WakeAll();
        }

        foreach (var thread in _threads)
        {
            thread.Join();
        }

        foreach (var sleeper in _sleepers)
        {
            sleeper.Dispose();
        }
    }

    private static void Invoke<TWork>(void* body, int piece, int worker)
        where TWork : struct, IParallelWork
        => Unsafe.AsRef<TWork>(body).Run(piece, worker);

    private void TakePieces(int worker)
    {
        try
        {
            for (var piece = Interlocked.Increment(ref _nextPiece) - 1; piece < _pieceCount; piece = Interlocked.Increment(ref _nextPiece) - 1)
            {
                _invoke(_work, piece, worker);
            }
        }
        catch (Exception exception)
        {
            // On a worker's own thread it would end the process; the caller throws it instead, once all have stopped.
            Interlocked.CompareExchange(ref _failure, exception, null);
            Volatile.Write(ref _nextPiece, _pieceCount);
        }
    }

    private void Loop(int worker)
    {
        var seen = 0;
        while (true)
        {
            seen = WaitForNext(seen, _sleepers[worker - 1]);
            if (_isStopping)
            {
                return;
            }

            TakePieces(worker);
            Interlocked.Decrement(ref _busyWorkers);
        }
    }

    private void WakeAll()
    {
        foreach (var sleeper in _sleepers)
        {
            if (Interlocked.Exchange(ref sleeper.IsAsleep, 0) != 0)
            {
                sleeper.Release();
            }
        }
    }

    private int WaitForNext(int seen, Sleeper sleeper)
    {
        for (var spins = 0; spins < SpinsBeforeSleep; spins++)
        {
            var current = Volatile.Read(ref _epoch);
            if (current != seen)
            {
                return current;
            }

            Thread.SpinWait(8);
        }

        while (true)
        {
            // Marked asleep first, looked at the epoch second: whoever publishes work either sees the mark or is seen.
            Interlocked.Exchange(ref sleeper.IsAsleep, 1);
            var current = Volatile.Read(ref _epoch);
            if (current != seen)
            {
                // A signal that is already on its way only makes the next sleep end early.
                Interlocked.Exchange(ref sleeper.IsAsleep, 0);
                return current;
            }

            sleeper.Wait();
        }
    }

    /// <summary>One worker's own bed: a signal meant for one worker is never taken by another.</summary>
    private sealed class Sleeper() : SemaphoreSlim(0)
    {
        public int IsAsleep;
    }
}
