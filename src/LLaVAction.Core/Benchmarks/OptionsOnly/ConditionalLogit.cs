namespace LLaVAction.Benchmarks.OptionsOnly;

/// <summary>
/// A conditional logit model (McFadden 1974): P(option i) = exp(w·xᵢ) / Σⱼ exp(w·xⱼ) over the options of a question, fitted
/// by Newton's method with a ridge penalty. Additions, multiplications, divisions and square roots alone, in one order: the
/// same bits on every machine.
/// </summary>
public static class ConditionalLogit
{
    private const double Ridge = 1;
    private const int MostIterations = 25;

    // Newton's steps square the error: after one this small, less than 1e-6 is left.
    private const double SmallestStep = 1e-3;
    private const double RoughStep = 0.3;

    private const int Size = OptionFeatures.Count;

    /// <summary>Fits the weights on the questions of the training folds that have an answer.</summary>
    public static double[] Fit(OptionFeatures features, Predicate<int> isTraining)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(isTraining);
        int[] questions = [.. Enumerable.Range(0, features.Questions.Count).Where(question => features.Questions[question].AnswerIndex is not null && isTraining(question))];
        var weights = new double[Size];

        // Newton's first steps are far from the end anyway: an eighth of the questions points the way as well.
        Descend(features, [.. questions.Where(static (_, index) => index % 8 == 0)], weights, RoughStep);
        Descend(features, questions, weights, SmallestStep);
        return weights;
    }

    /// <summary>Probability of each option of a question.</summary>
    /// <param name="features">The features.</param>
    /// <param name="question">The question.</param>
    /// <param name="weights">The weights, one per feature.</param>
    /// <param name="probabilities">Filled: one per option.</param>
    public static void Predict(OptionFeatures features, int question, ReadOnlySpan<double> weights, Span<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(features);
        var values = features.ValuesOf(question);
        var largest = double.NegativeInfinity;
        for (var option = 0; option < probabilities.Length; option++)
        {
            var score = 0.0;
            var own = values.Slice(option * Size, Size);
            for (var feature = 0; feature < own.Length; feature++)
            {
                score += own[feature] * weights[feature];
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

    private static void Descend(OptionFeatures features, int[] questions, double[] weights, double smallestStep)
    {
        for (var iteration = 0; iteration < MostIterations; iteration++)
        {
            var gradient = new double[Size];
            var information = new double[Size * Size];
            foreach (var question in questions)
            {
                Accumulate(features, question, weights, gradient, information);
            }

            for (var feature = 0; feature < Size; feature++)
            {
                gradient[feature] -= Ridge * weights[feature];
                information[(feature * Size) + feature] += Ridge;
            }

            Solve(information, gradient);
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

    // Adds a question's score x_answer − x̄ and the lower triangle of its information Σ pᵢ·xᵢxᵢᵀ − x̄x̄ᵀ. Most features of most
    // options are 0.
    private static void Accumulate(OptionFeatures features, int question, ReadOnlySpan<double> weights, Span<double> gradient, Span<double> information)
    {
        var values = features.ValuesOf(question);
        Span<double> probabilities = stackalloc double[values.Length / Size];
        Predict(features, question, weights, probabilities);
        Span<double> mean = stackalloc double[Size];
        mean.Clear();
        for (var option = 0; option < probabilities.Length; option++)
        {
            var own = values.Slice(option * Size, Size);
            for (var row = 0; row < own.Length; row++)
            {
                if (own[row] != 0)
                {
                    var scaled = probabilities[option] * own[row];
                    mean[row] += scaled;
                    AddScaled(information.Slice(row * Size, row + 1), scaled, own);
                }
            }
        }

        var truth = values.Slice(features.Questions[question].AnswerIndex.GetValueOrDefault() * Size, Size);
        for (var row = 0; row < Size; row++)
        {
            gradient[row] += truth[row] - mean[row];
            if (mean[row] != 0)
            {
                AddScaled(information.Slice(row * Size, row + 1), -mean[row], mean);
            }
        }
    }

    private static void AddScaled(Span<double> target, double scale, ReadOnlySpan<double> values)
    {
        for (var column = 0; column < target.Length; column++)
        {
            target[column] += scale * values[column];
        }
    }

    // Solves for a symmetric positive definite matrix, of which the lower triangle is given, by Cholesky's factorisation.
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
