using System.Text;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Tokenization;

/// <summary>
/// The byte-level BPE of Qwen2, equal to Hugging Face's <c>Qwen2Tokenizer</c>: added tokens are cut from the raw text, each
/// part between them is brought into NFC, cut into pieces by the Qwen2 pattern, and merged from UTF-8 bytes. Takes any UTF-16 text; a lone surrogate counts as U+FFFD. Safe to use from several threads.
/// </summary>
public sealed class ByteLevelTokenizer : ITokenizer
{
    private readonly BytePairVocabulary _vocabulary;
    private readonly BytePairEncoder _encoder;
    private readonly AddedTokenSplitter _rawTokens;
    private readonly AddedTokenSplitter _normalizedTokens;
    private readonly bool _isNormalizing;
    private readonly byte[]?[] _bytes;
    private readonly HashSet<int> _specialIds;
    private readonly Dictionary<string, int> _addedIds;

    internal ByteLevelTokenizer(BytePairVocabulary vocabulary, IReadOnlyCollection<AddedToken> added, bool isNormalizing)
    {
        _vocabulary = vocabulary;
        _encoder = new BytePairEncoder(vocabulary);
        _isNormalizing = isNormalizing;
        added = added.Select(token => token.IsNormalized && isNormalizing ? token with { Content = NfcNormalizer.Normalize(token.Content) } : token).ToArray();
        _rawTokens = new AddedTokenSplitter(added.Where(token => !token.IsNormalized));
        _normalizedTokens = new AddedTokenSplitter(added.Where(token => token.IsNormalized));
        _specialIds = added.Where(token => token.IsSpecial).Select(token => token.Id).ToHashSet();
        _addedIds = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in added)
        {
            _addedIds[token.Content] = token.Id;
        }

        VocabularySize = vocabulary.Ids.Values.Concat(_addedIds.Values).Max() + 1;
        _bytes = new byte[VocabularySize][];
        foreach ((var token, var id) in vocabulary.Ids.Concat(_addedIds))
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
    /// <param name="path">The checkpoint.</param>
    /// <exception cref="InputException">Files are missing or damaged, or describe another kind of tokenizer.</exception>
    public static ByteLevelTokenizer Open(CheckpointPath path) => TokenizerFiles.Open(path);

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text)
    {
        var result = new List<int>((text.Length / 3) + 4);
        foreach ((var start, var end, var token) in _rawTokens.Split(text))
        {
            if (token is null)
            {
                EncodePart(text[start..end], result);
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
        foreach (var id in ids)
        {
            var isShown = id >= 0 && id < _bytes.Length && !(skipSpecialTokens && _specialIds.Contains(id));
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
        if (_addedIds.TryGetValue(token, out var id) || _vocabulary.Ids.TryGetValue(ByteAlphabet.Spell(token), out id))
        {
            return id;
        }

        return null;
    }

    private void EncodePart(string raw, List<int> result)
    {
        var text = _isNormalizing ? NfcNormalizer.Normalize(raw) : WithoutLoneSurrogates(raw);
        if (_normalizedTokens.IsEmpty)
        {
            _encoder.Encode(text, result);
            return;
        }

        foreach ((var start, var end, var token) in _normalizedTokens.Split(text))
        {
            if (token is null)
            {
                _encoder.Encode(text.AsSpan(start, end - start), result);
            }
            else
            {
                result.Add(token.Id);
            }
        }
    }

    private static string WithoutLoneSurrogates(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? string.Concat(text.EnumerateRunes()) : text;
}
