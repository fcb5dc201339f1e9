using LLaVAction.Benchmarks;
using LLaVAction.Models.Engines;
using LLaVAction.Runs;
using LLaVAction.Scoring;

namespace LLaVAction.Evaluation;

/// <summary>
/// Asks some questions of a run again, each alone and without batches, and compares: do answers depend on what they were
/// computed with?
/// </summary>
/// <param name="model">The model of the run.</param>
/// <param name="decoding">Where frames come from; null when blind.</param>
/// <param name="settings">What was asked.</param>
public sealed class BatchCheck(IVideoLanguageModel model, DecodeAhead? decoding, EvaluationSettings settings)
{
    /// <summary>Asks again.</summary>
    /// <param name="work">The questions of the run whose letters were scored, clip by clip.</param>
    /// <param name="results">Their results.</param>
    /// <param name="count">How many to ask again, spread evenly over the run.</param>
    /// <param name="cancellationToken">Stops between two questions.</param>
    public async Task<BatchCheckResult> RunAsync(
        IReadOnlyList<ClipWork> work, RunResults results, int count, CancellationToken cancellationToken)
    {
        ClipWork[] all = [.. work.SelectMany(clip => clip.Pending.Select(one => clip with { Pending = [one] }))];
        ClipWork[] chosen = [.. Enumerable.Range(0, Math.Min(count, all.Length)).Select(i => all[(int)((long)i * all.Length / Math.Min(count, all.Length))])];
        var alone = new List<ResultLine>();
        await new Evaluator(model.Unbatched, decoding, settings, alone.Add).RunAsync(chosen, static _ => { }, cancellationToken);
        var drift = 0.0;
        var flips = 0;
        var compared = 0;
        foreach (var line in alone)
        {
            if (line.LetterLogprobs is { } scores && results.Find(line.Key)?.LetterLogprobs is { } batched)
            {
                compared++;
                drift = Math.Max(drift, scores.Zip(batched, static (left, right) => Math.Abs(left - right)).Max());
                flips += line.Predictions[SettingNames.Of(AnswerScoring.Letter)] == results.Find(line.Key)!.Predictions[SettingNames.Of(AnswerScoring.Letter)] ? 0 : 1;
            }
        }

        return new BatchCheckResult
        {
            Questions = compared,
            Flips = flips,
            LargestDrift = drift,
            NearTies = all.Count(one => Margin(results.Find(one.Pending[0].Key)!.LetterLogprobs!) <= drift),
            Scored = all.Length,
        };
    }

    private static double Margin(IReadOnlyList<double> scores)
    {
        double[] ordered = [.. scores.OrderDescending().Take(2)];
        return ordered.Length < 2 ? double.PositiveInfinity : ordered[0] - ordered[1];
    }
}
