using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Benchmarks.OptionsOnly;

/// <summary>
/// A conditional logit model (McFadden 1974): P(option i) = exp(w·xᵢ) / Σⱼ exp(w·xⱼ) over the options of a question, fitted
/// by Newton's method with a ridge penalty.
/// </summary>
/// <remarks>
/// Eight questions are computed at a time, one per lane, with additions, multiplications and divisions alone (never fused),
/// and the lanes are added up in their order at the end: the same bits on every machine.
/// </remarks>
public static class ConditionalLogit
{
    private const double Ridge = 1;
    private const int MostIterations = 25;

    /// <summary>Newton's steps square the error: after one this small, what is left is far below any figure shown.</summary>
    private const double SmallestStep = 1e-6;
    private const double RoughStep = 0.3;

    private const int Size = OptionFeatures.Count;
    private const int Pairs = Size * (Size + 1) / 2;

    // Tiered compilation would leave most of a fit to unoptimised code.
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>Fits the weights on the questions of the training folds that have an answer.</summary>
    public static double[] Fit(OptionFeatures features, Predicate<int> isTraining)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(isTraining);
        var shares = Shares(features, isTraining);
        var weights = new double[Size];

        // Newton's first steps are far from the end anyway: an eighth of the questions points the way as well.
        Descend(features, shares, stride: 8, weights, RoughStep);
        Descend(features, shares, stride: 1, weights, SmallestStep);
        return weights;
    }

    /// <summary>Newton's method on every n-th block, until a step is small.</summary>
    private static void Descend(OptionFeatures features, Vector512<double>[] shares, int stride, double[] weights, double smallestStep)
    {
        var gradient = new double[Size];
        var hessian = new double[Size * Size];
        var sums = new Vector512<double>[Size + Pairs];
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            Array.Clear(sums);
            Accumulate(features, shares, stride, weights, sums);
            var next = 0;
            for (var row = 0; row < Size; row++)
            {
                gradient[row] = AddLanes(sums[next++]) - (Ridge * weights[row]);
            }

            for (var row = 0; row < Size; row++)
            {
                for (var column = 0; column <= row; column++)
                {
                    hessian[(row * Size) + column] = AddLanes(sums[next++]) + (row == column ? Ridge : 0);
                }
            }

            Solve(hessian, gradient);
            var largest = 0.0;
            for (var feature = 0; feature < Size; feature++)
            {
                weights[feature] += gradient[feature];
                largest = Math.Max(largest, Math.Abs(gradient[feature]));
            }

            if (largest < smallestStep)
            {
                break;
            }
        }
    }

    /// <summary>Probability of each option, a lane per question of the block.</summary>
    /// <param name="features">The features.</param>
    /// <param name="block">Which block of questions.</param>
    /// <param name="weights">The weights, one per feature.</param>
    /// <param name="probabilities">Filled: one vector per option; 0 in the lanes of questions that lack the option.</param>
    [MethodImpl(Hot)]
    public static void Predict(OptionFeatures features, int block, ReadOnlySpan<double> weights, Span<Vector512<double>> probabilities)
    {
        ArgumentNullException.ThrowIfNull(features);
        var offsets = features.Offsets(block);
        var largest = Vector512.Create(double.NegativeInfinity);
        for (var option = 0; option < probabilities.Length; option++)
        {
            var score = offsets[option];
            var feature = 0;
            foreach (var value in features.FixedValues(block, option))
            {
                score += value * weights[feature++];
            }

            foreach (var value in features.Frequencies(block, option))
            {
                score += value * weights[feature++];
            }

            probabilities[option] = score;
            largest = Vector512.Max(largest, score);
        }

        var total = Vector512<double>.Zero;
        foreach (ref var probability in probabilities)
        {
            probability = PortableMath.Exp(probability - largest);
            total += probability;
        }

        foreach (ref var probability in probabilities)
        {
            probability /= total;
        }
    }

    /// <summary>1 in the lanes of the questions to learn from, else 0.</summary>
    private static Vector512<double>[] Shares(OptionFeatures features, Predicate<int> isTraining)
    {
        var shares = new Vector512<double>[features.BlockCount];
        var lanes = MemoryMarshal.Cast<Vector512<double>, double>(shares.AsSpan());
        for (var question = 0; question < features.Questions.Count; question++)
        {
            lanes[question] = features.Questions[question].AnswerIndex is not null && isTraining(question) ? 1 : 0;
        }

        return shares;
    }

    /// <summary>
    /// Adds up the questions' scores Σ (yᵢ − pᵢ)·xᵢ and, after them, the lower triangle of their information
    /// Σ pᵢ·(xᵢ − x̄)(xᵢ − x̄)ᵀ.
    /// </summary>
    [MethodImpl(Hot)]
    private static void Accumulate(
        OptionFeatures features, ReadOnlySpan<Vector512<double>> shares, int stride, ReadOnlySpan<double> weights, Span<Vector512<double>> sums)
    {
        // By feature, then option, so that the sums of products below run over neighbours.
        var options = features.OptionCount;
        Span<Vector512<double>> probabilities = new Vector512<double>[options];
        Span<Vector512<double>> centred = new Vector512<double>[Size * options];
        Span<Vector512<double>> scaled = new Vector512<double>[Size * options];
        for (var block = 0; block < shares.Length; block += stride)
        {
            var share = shares[block];
            if (share == Vector512<double>.Zero)
            {
                continue;
            }

            Predict(features, block, weights, probabilities);
            for (var option = 0; option < options; option++)
            {
                var place = option;
                foreach (var value in features.FixedValues(block, option))
                {
                    centred[place] = value;
                    place += options;
                }

                foreach (var value in features.Frequencies(block, option))
                {
                    centred[place] = value;
                    place += options;
                }
            }

            var answers = features.Answers(block);
            for (var feature = 0; feature < Size; feature++)
            {
                var values = centred.Slice(feature * options, options);
                var products = scaled.Slice(feature * options, options);
                var mean = Vector512<double>.Zero;
                var truth = Vector512<double>.Zero;
                for (var option = 0; option < values.Length; option++)
                {
                    mean += probabilities[option] * values[option];
                    truth += answers[option] * values[option];
                }

                sums[feature] += share * (truth - mean);
                for (var option = 0; option < values.Length; option++)
                {
                    var difference = values[option] - mean;
                    values[option] = difference;
                    products[option] = share * probabilities[option] * difference;
                }
            }

            var next = Size;
            for (var row = 0; row < Size; row++)
            {
                var left = scaled.Slice(row * options, options);
                for (var column = 0; column <= row; column++)
                {
                    var right = centred.Slice(column * options, options);
                    var sum = sums[next];
                    for (var option = 0; option < left.Length && option < right.Length; option++)
                    {
                        sum += left[option] * right[option];
                    }

                    sums[next++] = sum;
                }
            }
        }
    }

    private static double AddLanes(Vector512<double> lanes)
    {
        var sum = 0.0;
        for (var lane = 0; lane < OptionFeatures.Lanes; lane++)
        {
            sum += lanes[lane];
        }

        return sum;
    }

    /// <summary>Solves the symmetric system of the lower triangle in place, by Cholesky's factorisation.</summary>
    private static void Solve(double[] matrix, double[] vector)
    {
        for (var row = 0; row < Size; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = matrix[(row * Size) + column];
                for (var k = 0; k < column; k++)
                {
                    sum -= matrix[(row * Size) + k] * matrix[(column * Size) + k];
                }

                matrix[(row * Size) + column] = row == column ? Math.Sqrt(sum) : sum / matrix[(column * Size) + column];
            }
        }

        for (var row = 0; row < Size; row++)
        {
            for (var k = 0; k < row; k++)
            {
                vector[row] -= matrix[(row * Size) + k] * vector[k];
            }

            vector[row] /= matrix[(row * Size) + row];
        }

        for (var row = Size - 1; row >= 0; row--)
        {
            for (var k = row + 1; k < Size; k++)
            {
                vector[row] -= matrix[(k * Size) + row] * vector[k];
            }

            vector[row] /= matrix[(row * Size) + row];
        }
    }
}
