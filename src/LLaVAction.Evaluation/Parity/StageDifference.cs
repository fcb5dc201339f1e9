using System.Globalization;

namespace LLaVAction.Evaluation.Parity;

/// <summary>
/// How far one tensor is from another. Trained models have a few channels hundreds of times as large as the rest, beside
/// which an error in all others would not be seen; so every channel (the last axis) is also measured against itself.
/// </summary>
/// <param name="Relative">RMS of the difference over RMS of the reference, whole tensors.</param>
/// <param name="WorstChannel">The largest such ratio of a channel; channels under a tenth of the median RMS are measured against that.</param>
/// <param name="Channel">Which channel.</param>
/// <param name="LargestAbsolute">Largest absolute difference of a value.</param>
/// <param name="Place">Where it is, as an index of the tensor.</param>
public sealed record StageDifference(double Relative, double WorstChannel, int Channel, double LargestAbsolute, string Place)
{
    private const double SmallChannel = 0.1;

    /// <summary>Compares two tensors of one shape.</summary>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <param name="expected">The reference's values; finite.</param>
    /// <param name="actual">Ours.</param>
    public static StageDifference Between(IReadOnlyList<int> shape, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        var channels = shape[^1];
        var square = new double[channels];
        var difference = new double[channels];
        var worst = 0;
        double largest = -1;
        for (var i = 0; i < expected.Length; i++)
        {
            var apart = Math.Abs((double)actual[i] - expected[i]);
            square[i % channels] += (double)expected[i] * expected[i];
            difference[i % channels] += apart * apart;
            if (!(apart <= largest))
            {
                largest = apart;
                worst = i;
            }
        }

        double[] sorted = [.. square.Order()];
        var floor = SmallChannel * SmallChannel * sorted[channels / 2];
        var channel = 0;
        for (var i = 0; i < channels; i++)
        {
            // Written so that what is not a number counts as the worst.
            if (!(Ratio(difference[i], Math.Max(square[i], floor)) <= Ratio(difference[channel], Math.Max(square[channel], floor))))
            {
                channel = i;
            }
        }

        return new StageDifference(
            Ratio(difference.Sum(), square.Sum()),
            Ratio(difference[channel], Math.Max(square[channel], floor)),
            channel,
            largest,
            PlaceOf(worst, shape));
    }

    private static double Ratio(double difference, double square) => difference == 0 ? 0 : Math.Sqrt(difference / square);

    private static string PlaceOf(int index, IReadOnlyList<int> shape)
    {
        var place = new string[shape.Count];
        for (var axis = shape.Count - 1; axis >= 0; axis--)
        {
            place[axis] = (index % shape[axis]).ToString(CultureInfo.InvariantCulture);
            index /= shape[axis];
        }

        return $"[{string.Join(", ", place)}]";
    }
}
