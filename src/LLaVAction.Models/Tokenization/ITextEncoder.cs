namespace LLaVAction.Models.Tokenization;

/// <summary>The part of a byte-level BPE tokenizer that a stack brings: from text without added tokens to ids.</summary>
internal interface ITextEncoder
{
    /// <summary>Appends the ids of a text: cut by the Qwen2 pattern, each piece merged. Safe from several threads.</summary>
    /// <param name="text">Normalised text without lone surrogates.</param>
    /// <param name="result">Receives the ids.</param>
    void Encode(ReadOnlySpan<char> text, List<int> result);
}
