namespace LLaVAction.Models.Sequences;

/// <summary>
/// Texts as paths through a trie of tokens: what many begin with is run once, and one softmax gives the next tokens of all
/// that continue it.
/// </summary>
public sealed class TokenTrie
{
    private readonly List<TokenPath> _contexts = [];
    private readonly List<(int Context, int Next)>[] _steps;

    /// <summary>Builds the trie of texts, each at least one token long.</summary>
    public TokenTrie(IReadOnlyList<IReadOnlyList<int>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var contexts = new Dictionary<string, int>(StringComparer.Ordinal);
        var nexts = new List<List<int>>();
        _steps = [.. texts.Select(_ => new List<(int, int)>())];
        for (var text = 0; text < texts.Count; text++)
        {
            var key = "";
            for (var depth = 0; depth < texts[text].Count; depth++)
            {
                if (!contexts.TryGetValue(key, out var context))
                {
                    contexts.Add(key, context = _contexts.Count);
                    nexts.Add([]);
                    _contexts.Add(new TokenPath([.. texts[text].Take(depth)], nexts[^1]));
                }

                var token = texts[text][depth];
                if (!nexts[context].Contains(token))
                {
                    nexts[context].Add(token);
                }

                _steps[text].Add((context, nexts[context].IndexOf(token)));
                key = FormattableString.Invariant($"{key}{token},");
            }
        }
    }

    /// <summary>Every beginning after which a token is wanted, each once.</summary>
    public IReadOnlyList<TokenPath> Contexts => _contexts;

    /// <summary>The mean log-probability of each text's tokens.</summary>
    /// <param name="logProbabilities">For each context, those of its next tokens.</param>
    public double[] MeanLogProbabilities(IReadOnlyList<IReadOnlyList<double>> logProbabilities) =>
        Array.ConvertAll(_steps, steps => steps.Average(step => logProbabilities[step.Context][step.Next]));
}
