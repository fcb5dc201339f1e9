using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Recognizers;

namespace LLaVAction.Benchmarks.Building;

/// <summary>A strategy that a set is asked for: <c>random</c>, or <c>NAME=DUMP</c>.</summary>
/// <param name="Name">Name of the set.</param>
/// <param name="DumpPath">The dump's file; null for <c>random</c>.</param>
/// <param name="Provenance">Where the dump's predictions come from, as stated.</param>
public sealed record StrategySource(string Name, string? DumpPath, Provenance Provenance)
{
    /// <summary>The dump, read; null for <c>random</c>.</summary>
    public PredictionDump? Dump { get; init; }

    /// <summary>Reads the values of <c>--strategy</c> and <c>--provenance</c>.</summary>
    /// <exception cref="InputException">A value is malformed, a name comes twice, or a provenance names no strategy.</exception>
    public static IReadOnlyList<StrategySource> Parse(IEnumerable<string> strategies, IEnumerable<string> provenances)
    {
        var requests = new SortedDictionary<string, StrategySource>(StringComparer.Ordinal);
        foreach (var text in strategies)
        {
            var request = ParseStrategy(text);
            if (!requests.TryAdd(request.Name, request))
            {
                throw new InputException($"--strategy {text}: the name '{request.Name}' is given twice; each set needs a name of its own.");
            }
        }

        var stated = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in provenances)
        {
            var (name, provenance) = ParseProvenance(text);
            if (!requests.TryGetValue(name, out var request) || request.DumpPath is null)
            {
                throw new InputException($"--provenance {text}: no --strategy {name}=DUMP is given.");
            }

            if (!stated.Add(name))
            {
                throw new InputException($"--provenance {text}: the provenance of '{name}' is given twice.");
            }

            requests[name] = request with { Provenance = provenance };
        }

        return [.. requests.Values];
    }

    private static StrategySource ParseStrategy(string text)
    {
        if (text == RandomStrategy.StrategyName)
        {
            return new StrategySource(text, DumpPath: null, Provenance.Unstated);
        }

        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || equals == text.Length - 1)
        {
            throw new InputException($"--strategy {text}: expected random, or NAME=DUMP with the file of a prediction dump, for example tim=tim.json.");
        }

        var name = text[..equals];
        return name != RandomStrategy.StrategyName && BenchmarkFolder.IsStrategyName(name)
            ? new StrategySource(name, text[(equals + 1)..], Provenance.Unstated)
            : throw new InputException(
                $"--strategy {text}: '{name}' cannot name a set; expected characters a-z, 0-9, _ and -, and neither 'manifest' nor 'random'.");
    }

    private static (string Name, Provenance Provenance) ParseProvenance(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && SettingNames.TryParse<Provenance>(text[(equals + 1)..], out var provenance)
            ? (text[..equals], provenance)
            : throw new InputException(
                $"--provenance {text}: expected NAME=measured or NAME=simulated, with the name of a --strategy.");
    }
}
