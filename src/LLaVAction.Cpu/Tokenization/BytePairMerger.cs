using LLaVAction.Models.Tokenization;

namespace LLaVAction.Cpu.Tokenization;

/// <summary>
/// Merges the bytes of a piece into tokens: always the pair of lowest rank, the leftmost of equals. With a queue of
/// candidate pairs this takes n log n steps, so that a piece of 100,000 letters is no trouble. Not for several threads.
/// </summary>
internal sealed class BytePairMerger(BytePairVocabulary vocabulary)
{
    private readonly PriorityQueue<int, long> _candidates = new();
    private int[] _ids = new int[64];
    private int[] _next = new int[64];
    private int[] _previous = new int[64];

    /// <summary>Appends the tokens of a piece.</summary>
    public void Merge(ReadOnlySpan<byte> piece, List<int> result)
    {
        Start(piece);
        while (_candidates.TryDequeue(out var left, out var priority))
        {
            // A candidate is stale when either side has been merged into something else meanwhile.
            var right = _next[left];
            if (right < 0 || !vocabulary.TryMerge(_ids[left], _ids[right], out var rank, out var id) || rank != (int)(priority >> 32))
            {
                continue;
            }

            _ids[left] = id;
            Unlink(left, right);
            AddCandidate(left);
            if (_previous[left] >= 0)
            {
                AddCandidate(_previous[left]);
            }
        }

        for (var position = piece.IsEmpty ? -1 : 0; position >= 0; position = _next[position])
        {
            result.Add(_ids[position]);
        }
    }

    private void Start(ReadOnlySpan<byte> piece)
    {
        if (_ids.Length < piece.Length)
        {
            var length = Math.Max(piece.Length, 2 * _ids.Length);
            _ids = new int[length];
            _next = new int[length];
            _previous = new int[length];
        }

        for (var i = 0; i < piece.Length; i++)
        {
            _ids[i] = vocabulary.IdOfByte(piece[i]);
            _previous[i] = i - 1;
            _next[i] = i + 1 < piece.Length ? i + 1 : -1;
        }

        for (var i = 0; i + 1 < piece.Length; i++)
        {
            AddCandidate(i);
        }
    }

    private void Unlink(int left, int right)
    {
        _next[left] = _next[right];
        if (_next[right] >= 0)
        {
            _previous[_next[right]] = left;
        }

        // Marks the right side as gone for candidates that still begin there.
        _next[right] = -1;
    }

    private void AddCandidate(int left)
    {
        var right = _next[left];
        if (right >= 0 && vocabulary.TryMerge(_ids[left], _ids[right], out var rank, out _))
        {
            _candidates.Enqueue(left, ((long)rank << 32) | (uint)left);
        }
    }
}
