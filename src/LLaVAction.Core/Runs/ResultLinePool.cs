using System.Globalization;

namespace LLaVAction.Runs;

/// <summary>
/// Lets the lines of a file share what is equal in them: a million lines have few orders of options, few answers, and the
/// frame times of their clips.
/// </summary>
internal sealed class ResultLinePool
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<int>> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, int?>> _predictions = new(StringComparer.Ordinal);
    private string _id = string.Empty;
    private IReadOnlyList<double> _frameSeconds = [];

    public ResultLine Share(ResultLine line)
    {
        _id = line.Id == _id ? _id : line.Id;
        _frameSeconds = line.FrameSeconds.SequenceEqual(_frameSeconds) ? _frameSeconds : [.. line.FrameSeconds];
        return line with
        {
            Id = _id,
            Strategy = Text(line.Strategy),
            Rule = line.Rule is { } rule ? Text(rule) : null,
            OptionOrder = Shared(_orders, string.Join(' ', line.OptionOrder), line.OptionOrder),
            LetterLogprobs = line.LetterLogprobs?.ToArray(),
            Predictions = Shared(_predictions, string.Join(' ', line.Predictions.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key.Length}:{pair.Key}={pair.Value}"))), line.Predictions),
            FrameSeconds = _frameSeconds,
        };
    }

    private string Text(string text) => Shared(_texts, text, text);

    private static T Shared<T>(Dictionary<string, T> known, string key, T value) => known.TryGetValue(key, out var first) ? first : known[key] = value;
}
