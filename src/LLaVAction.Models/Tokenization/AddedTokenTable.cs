using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Tokenization;

/// <summary>Added tokens gathered from several files, which must agree; the first file's flags of a token count.</summary>
internal sealed class AddedTokenTable(string file, BytePairVocabulary vocabulary)
{
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _byId = vocabulary.Ids.ToDictionary(item => item.Value, item => item.Key);

    public IReadOnlyCollection<AddedToken> Tokens => _byContent.Values;

    public bool Contains(string content) => _byContent.ContainsKey(content);

    /// <summary>Adds a token; one that is there already with the same id is passed over.</summary>
    /// <exception cref="InputException">Its text or id belongs to another token, or it has no text.</exception>
    public void Add(AddedToken token)
    {
        if (token.Content.Length == 0)
        {
            throw new InputException($"{file}: added token {token.Id} has no text.");
        }

        if (_byContent.TryGetValue(token.Content, out var other))
        {
            RequireSame(token, other.Id);
            return;
        }

        if (vocabulary.Ids.TryGetValue(token.Content, out var id))
        {
            RequireSame(token, id);
        }
        else if (!_byId.TryAdd(token.Id, token.Content))
        {
            throw new InputException(
                $"{file}: added token {DisplayText.Quote(token.Content)} has id {token.Id}, which is {DisplayText.Quote(_byId[token.Id])}'s. Take all tokenizer files from one checkpoint.");
        }

        _byContent.Add(token.Content, token);
    }

    private void RequireSame(AddedToken token, int id)
    {
        if (id != token.Id)
        {
            throw new InputException(
                $"{file}: added token {DisplayText.Quote(token.Content)} has id {token.Id} in one place and {id} in another. Take all tokenizer files from one checkpoint.");
        }
    }
}
