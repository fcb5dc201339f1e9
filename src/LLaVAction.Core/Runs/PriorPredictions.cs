using System.Security.Cryptography;
using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Prompts;

namespace LLaVAction.Runs;

/// <summary>
/// The texts of the actions before each clip: the truth (<c>oracle</c>), or what the model itself answered in an earlier
/// run (the paper's test-time augmentation, where errors go one step on and no further).
/// </summary>
public sealed class PriorPredictions
{
    private readonly IReadOnlyDictionary<string, PriorClips> _lookup;
    private readonly Func<string, string, int, string?> _textOf;

    private PriorPredictions(string identity, IReadOnlyDictionary<string, PriorClips> lookup, Func<string, string, int, string?> textOf)
    {
        Identity = identity;
        _lookup = lookup;
        _textOf = textOf;
    }

    /// <summary>What a run's record says of them: <c>oracle</c>, or <c>run:</c> and the SHA-256 of the texts.</summary>
    public string Identity { get; }

    /// <summary>Clips that have prior actions.</summary>
    public int CoveredClips => _lookup.Count;

    /// <summary>The truth as the sets word it: the true option's text, and the narration where no option is true.</summary>
    /// <param name="sets">Whole sets: the clips before a clip may be any of them.</param>
    public static PriorPredictions Oracle(IReadOnlyList<AskedSet> sets)
    {
        var texts = sets.ToDictionary(
            set => set.Strategy,
            set => set.Questions.ToDictionary(
                question => question.Id,
                question => question.AnswerIndex is { } answer ? question.Options[answer] : question.Narration,
                StringComparer.Ordinal),
            StringComparer.Ordinal);
        return new PriorPredictions("oracle", Lookup(sets), (strategy, id, _) => texts[strategy].GetValueOrDefault(id));
    }

    /// <summary>
    /// The options chosen in an earlier run over the same sets, at the same number of frames, or at its only one. A clip
    /// that the earlier run did not ask about (<c>--limit</c>) is no prior action.
    /// </summary>
    /// <param name="sets">Whole sets of the run to come.</param>
    /// <param name="frames">Its frame counts.</param>
    /// <param name="earlier">The earlier run.</param>
    /// <exception cref="InputException">The earlier run is of other sets or frame counts, or lacks results that are needed.</exception>
    public static PriorPredictions FromRun(IReadOnlyList<AskedSet> sets, IReadOnlyList<int> frames, RunFolder earlier)
    {
        var results = earlier.ReadResults();
        var counts = results.Identity.Frames.Counts;
        int FramesOf(int count) => counts.Contains(count) ? count : counts.Count == 1 ? counts[0] : throw new InputException(
            $"--prior-actions {earlier.Path}: the run has {string.Join(", ", counts)} frames, and this one asks for {count}. Run it with --frames {count} first.");
        foreach (var set in sets)
        {
            if (results.Sets.All(other => other.Strategy != set.Strategy))
            {
                throw new InputException($"--prior-actions {earlier.Path}: the run has no set '{set.Strategy}'; run it with --strategy {set.Strategy} first.");
            }
        }

        var prior = Lookup(sets);
        var chosen = new Dictionary<(string Strategy, string Id, int Frames), string?>();
        foreach (var set in sets)
        {
            var questions = results.Sets.First(other => other.Strategy == set.Strategy).Questions.ToDictionary(question => question.Id, StringComparer.Ordinal);
            foreach (var id in Needed(prior, set).Where(questions.ContainsKey))
            {
                foreach (var count in frames)
                {
                    chosen[(set.Strategy, id, count)] = Chosen(earlier, results, questions, new ResultKey(id, set.Strategy, FramesOf(count), 0));
                }
            }
        }

        return new PriorPredictions("run:" + Hash(chosen), prior, (strategy, id, count) => chosen.GetValueOrDefault((strategy, id, count)));
    }

    /// <summary>The prior actions of a clip; null where it has none, or where what the model answered is not known.</summary>
    public PriorActions? Find(string strategy, string id, int frames) =>
        _lookup.TryGetValue(id, out var prior)
        && _textOf(strategy, prior.EarlierId, frames) is { } earlier
        && _textOf(strategy, prior.LaterId, frames) is { } later
            ? new PriorActions(prior.EarlierSecondsAgo, earlier, prior.LaterSecondsAgo, later)
            : null;

    private static IReadOnlyDictionary<string, PriorClips> Lookup(IReadOnlyList<AskedSet> sets) =>
        PriorActionLookup.Build(sets
            .SelectMany(set => set.Questions)
            .DistinctBy(question => question.Id, StringComparer.Ordinal)
            .Select(question => new ClipInterval(question.Id, question.VideoId, question.StartSeconds, question.StopSeconds)));

    private static IEnumerable<string> Needed(IReadOnlyDictionary<string, PriorClips> lookup, AskedSet set) =>
        set.Questions
            .Select(question => lookup.GetValueOrDefault(question.Id))
            .OfType<PriorClips>()
            .SelectMany(prior => new[] { prior.EarlierId, prior.LaterId })
            .Distinct(StringComparer.Ordinal);

    private static string? Chosen(RunFolder earlier, RunResults results, Dictionary<string, Question> questions, ResultKey key)
    {
        if (results.Find(key) is not { } line)
        {
            throw new InputException(
                $"--prior-actions {earlier.Path}: no result for '{key.Id}' of set '{key.Strategy}', which comes before a clip asked about. Complete that run first.");
        }

        return line.PredictedIndex is { } predicted ? questions[key.Id].Options[predicted] : null;
    }

    private static string Hash(Dictionary<(string Strategy, string Id, int Frames), string?> chosen)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in chosen.OrderBy(pair => pair.Key.Strategy, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.Id, StringComparer.Ordinal).ThenBy(pair => pair.Key.Frames))
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{key.Strategy}\n{key.Id}\n{key.Frames}\n{value}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
