using System.Runtime.InteropServices;
using System.Text;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Ports;

namespace LLaVAction.Embedded.Tokenization;

/// <summary>
/// The byte-level BPE of Qwen2, equal to Hugging Face's <c>Qwen2Tokenizer</c>: added tokens are cut from the raw text, each
/// part between them is brought into NFC, cut into pieces by the Qwen2 pattern, and merged from UTF-8 bytes. Takes any
/// UTF-16 text; a lone surrogate counts as U+FFFD. Safe to use from several threads.
/// </summary>
public sealed class ByteLevelBpeTokenizer : ITokenizer
{
    private readonly BytePairVocabulary _vocabulary;
    private readonly AddedTokenSplitter _rawTokens;
    private readonly AddedTokenSplitter _normalizedTokens;
    private readonly bool _isNormalizing;
    private readonly byte[]?[] _bytes;
    private readonly HashSet<int> _specialIds;
    private readonly Dictionary<string, int> _addedIds;
    private readonly PieceCache _cache = new();

    internal ByteLevelBpeTokenizer(BytePairVocabulary vocabulary, IReadOnlyCollection<AddedToken> added, bool isNormalizing)
    {
        _vocabulary = vocabulary;
        _isNormalizing = isNormalizing;
        added = added.Select(token => token.IsNormalized && isNormalizing ? token with { Content = NfcNormalizer.Normalize(token.Content) } : token).ToArray();
        _rawTokens = new AddedTokenSplitter(added.Where(token => !token.IsNormalized));
        _normalizedTokens = new AddedTokenSplitter(added.Where(token => token.IsNormalized));
        _specialIds = added.Where(token => token.IsSpecial).Select(token => token.Id).ToHashSet();
        _addedIds = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (AddedToken token in added)
        {
            _addedIds[token.Content] = token.Id;
        }

        VocabularySize = vocabulary.Ids.Values.Concat(_addedIds.Values).Max() + 1;
        _bytes = new byte[VocabularySize][];
        foreach ((string token, int id) in vocabulary.Ids.Concat(_addedIds))
        {
            _bytes[id] = ByteAlphabet.BytesOf(token);
        }
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <summary>
    /// Opens the tokenizer of a checkpoint folder: <c>tokenizer.json</c>, or <c>vocab.json</c> and <c>merges.txt</c>; added
    /// tokens from there, <c>added_tokens.json</c> and <c>tokenizer_config.json</c>.
    /// </summary>
    /// <exception cref="InputException">Files are missing or damaged, or describe another kind of tokenizer.</exception>
    public static ByteLevelBpeTokenizer Open(string folder) => TokenizerFiles.Open(folder);

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text)
    {
        var result = new List<int>((text.Length / 3) + 4);
        var merger = new BytePairMerger(_vocabulary);
        foreach ((int start, int end, AddedToken? token) in _rawTokens.Split(text))
        {
            if (token is null)
            {
                EncodePart(text[start..end], merger, result);
            }
            else
            {
                result.Add(token.Id);
            }
        }

        return result;
    }

    /// <inheritdoc/>
    /// <remarks>Ids that are no token's (padding rows of the embedding) are passed over.</remarks>
    public string Decode(IReadOnlyList<int> ids, bool skipSpecialTokens)
    {
        var bytes = new List<byte>(4 * ids.Count);
        foreach (int id in ids)
        {
            bool isShown = id >= 0 && id < _bytes.Length && !(skipSpecialTokens && _specialIds.Contains(id));
            if (isShown && _bytes[id] is { } token)
            {
                bytes.AddRange(token);
            }
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <inheritdoc/>
    public int? IdOf(string token)
    {
        if (_addedIds.TryGetValue(token, out int id) || _vocabulary.Ids.TryGetValue(ByteAlphabet.Spell(token), out id))
        {
            return id;
        }

        return null;
    }

    private void EncodePart(string raw, BytePairMerger merger, List<int> result)
    {
        string text = _isNormalizing ? NfcNormalizer.Normalize(raw) : raw;
        if (_normalizedTokens.IsEmpty)
        {
            EncodeText(text, merger, result);
            return;
        }

        foreach ((int start, int end, AddedToken? token) in _normalizedTokens.Split(text))
        {
            if (token is null)
            {
                EncodeText(text.AsSpan(start, end - start), merger, result);
            }
            else
            {
                result.Add(token.Id);
            }
        }
    }

    private void EncodeText(ReadOnlySpan<char> text, BytePairMerger merger, List<int> result)
    {
        var ends = new List<int>((text.Length / 4) + 4);
        QwenPreTokenizer.Split(text, ends);
        byte[] bytes = new byte[256];
        int start = 0;
        foreach (int end in ends)
        {
            ReadOnlySpan<char> piece = text[start..end];
            start = end;
            if (_cache.TryGet(piece, out ReadOnlySpan<int> known))
            {
                result.AddRange(known);
                continue;
            }

            int before = result.Count;
            EncodePiece(piece, ref bytes, merger, result);
            _cache.Add(piece, CollectionsMarshal.AsSpan(result)[before..]);
        }
    }

    private void EncodePiece(ReadOnlySpan<char> piece, ref byte[] bytes, BytePairMerger merger, List<int> result)
    {
        if (_vocabulary.TakesWholePieces && _vocabulary.Ids.TryGetValue(ByteAlphabet.Spell(piece.ToString()), out int id))
        {
            result.Add(id);
            return;
        }

        // A UTF-16 unit takes three bytes at most.
        if (bytes.Length < 3 * piece.Length)
        {
            bytes = new byte[3 * piece.Length];
        }

        merger.Merge(bytes.AsSpan(0, Encoding.UTF8.GetBytes(piece, bytes)), result);
    }
}
