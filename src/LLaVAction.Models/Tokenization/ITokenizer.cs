namespace LLaVAction.Models.Tokenization;

/// <summary>Turns text into the token ids of a checkpoint's vocabulary, and back.</summary>
public interface ITokenizer
{
    /// <summary>One more than the largest token id, added tokens included; logits at and beyond it are masked.</summary>
    int VocabularySize { get; }

    /// <summary>The ids of a text. Special tokens written in the text become their ids; nothing is added.</summary>
    IReadOnlyList<int> Encode(string text);

    /// <summary>
    /// The text of the ids. Bytes that are not UTF-8 become U+FFFD; special tokens are left out when asked.
    /// </summary>
    string Decode(IReadOnlyList<int> ids, bool skipSpecialTokens);

    /// <summary>The id of one token by its exact text, for example <c>&lt;|im_end|&gt;</c>; null when there is none.</summary>
    int? IdOf(string token);
}
