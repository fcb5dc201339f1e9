using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Tokenization;

/// <summary>The tokens and merges of a byte-level BPE, checked: a token for every byte, and for the result of every merge.</summary>
internal sealed class BytePairVocabulary
{
    /// <summary>No vocabulary comes near this many ids; it bounds what a damaged file can make us allocate.</summary>
    public const int MaximumId = 1 << 22;

    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<long, (int Rank, int Id)> _merges;
    private readonly int[] _byteIds = new int[256];

    /// <summary>Builds it.</summary>
    /// <param name="file">For messages.</param>
    /// <param name="ids">Token, spelt in the byte alphabet, to id.</param>
    /// <param name="merges">Left and right tokens, first merge first; of a pair given twice the later place counts.</param>
    /// <param name="takesWholePieces">Whether a piece that is a token is taken without merging (<c>ignore_merges</c>).</param>
    public BytePairVocabulary(string file, Dictionary<string, int> ids, IReadOnlyCollection<(string Left, string Right)> merges, bool takesWholePieces)
    {
        _ids = ids;
        TakesWholePieces = takesWholePieces;
        for (var value = 0; value < 256; value++)
        {
            var character = ByteAlphabet.CharacterOf((byte)value);
            _byteIds[value] = ids.TryGetValue(character.ToString(), out var id)
                ? id
                : throw new InputException($"{file}: the vocabulary has no token '{character}' for byte 0x{value:X2}; expected a byte-level BPE, which has one for each of the 256 bytes.");
        }

        _merges = new Dictionary<long, (int Rank, int Id)>(merges.Count);
        var rank = 0;
        foreach ((var left, var right) in merges)
        {
            AddMerge(file, rank++, left, right);
        }
    }

    /// <summary>Whether a piece that is a token is taken without merging.</summary>
    public bool TakesWholePieces { get; }

    /// <summary>All tokens with their ids.</summary>
    public IReadOnlyDictionary<string, int> Ids => _ids;

    /// <summary>Left and right token of every merge, first merge first, each pair once.</summary>
    public IEnumerable<(string Left, string Right)> Merges
    {
        get
        {
            var tokens = _ids.ToDictionary(item => item.Value, item => item.Key);
            return _merges.OrderBy(merge => merge.Value.Rank).Select(merge => (tokens[(int)(merge.Key >> 32)], tokens[(int)merge.Key]));
        }
    }

    /// <summary>The id of a single byte.</summary>
    public int IdOfByte(byte value) => _byteIds[value];

    /// <summary>Rank and result of merging two neighbours; false where they do not merge.</summary>
    public bool TryMerge(int left, int right, out int rank, out int id)
    {
        var isMerge = _merges.TryGetValue(Key(left, right), out var merge);
        (rank, id) = merge;
        return isMerge;
    }

    private void AddMerge(string file, int rank, string left, string right)
    {
        if (!_ids.TryGetValue(left, out var leftId) || !_ids.TryGetValue(right, out var rightId) || !_ids.TryGetValue(left + right, out var id))
        {
            throw new InputException(
                $"{file}: merge {rank + 1} joins {DisplayText.Quote(left)} and {DisplayText.Quote(right)}, and one of them or the result is not in the vocabulary. Take vocabulary and merges from one checkpoint.");
        }

        _merges[Key(leftId, rightId)] = (rank, id);
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
