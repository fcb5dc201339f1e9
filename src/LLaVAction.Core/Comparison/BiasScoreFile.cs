using LLaVAction.Files;

namespace LLaVAction.Comparison;

/// <summary>
/// Reads the options-only bias scores that <c>describe-benchmark --bias-scores</c> writes: a CSV with the columns
/// <c>strategy</c>, <c>id</c> and <c>bias_score</c>, the probability that a model which sees no video gives the truth.
/// </summary>
public static class BiasScoreFile
{
    /// <summary>Reads the scores.</summary>
    /// <exception cref="InputException">The file is missing, malformed, or names a question twice.</exception>
    public static IReadOnlyDictionary<(string Strategy, string Id), double> Read(string path)
    {
        using var table = CsvTable.Open(path, "a file of 'describe-benchmark --bias-scores'", "strategy", "id", "bias_score");
        var scores = new Dictionary<(string, string), double>();
        while (table.Read())
        {
            var text = table.RequiredText(2);
            if (!double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var score)
                || !(score >= 0 && score <= 1))
            {
                throw table.FieldError(2, "a probability between 0 and 1");
            }

            if (!scores.TryAdd((table.RequiredText(0), table.RequiredText(1)), score))
            {
                throw table.FieldError(1, "each question once");
            }
        }

        return scores;
    }
}
