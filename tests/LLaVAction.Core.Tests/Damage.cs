using System.Diagnostics;

namespace LLaVAction.Tests;

/// <summary>Truncates a valid file everywhere and flips its bytes: reading gives a result or an <see cref="InputException"/>, quickly, in little memory.</summary>
internal static class Damage
{
    private const long MostBytes = 64L << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static void ForEach(byte[] valid, Func<byte[], Func<object>> reader, int flips = 800, int truncations = 250)
    {
        var random = new KeyedRandom(1, "damage", "test");
        for (var i = 0; i < truncations; i++)
        {
            Check(reader(valid[..(int)((long)valid.Length * i / truncations)]));
        }

        for (var i = 0; i < flips; i++)
        {
            var bytes = valid.ToArray();
            for (var flip = random.NextInt32(3); flip >= 0; flip--)
            {
                bytes[random.NextInt32(bytes.Length)] = (byte)random.NextInt32(256);
            }

            Check(reader(bytes));
        }
    }

    private static void Check(Func<object> read)
    {
        var start = Stopwatch.GetTimestamp();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            (read() as IDisposable)?.Dispose();
        }
        catch (InputException problem)
        {
            Assert.NotEmpty(problem.Message);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, MostBytes);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Longest);
    }
}
