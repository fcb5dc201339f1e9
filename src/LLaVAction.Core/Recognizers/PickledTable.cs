using System.Numerics;
using LLaVAction.Epic;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>A two-dimensional array of float16, float32 or float64 scores in a pickle, read a few rows at a time.</summary>
/// <param name="file">The pickle.</param>
/// <param name="scores">The scores, clips × classes.</param>
/// <param name="name">Their name in the pickle.</param>
/// <param name="columns">The classes of the columns.</param>
/// <param name="tieBreaks">An array of the same shape that orders equal scores; null where there is none.</param>
internal sealed class PickledTable<T>(PickleFile file, PickleArray scores, string name, ScoreColumns columns, PickleArray? tieBreaks = null)
    : ScoreTable<T>(columns, name)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ArrayContent _scores = new(file, scores);
    private readonly Lazy<ArrayContent?> _tieBreaks = new(() => tieBreaks is null ? null : new ArrayContent(file, tieBreaks));

    protected override void Read(int row, ScoreRow<T> scratch)
    {
        // A call of the system costs as much as ranking a row.
        var length = Columns.Count * scores.Type.Size;
        var first = row - (row % RowsTogether);
        if (scratch.BlockRow != first)
        {
            var rows = (int)Math.Min(RowsTogether, scores.Shape[0] - first);
            scratch.Block = scratch.Block.Length < rows * length ? new byte[RowsTogether * length] : scratch.Block;
            scratch.BlockRow = -1;
            _scores.Read((long)first * length, scratch.Block.AsSpan(0, rows * length));
            scratch.BlockRow = first;
        }

        _scores.Convert<T>(scratch.Block.AsSpan((row - first) * length, length), scratch.Scores);
    }

    protected override T[]? ReadTieBreaks(int row)
    {
        if (tieBreaks is null || _tieBreaks.Value is not { } content)
        {
            return null;
        }

        var values = new T[Columns.Count];
        var bytes = new byte[Columns.Count * tieBreaks.Type.Size];
        content.Read((long)row * bytes.Length, bytes);
        content.Convert<T>(bytes, values);
        return values;
    }
}

/// <summary>Ranks the scores of a pickle in a type that holds them exactly.</summary>
internal static class PickledTable
{
    // As RankAll: single precision serves float16 and float32.
    public static Dictionary<string, ActionRanking> RankAll(
        PickleFile file, PickleArray scores, string name, ScoreColumns columns, PickleArray? tieBreaks, IReadOnlyList<ClipAnnotation?> clips, int top, Func<int, string> placeOf) =>
        Math.Max(scores.Type.Size, tieBreaks?.Type.Size ?? 0) > sizeof(float)
            ? new PickledTable<double>(file, scores, name, columns, tieBreaks).RankAll(clips, top, placeOf)
            : new PickledTable<float>(file, scores, name, columns, tieBreaks).RankAll(clips, top, placeOf);
}
