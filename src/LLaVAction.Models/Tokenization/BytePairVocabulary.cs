using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Tokenization;

/// <summary>The tokens and merges of a byte-level BPE, checked: a token for every byte, and for the result of every merge.</summary>
internal sealed class BytePairVocabulary
{
    // No vocabulary comes near this many ids; it bounds what a damaged file can make us allocate.
    public const int MaximumId = 1 << 22;

    /// <summary>Checks it.</summary>
    /// <param name="file">For messages.</param>
    /// <param name="ids">Token, spelt in the byte alphabet, to id.</param>
    /// <param name="merges">Left and right tokens, first merge first; of a pair given twice the later place counts.</param>
    /// <param name="takesWholePieces">Whether a piece that is a token is taken without merging (<c>ignore_merges</c>).</param>
    /// <exception cref="InputException">A byte has no token, or a merge joins or makes something that is no token.</exception>
    public BytePairVocabulary(string file, Dictionary<string, int> ids, IReadOnlyList<(string Left, string Right)> merges, bool takesWholePieces)
    {
        Ids = ids;
        TakesWholePieces = takesWholePieces;
        for (var value = 0; value < 256; value++)
        {
            var character = ByteAlphabet.CharacterOf((byte)value);
            if (!ids.ContainsKey(character.ToString()))
            {
                throw new InputException($"{file}: the vocabulary has no token '{character}' for byte 0x{value:X2}; expected a byte-level BPE, which has one for each of the 256 bytes.");
            }
        }

        var places = new Dictionary<(string Left, string Right), int>(merges.Count);
        for (var place = 0; place < merges.Count; place++)
        {
            var (left, right) = merges[place];
            if (!ids.ContainsKey(left) || !ids.ContainsKey(right) || !ids.ContainsKey(left + right))
            {
                throw new InputException(
                    $"{file}: merge {place + 1} joins {DisplayText.Quote(left)} and {DisplayText.Quote(right)}, and one of them or the result is not in the vocabulary. Take vocabulary and merges from one checkpoint.");
            }

            places[merges[place]] = place;
        }

        Merges = places.Count == merges.Count ? merges : [.. merges.Where((merge, place) => places[merge] == place)];
    }

    public bool TakesWholePieces { get; }

    public IReadOnlyDictionary<string, int> Ids { get; }

    public IReadOnlyList<(string Left, string Right)> Merges { get; }
}
