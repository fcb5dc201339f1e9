using LLaVAction.Models.Tokenization;

namespace LLaVAction.Performance.Torch;

/// <summary>For prompts that are ids already and whose answers are no text.</summary>
internal sealed class NoTokenizer : ITokenizer
{
    public static NoTokenizer Instance { get; } = new();

    /// <inheritdoc/>
    public int VocabularySize => int.MaxValue;

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text) => throw new NotSupportedException();

    /// <inheritdoc/>
    public string Decode(IReadOnlyList<int> ids, bool skipSpecialTokens) => throw new NotSupportedException();

    /// <inheritdoc/>
    public int? IdOf(string token) => null;
}
