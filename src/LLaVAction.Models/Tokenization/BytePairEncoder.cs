using Microsoft.ML.Tokenizers;

namespace LLaVAction.Models.Tokenization;

/// <summary>
/// From text without added tokens to ids, merged by Microsoft.ML.Tokenizers. What that library has no means for stays ours:
/// added tokens cut from the raw text, NFC without ICU, and the pattern on whole characters. Safe from several threads.
/// </summary>
internal sealed class BytePairEncoder
{
    private readonly BytePairVocabulary _vocabulary;
    private readonly BpeTokenizer _tokenizer;

    /// <exception cref="InputException">The library does not take the vocabulary.</exception>
    public BytePairEncoder(BytePairVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        try
        {
            _tokenizer = BpeTokenizer.Create(new BpeOptions(vocabulary.Ids)
            {
                Merges = vocabulary.Merges.Select(static merge => $"{merge.Left} {merge.Right}"),
                ByteLevel = true,
                PreTokenizer = new QwenPieces(),
            });
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            throw new InputException(
                $"The tokenizer's vocabulary is not one that Microsoft.ML.Tokenizers takes: {failure.Message} Take all tokenizer files from one checkpoint.", failure);
        }
    }

    /// <summary>Appends the ids of a text: cut by the Qwen2 pattern, each piece merged.</summary>
    /// <param name="text">Normalised text without lone surrogates.</param>
    /// <param name="result">Receives the ids.</param>
    public void Encode(ReadOnlySpan<char> text, List<int> result)
    {
        if (!_vocabulary.TakesWholePieces)
        {
            result.AddRange(_tokenizer.EncodeToIds(text, considerNormalization: false));
            return;
        }

        // The library merges always; a piece that is a token is taken before it can.
        foreach (var (offset, length) in QwenPreTokenizer.Split(text))
        {
            var piece = text.Slice(offset, length);
            if (_vocabulary.Ids.TryGetValue(ByteAlphabet.Spell(piece.ToString()), out var id))
            {
                result.Add(id);
            }
            else
            {
                result.AddRange(_tokenizer.EncodeToIds(piece, considerPreTokenization: false, considerNormalization: false));
            }
        }
    }

    /// <summary>The pieces of the Qwen2 pattern; .NET's regular expressions would take a character beyond U+FFFF for two.</summary>
    private sealed class QwenPieces : PreTokenizer
    {
        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => QwenPreTokenizer.Split(text);

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => QwenPreTokenizer.Split(text);
    }
}
