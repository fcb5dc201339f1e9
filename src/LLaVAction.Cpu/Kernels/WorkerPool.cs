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

    private readonly Lock gate = new();
    private readonly Thread[] threads;
    private readonly Sleeper[] sleepers;
    private delegate*<void*, int, int, void> invoke;
    private void* work;
    private int pieceCount;
    private int nextPiece;
    private int busyWorkers;
    private int epoch;
    private volatile bool isStopping;
    private Exception? failure;

    /// <summary>Starts the workers.</summary>
    /// <param name="workers">Threads to use, the caller's included; null for what the process may use (its CPU limit).</param>
    public WorkerPool(int? workers = null)
    {
        Workers = workers ?? Environment.ProcessorCount;
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1, nameof(workers));
        threads = new Thread[Workers - 1];
        sleepers = new Sleeper[Workers - 1];
        for (int index = 0; index < threads.Length; index++)
        {
            int worker = index + 1;
            sleepers[index] = new Sleeper();
            threads[index] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"kernel worker {worker}" };
            threads[index].Start();
        }
    }

    /// <summary>Number of workers, the caller included.</summary>
    public int Workers { get; }

    /// <summary>Runs all pieces of <paramref name="body"/> and waits for them.</summary>
    public void Run<TWork>(ref TWork body, int pieces)
        where TWork : struct, IParallelWork
    {
        if (pieces <= 1 || Workers == 1)
        {
            lock (gate)
            {
                for (int piece = 0; piece < pieces; piece++)
                {
                    body.Run(piece, 0);
                }
            }

            return;
        }

        lock (gate)
        {
            // The work stays on the caller's stack: the caller leaves only when every worker has let go of it.
            work = Unsafe.AsPointer(ref body);
            invoke = &Invoke<TWork>;
            pieceCount = pieces;
            nextPiece = 0;
            failure = null;
            Volatile.Write(ref busyWorkers, threads.Length);
            Interlocked.Increment(ref epoch);
            WakeAll();
            TakePieces(0);
            var spinner = default(SpinWait);
            for (int spins = 0; Volatile.Read(ref busyWorkers) > 0; spins++)
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

            work = null;
            if (failure is { } exception)
            {
                throw new InvalidOperationException("A kernel worker failed.", exception);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            if (isStopping)
            {
                return;
            }

            isStopping = true;
            Interlocked.Increment(ref epoch);
            WakeAll();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        foreach (Sleeper sleeper in sleepers)
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
            for (int piece = Interlocked.Increment(ref nextPiece) - 1; piece < pieceCount; piece = Interlocked.Increment(ref nextPiece) - 1)
            {
                invoke(work, piece, worker);
            }
        }
        catch (Exception exception)
        {
            // On a worker's own thread it would end the process; the caller throws it instead, once all have stopped.
            Interlocked.CompareExchange(ref failure, exception, null);
            Volatile.Write(ref nextPiece, pieceCount);
        }
    }

    private void Loop(int worker)
    {
        int seen = 0;
        while (true)
        {
            seen = WaitForNext(seen, sleepers[worker - 1]);
            if (isStopping)
            {
                return;
            }

            TakePieces(worker);
            Interlocked.Decrement(ref busyWorkers);
        }
    }

    private void WakeAll()
    {
        foreach (Sleeper sleeper in sleepers)
        {
            if (Interlocked.Exchange(ref sleeper.IsAsleep, 0) != 0)
            {
                sleeper.Release();
            }
        }
    }

    private int WaitForNext(int seen, Sleeper sleeper)
    {
        for (int spins = 0; spins < SpinsBeforeSleep; spins++)
        {
            int current = Volatile.Read(ref epoch);
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
            int current = Volatile.Read(ref epoch);
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
