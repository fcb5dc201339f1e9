using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Tests.Kernels;

/// <summary>The workers do every piece once, survive failures and sleep between calls.</summary>
public sealed class WorkerPoolTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_piece_runs_once_call_after_call(int workers)
    {
        using var pool = new WorkerPool(workers);
        var runs = new int[100];
        var work = new Counting(runs, -1);
        for (var call = 0; call < 300; call++)
        {
            // Pauses of several lengths catch workers spinning, falling asleep and asleep.
            if (call % 25 == 0)
            {
                Thread.Sleep(call % 3);
            }

            pool.Run(ref work, 100 - (call % 7));
        }

        Assert.All(runs.Take(94), count => Assert.Equal(300, count));
    }

    [Fact]
    public void A_failing_piece_reaches_the_caller_and_the_pool_goes_on()
    {
        using var pool = new WorkerPool(3);
        var runs = new int[10];
        var failing = new Counting(runs, 4);
        var sound = new Counting(runs, -1);
        Assert.Throws<InvalidOperationException>(() => pool.Run(ref failing, 10));
        Array.Clear(runs);
        pool.Run(ref sound, 10);
        Assert.All(runs, count => Assert.Equal(1, count));
    }

    [Fact]
    public void Calls_from_several_threads_do_not_mix()
    {
        using var pool = new WorkerPool(2);
        int[][] runs = [new int[50], new int[50], new int[50]];
        Parallel.ForEach(runs, counts =>
        {
            var work = new Counting(counts, -1);
            for (var call = 0; call < 50; call++)
            {
                pool.Run(ref work, 50);
            }
        });
        Assert.All(runs, counts => Assert.All(counts, count => Assert.Equal(50, count)));
    }

    [Fact]
    public void Native_memory_is_counted_and_out_of_reach_once_given_back()
    {
        var buffer = new NativeBuffer(1000);
        Assert.True(NativeBuffer.LiveBytes >= 4000);
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
    }

    private readonly struct Counting(int[] runs, int failing) : IParallelWork
    {
        public void Run(int piece, int worker)
        {
            if (piece == failing)
            {
                throw new FormatException("piece 4");
            }

            Interlocked.Increment(ref runs[piece]);
        }
    }
}
