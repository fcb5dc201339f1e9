using System.Runtime.InteropServices;
using System.Text;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Cpu.Tokenization;

/// <summary>Cuts text into pieces and merges their UTF-8 bytes, remembering the pieces that come again and again.</summary>
internal sealed class ByteLevelBpeEncoder(BytePairVocabulary vocabulary) : ITextEncoder
{
    private readonly PieceCache _cache = new();

    /// <summary>Opens the tokenizer of a checkpoint folder with this encoder.</summary>
    /// <exception cref="InputException">Files are missing or damaged, or describe another kind of tokenizer.</exception>
    public static ITokenizer Open(string folder) => ByteLevelTokenizer.Open(folder, static vocabulary => new ByteLevelBpeEncoder(vocabulary));

    public void Encode(ReadOnlySpan<char> text, List<int> result)
    {
        var merger = new BytePairMerger(vocabulary);
        var ends = new List<int>((text.Length / 4) + 4);
        QwenPreTokenizer.Split(text, ends);
        var bytes = new byte[256];
        var start = 0;
        foreach (var end in ends)
        {
            var piece = text[start..end];
            start = end;
            if (_cache.TryGet(piece, out var known))
            {
                result.AddRange(known);
                continue;
            }

            var before = result.Count;
            EncodePiece(piece, ref bytes, merger, result);
            _cache.Add(piece, CollectionsMarshal.AsSpan(result)[before..]);
        }
    }

    private void EncodePiece(ReadOnlySpan<char> piece, ref byte[] bytes, BytePairMerger merger, List<int> result)
    {
        if (vocabulary.TakesWholePieces && vocabulary.Ids.TryGetValue(ByteAlphabet.Spell(piece.ToString()), out var id))
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
