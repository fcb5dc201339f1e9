using System.Collections.Concurrent;

namespace LLaVAction.Cpu.Tokenization;

/// <summary>
/// Tokens of pieces merged before: prompts repeat the same few hundred words. Bounded, so that no text makes it grow
/// without end; safe from several threads.
/// </summary>
internal sealed class PieceCache
{
    private const int MostPieces = 1 << 16;
    private const int LongestPiece = 24;

    private readonly ConcurrentDictionary<string, int[]> _pieces = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private int _count;

    public PieceCache()
    {
        _bySpan = _pieces.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public bool TryGet(ReadOnlySpan<char> piece, out ReadOnlySpan<int> ids)
    {
        var isThere = _bySpan.TryGetValue(piece, out var found);
        ids = found;
        return isThere;
    }

    public void Add(ReadOnlySpan<char> piece, ReadOnlySpan<int> ids)
    {
        if (piece.Length <= LongestPiece && Volatile.Read(ref _count) < MostPieces && _pieces.TryAdd(piece.ToString(), ids.ToArray()))
        {
            Interlocked.Increment(ref _count);
        }
    }
}
