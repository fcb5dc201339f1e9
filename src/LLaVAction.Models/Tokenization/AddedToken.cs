namespace LLaVAction.Models.Tokenization;

/// <summary>A token outside the merges, found in the text as it stands.</summary>
/// <param name="Content">Its exact text.</param>
/// <param name="Id">Its id.</param>
/// <param name="IsSpecial">Left out on decoding when asked.</param>
/// <param name="IsNormalized">Looked for after normalisation, not in the raw text.</param>
/// <param name="StripsLeft">Takes the white space before it (<c>lstrip</c>).</param>
/// <param name="StripsRight">Takes the white space after it (<c>rstrip</c>).</param>
/// <param name="IsSingleWord">Not found inside a word (<c>single_word</c>).</param>
internal sealed record AddedToken(
    string Content, int Id, bool IsSpecial, bool IsNormalized, bool StripsLeft, bool StripsRight, bool IsSingleWord);
