using LLaVAction.Performance.Compute;
using LLaVAction.Torch.Native;

namespace LLaVAction.Performance.Torch;

/// <summary>What a run of the torch benchmark is about, and how it measures: round by round with the peer.</summary>
internal sealed record TorchRun(ComputeDevice Device, int Threads, string Shape, string? Python, int Rounds)
{
    /// <summary>Measures a piece of work beside the peer's same work and prints both; gives the seconds of ours.</summary>
    /// <param name="verb">The peer's verb.</param>
    /// <param name="items">How many items one round does.</param>
    /// <param name="unit">Items a second.</param>
    /// <param name="operations">Floating-point operations of a round, counted from the configuration.</param>
    /// <param name="gemm">The device's own rate.</param>
    /// <param name="sizes">The peer's sizes.</param>
    /// <param name="work">One round, waiting for the device included.</param>
    public double Compare(string verb, int items, string unit, double operations, double gemm, int[] sizes, Action work)
    {
        using var peer = PeerProcess.StartScript(
            "torch_engine_peer.py", Python, [Device.Name, Device.Precision, Threads, Shape, verb, .. sizes.Cast<object>()]);
        work();
        peer?.Run();
        var ours = new Timing();
        var theirs = new Timing();
        for (var round = 0; round < Rounds; round++)
        {
            ours.Measure(work);
            if (peer is not null)
            {
                theirs.Add(peer.Run());
            }
        }

        Print("torch", ours);
        if (peer is not null)
        {
            Print("transformers", theirs);
            Timing.Print($"ratio         {theirs.Median / ours.Median:F2} of medians, {theirs.Best / ours.Best:F2} of best ({peer.Description})");
        }

        return ours.Median;

        void Print(string who, Timing timing) => Timing.Print(
            $"{verb,-10} {who,-13} {items / timing.Median:F3} {unit} ({timing.Median:F3} s, {timing.Best:F3} best), MFU {operations / timing.Median / gemm:P0}");
    }
}
