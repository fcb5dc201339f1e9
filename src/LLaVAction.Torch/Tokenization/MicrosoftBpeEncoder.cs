using LLaVAction.Models.Tokenization;
using Microsoft.ML.Tokenizers;

namespace LLaVAction.Torch.Tokenization;

/// <summary>Byte-level BPE by Microsoft.ML.Tokenizers. Added tokens and NFC, which it has not, are taken care of before.</summary>
internal sealed class MicrosoftBpeEncoder : ITextEncoder
{
    private readonly BytePairVocabulary _vocabulary;
    private readonly BpeTokenizer _tokenizer;

    /// <exception cref="InputException">The library does not take the vocabulary.</exception>
    public MicrosoftBpeEncoder(BytePairVocabulary vocabulary)
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

    /// <summary>Opens the tokenizer of a checkpoint folder with this encoder.</summary>
    /// <exception cref="InputException">Files are missing or damaged, or describe another kind of tokenizer.</exception>
    public static ITokenizer Open(string folder) => ByteLevelTokenizer.Open(folder, static vocabulary => new MicrosoftBpeEncoder(vocabulary));

    public void Encode(ReadOnlySpan<char> text, List<int> result)
    {
        if (!_vocabulary.TakesWholePieces)
        {
            result.AddRange(_tokenizer.EncodeToIds(text, considerNormalization: false));
            return;
        }

        // The library merges always; a piece that is a token is taken before it can.
        foreach (var (offset, length) in QwenPieces.Split(text))
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
        public static List<(int Offset, int Length)> Split(ReadOnlySpan<char> text)
        {
            var ends = new List<int>((text.Length / 4) + 4);
            QwenPreTokenizer.Split(text, ends);
            var pieces = new List<(int Offset, int Length)>(ends.Count);
            var start = 0;
            foreach (var end in ends)
            {
                pieces.Add((start, end - start));
                start = end;
            }

            return pieces;
        }

        public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => Split(text);

        public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text) => Split(text);
    }
}
