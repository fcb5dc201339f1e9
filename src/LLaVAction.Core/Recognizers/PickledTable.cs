using System.Buffers;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>A two-dimensional array of float16, float32 or float64 scores in a pickle, read a row at a time.</summary>
/// <param name="file">The pickle.</param>
/// <param name="scores">The scores, clips × classes.</param>
/// <param name="name">Their name in the pickle.</param>
/// <param name="columns">The classes of the columns.</param>
/// <param name="tieBreaks">An array of the same shape that orders equal scores; null where there is none.</param>
internal sealed class PickledTable(PickleFile file, PickleArray scores, string name, ScoreColumns columns, PickleArray? tieBreaks = null)
    : ScoreTable(columns, name)
{
    private readonly ArrayContent _scores = new(file, scores);
    private readonly Lazy<ArrayContent?> _tieBreaks = new(() => tieBreaks is null ? null : new ArrayContent(file, tieBreaks));

    protected override void Read(int row, Span<double> destination) => Read(_scores, scores.Type.Size, row, destination);

    protected override double[]? ReadTieBreaks(int row)
    {
        if (tieBreaks is null || _tieBreaks.Value is not { } content)
        {
            return null;
        }

        var values = new double[Columns.Count];
        Read(content, tieBreaks.Type.Size, row, values);
        return values;
    }

    private static void Read(ArrayContent content, int size, int row, Span<double> destination)
    {
        var length = destination.Length * size;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        content.Read((long)row * length, bytes.AsSpan(0, length));
        content.Widen(bytes.AsSpan(0, length), destination);
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
