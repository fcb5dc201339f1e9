using System.Globalization;
using System.Runtime.InteropServices;

namespace LLaVAction.Torch.Inference;

/// <summary>The parts of a batch shape that can be halved.</summary>
internal enum ShapeAxis
{
    VisionFrames,

    SuffixRows,
}

/// <summary>
/// The batch shape in force. Where the device runs out of memory, the shape is halved, which is written down, and the work
/// is done again.
/// </summary>
internal sealed class ShapeInForce(BatchShape initial)
{
    private static readonly string[] OutOfMemoryTexts =
        ["out of memory", "not enough memory", "can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED"];

    private readonly List<string> _changes = [];

    public BatchShape Current { get; private set; } = initial;

    public IReadOnlyList<string> Changes => _changes;

    // Tried before each piece of work, with its size; tests let it run out of memory.
    internal Action<ShapeAxis, int>? BeforeWork { get; set; }

    /// <summary>Does a piece of work at the size in force, smaller and smaller until it fits.</summary>
    /// <exception cref="InputException">It does not fit at size 1.</exception>
    public T Run<T>(ShapeAxis axis, Func<int, T> work)
    {
        while (true)
        {
            var size = Size(axis);
            try
            {
                BeforeWork?.Invoke(axis, size);
                return work(size);
            }
            catch (ExternalException failure) when (IsOutOfMemory(failure))
            {
                if (size == 1)
                {
                    throw new InputException(
                        $"Out of memory with one {Noun(axis)} at a time. Use fewer frames, --precision bfloat16, a smaller model, or a device with more memory that nothing else uses.",
                        failure);
                }

                Halve(axis, size);
            }
        }
    }

    private static bool IsOutOfMemory(ExternalException failure)
        => Array.Exists(OutOfMemoryTexts, text => failure.Message.Contains(text, StringComparison.OrdinalIgnoreCase));

    private static string Noun(ShapeAxis axis) => axis == ShapeAxis.VisionFrames ? "frame" : "prompt";

    private int Size(ShapeAxis axis) => axis == ShapeAxis.VisionFrames ? Current.VisionFrames : Current.SuffixRows;

    private void Halve(ShapeAxis axis, int size)
    {
        var half = size / 2;
        Current = axis == ShapeAxis.VisionFrames ? Current with { VisionFrames = half } : Current with { SuffixRows = half };
        _changes.Add(string.Create(CultureInfo.InvariantCulture, $"Out of memory with {size} {Noun(axis)}s at a time; went on with {half}."));
    }
}
