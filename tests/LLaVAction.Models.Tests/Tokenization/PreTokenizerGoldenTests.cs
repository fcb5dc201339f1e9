using LLaVAction.Models.Tokenization;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Tokenization;

/// <summary>The steps before merging, against the reference's.</summary>
public sealed class PreTokenizerGoldenTests
{
    public static IEnumerable<object?[]> PreTokenizeFiles() => GoldenFolder.Rows("tokenizer", "pretokenize_cases*.jsonl");

    public static IEnumerable<object?[]> NormalizationFiles() => GoldenFolder.Rows("tokenizer", "nfc_cases*.jsonl");

    [SkippableTheory]
    [MemberData(nameof(PreTokenizeFiles))]
    public void Texts_are_cut_into_the_references_pieces(string? file)
    {
        Skip.If(file is null, "no pre-tokenizer cases in the golden folder");

        Assert.All(GoldenFolder.Lines(file), line =>
        {
            var text = NfcNormalizer.Normalize(line.GetProperty("text").GetString()!);
            var pieces = QwenPreTokenizer.Split(text).Select(piece => text.Substring(piece.Offset, piece.Length));
            Assert.Equal(line.GetProperty("pieces_after_nfc_without_special_token_splitting").EnumerateArray().Select(piece => piece.GetString()), pieces);
        });
    }

    [SkippableTheory]
    [MemberData(nameof(NormalizationFiles))]
    public void Texts_are_brought_into_form_C(string? file)
    {
        Skip.If(file is null, "no normalisation cases in the golden folder");

        Assert.All(GoldenFolder.Lines(file), line => Assert.Equal(line.GetProperty("nfc").GetString(), NfcNormalizer.Normalize(line.GetProperty("text").GetString()!)));
    }
}
