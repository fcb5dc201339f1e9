using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Performance.Compute;

/// <summary>What the machine can do at best: independent multiply-adds in registers, and copying more memory than caches hold.</summary>
internal static class MachinePeak
{
    private const int Chains = 12;
    private const long Steps = 60_000_000;
    private const int CopyBytes = 256 << 20;

    /// <summary>Verb <c>peak</c>.</summary>
    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--threads");
        var most = options.Number("--threads", Environment.ProcessorCount);
        foreach (var threads in new[] { 1, most }.Distinct())
        {
            foreach (var bits in new[] { 512, 256 })
            {
                if (bits == 256 || Vector512.IsHardwareAccelerated)
                {
                    Timing.Print($"multiply-add peak, {bits} bits   {threads} thread(s)  {Flops(threads, bits) / 1e9:F1} GFLOP/s");
                }
            }

            Timing.Print($"copy bandwidth (bytes copied)  {threads} thread(s)  {CopyBandwidth(threads) / 1e9:F1} GB/s, as much again is written");
        }

        return 0;
    }

    /// <summary>Floating-point operations a second with registers of so many bits (0: as the best matrix kernel has).</summary>
    public static double Flops(int threads, int bits = 0)
    {
        var isWide = bits == 512 || (bits == 0 && Vector512.IsHardwareAccelerated);
        var best = 0.0;

        // The best of many: the system may run two new threads on one core for a while.
        for (var round = 0; round < 8; round++)
        {
            var timing = new Timing();
            timing.Measure(() => OnThreads(threads, _ => Volatile.Write(ref _sink, isWide ? Chain512(Steps) : Chain256(Steps))));
            best = Math.Max(best, threads * Steps * Chains * (isWide ? 32.0 : 16.0) / timing.Best);
        }

        return best;
    }

    /// <summary>Bytes copied a second from one large buffer to another.</summary>
    public static double CopyBandwidth(int threads)
    {
        var source = new byte[CopyBytes];
        var target = new byte[CopyBytes];
        source.AsSpan().Fill(1);
        var part = CopyBytes / threads;
        var timing = Timing.Of(
            () => OnThreads(threads, thread => source.AsSpan(thread * part, part).CopyTo(target.AsSpan(thread * part, part))), rounds: 7, seconds: 1);
        return (double)part * threads / timing.Median;
    }

    private static float _sink;

    private static void OnThreads(int count, Action<int> action)
    {
        Thread[] threads = [.. Enumerable.Range(1, count - 1).Select(index => new Thread(() => action(index)))];
        Array.ForEach(threads, thread => thread.Start());
        action(0);
        Array.ForEach(threads, thread => thread.Join());
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain512(long steps)
    {
        Vector512<float> b = Vector512.Create(0.999f), c = Vector512.Create(0.001f);
        Vector512<float> s0 = c, s1 = c, s2 = c, s3 = c, s4 = c, s5 = c, s6 = c, s7 = c, s8 = c, s9 = c, s10 = c, s11 = c;
        for (long step = 0; step < steps; step++)
        {
            s0 = Vector512.FusedMultiplyAdd(s0, b, c);
            s1 = Vector512.FusedMultiplyAdd(s1, b, c);
            s2 = Vector512.FusedMultiplyAdd(s2, b, c);
            s3 = Vector512.FusedMultiplyAdd(s3, b, c);
            s4 = Vector512.FusedMultiplyAdd(s4, b, c);
            s5 = Vector512.FusedMultiplyAdd(s5, b, c);
            s6 = Vector512.FusedMultiplyAdd(s6, b, c);
            s7 = Vector512.FusedMultiplyAdd(s7, b, c);
            s8 = Vector512.FusedMultiplyAdd(s8, b, c);
            s9 = Vector512.FusedMultiplyAdd(s9, b, c);
            s10 = Vector512.FusedMultiplyAdd(s10, b, c);
            s11 = Vector512.FusedMultiplyAdd(s11, b, c);
        }

        return Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain256(long steps)
    {
        Vector256<float> b = Vector256.Create(0.999f), c = Vector256.Create(0.001f);
        Vector256<float> s0 = c, s1 = c, s2 = c, s3 = c, s4 = c, s5 = c, s6 = c, s7 = c, s8 = c, s9 = c, s10 = c, s11 = c;
        for (long step = 0; step < steps; step++)
        {
            s0 = Vector256.FusedMultiplyAdd(s0, b, c);
            s1 = Vector256.FusedMultiplyAdd(s1, b, c);
            s2 = Vector256.FusedMultiplyAdd(s2, b, c);
            s3 = Vector256.FusedMultiplyAdd(s3, b, c);
            s4 = Vector256.FusedMultiplyAdd(s4, b, c);
            s5 = Vector256.FusedMultiplyAdd(s5, b, c);
            s6 = Vector256.FusedMultiplyAdd(s6, b, c);
            s7 = Vector256.FusedMultiplyAdd(s7, b, c);
            s8 = Vector256.FusedMultiplyAdd(s8, b, c);
            s9 = Vector256.FusedMultiplyAdd(s9, b, c);
            s10 = Vector256.FusedMultiplyAdd(s10, b, c);
            s11 = Vector256.FusedMultiplyAdd(s11, b, c);
        }

        return Vector256.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
    }
}
