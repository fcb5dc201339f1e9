namespace LLaVAction.Questions.OptionsOnly;

/// <summary>
/// A conditional logit model (McFadden 1974): P(option i) = exp(w·xᵢ) / Σⱼ exp(w·xⱼ) over the options of a question, fitted
/// by Newton's method with a ridge penalty.
/// </summary>
public static class ConditionalLogit
{
    private const double Ridge = 1;
    private const int MostIterations = 25;
    private const double SmallestStep = 1e-9;

    /// <summary>Fits the weights on the questions of the training folds.</summary>
    public static double[] Fit(OptionFeatures features, Predicate<int> isTraining)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(isTraining);
        const int Size = OptionFeatures.Count;
        var weights = new double[Size];
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            var gradient = new double[Size];
            var hessian = new double[Size * Size];
            for (var feature = 0; feature < Size; feature++)
            {
                gradient[feature] = -Ridge * weights[feature];
                hessian[(feature * Size) + feature] = Ridge;
            }

            for (var question = 0; question < features.Questions.Count; question++)
            {
                if (isTraining(question) && features.Questions[question].AnswerIndex is { } answer)
                {
                    Accumulate(features, question, answer, weights, gradient, hessian);
                }
            }

            Solve(hessian, gradient);
            var largest = 0.0;
            for (var feature = 0; feature < Size; feature++)
            {
                weights[feature] += gradient[feature];
                largest = Math.Max(largest, Math.Abs(gradient[feature]));
            }

            if (largest < SmallestStep)
            {
                break;
            }
        }

        return weights;
    }

    /// <summary>Probability of each option of a question.</summary>
    public static void Predict(OptionFeatures features, int question, ReadOnlySpan<double> weights, Span<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(features);
        var largest = double.NegativeInfinity;
        for (var option = 0; option < probabilities.Length; option++)
        {
            var score = 0.0;
            var values = features[question, option];
            for (var feature = 0; feature < weights.Length; feature++)
            {
                score += weights[feature] * values[feature];
            }

            probabilities[option] = score;
            largest = Math.Max(largest, score);
        }

        var total = 0.0;
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

    /// <summary>Adds a question's score Σ (yᵢ − pᵢ)·xᵢ and information Σ pᵢ·(xᵢ − x̄)(xᵢ − x̄)ᵀ.</summary>
    private static void Accumulate(
        OptionFeatures features, int question, int answer, double[] weights, double[] gradient, double[] hessian)
    {
        const int Size = OptionFeatures.Count;
        Span<double> probabilities = stackalloc double[features.Questions[question].Classes.Count];
        Predict(features, question, weights, probabilities);
        Span<double> mean = stackalloc double[Size];
        mean.Clear();
        for (var option = 0; option < probabilities.Length; option++)
        {
            var values = features[question, option];
            for (var feature = 0; feature < Size; feature++)
            {
                mean[feature] += probabilities[option] * values[feature];
            }
        }

        Span<double> centred = stackalloc double[Size];
        for (var option = 0; option < probabilities.Length; option++)
        {
            var values = features[question, option];
            var probability = probabilities[option];
            for (var feature = 0; feature < Size; feature++)
            {
                centred[feature] = values[feature] - mean[feature];
            }

            for (var row = 0; row < Size; row++)
            {
                var scaled = probability * centred[row];
                for (var column = 0; column <= row; column++)
                {
                    hessian[(row * Size) + column] += scaled * centred[column];
                }
            }
        }

        var truth = features[question, answer];
        for (var feature = 0; feature < Size; feature++)
        {
            gradient[feature] += truth[feature] - mean[feature];
        }
    }

    /// <summary>Solves the symmetric system of the lower triangle in place, by Cholesky's factorisation.</summary>
    private static void Solve(double[] matrix, double[] vector)
    {
        const int Size = OptionFeatures.Count;
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
