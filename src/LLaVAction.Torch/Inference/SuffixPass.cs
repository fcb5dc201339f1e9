using LLaVAction.Models.Sequences;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// One pass of prompts over a prefix that is in the cache, and the tokens generated after them. All rows are there in
/// every step, those that have ended and the padding too, so that the shape stays.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="cache">Holds the prefix; takes what follows.</param>
/// <param name="prefix">Its length.</param>
/// <param name="chunk">The shape.</param>
/// <param name="own">The tokens of each prompt behind the prefix.</param>
internal sealed class SuffixPass(LlavaInference model, KeyValueCache cache, int prefix, SuffixChunk chunk, int[][] own)
{
    private readonly Qwen2Inference _decoder = model.Decoder;

    /// <summary>Runs the pass, and generates until every text has ended.</summary>
    /// <param name="prompts">What is asked, one per row that is no padding.</param>
    /// <param name="texts">Take the tokens generated.</param>
    /// <param name="cancellationToken">Read between layers.</param>
    /// <returns>The candidates' log-probabilities of each prompt.</returns>
    public double[][] Run(PreparedPrompt[] prompts, GreedyText[] texts, CancellationToken cancellationToken)
    {
        var vocabulary = _decoder.Configuration.VocabularyRows;
        var logits = First(cancellationToken);
        var scores = new double[prompts.Length][];
        for (var i = 0; i < prompts.Length; i++)
        {
            RequireFinite(Row(i));
            scores[i] = NextToken.LogProbabilities(Row(i), model.Model.Settings.VocabularySize, prompts[i].Candidates);
        }

        var most = prompts.Max(prompt => prompt.MaxNewTokens);
        if (most > 0)
        {
            Generate(logits, texts, most, cancellationToken);
        }

        return scores;

        Span<float> Row(int row) => logits.AsSpan(row * vocabulary, vocabulary);
    }

    // Logits [rows, vocabulary rows] at the prompts' last positions.
    private float[] First(CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        int[] tokens = [.. Enumerable.Range(0, chunk.Rows).SelectMany(row => Enumerable.Range(0, chunk.Length).Select(i => Token(row, i)))];
        int[] positions = [.. Enumerable.Range(0, tokens.Length).Select(i => prefix + (i % chunk.Length))];
        int[] last = [.. Enumerable.Range(0, chunk.Rows).Select(row => (row * chunk.Length) + LengthOf(row) - 1)];
        var pass = new DecoderPass(
            cache,
            prefix,
            _decoder.Rotary.At(HostTensors.Indices(positions, model.At), prefix + chunk.Length),
            SuffixMask.Create(model.At, prefix, chunk.Rows, chunk.Length),
            HostTensors.Indices(last, model.At));
        return HostTensors.ToArray(model.Model.Logits(_decoder.Forward(model.Model.Embed(tokens), pass, cancellationToken)));
    }

    private void Generate(float[] logits, GreedyText[] texts, int mostNewTokens, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        var vocabulary = _decoder.Configuration.VocabularyRows;
        int[] lengths = [.. Enumerable.Range(0, chunk.Rows).Select(LengthOf)];
        var mask = SuffixMask.ForGeneration(model.At, prefix, lengths, chunk.Length, mostNewTokens);
        bool[] isOpen = [.. texts.Select(_ => true)];
        for (var step = 0; ; step++)
        {
            for (var row = 0; row < texts.Length; row++)
            {
                isOpen[row] = isOpen[row] && texts[row].Take(logits.AsSpan(row * vocabulary, vocabulary));
            }

            if (!Array.Exists(isOpen, open => open))
            {
                return;
            }

            using var stepScope = NewDisposeScope();
            var start = prefix + (chunk.Rows * (chunk.Length + step));
            SuffixMask.Open(mask, start, chunk.Rows);
            int[] tokens = [.. Enumerable.Range(0, chunk.Rows).Select(row => row < texts.Length && texts[row].Tokens.Count > 0 ? texts[row].Tokens[^1] : 0)];
            int[] positions = [.. lengths.Select(length => prefix + length + step)];
            var rotary = _decoder.Rotary.At(HostTensors.Indices(positions, model.At), positions.Max() + 1);
            var pass = new DecoderPass(cache, start, rotary, mask, null);
            logits = HostTensors.ToArray(model.Model.Logits(_decoder.Forward(model.Model.Embed(tokens), pass, cancellationToken)));
        }
    }

    private int Token(int row, int index) => row < own.Length && index < own[row].Length ? own[row][index] : 0;

    private int LengthOf(int row) => row < own.Length ? own[row].Length : 1;

    private void RequireFinite(ReadOnlySpan<float> logits)
    {
        foreach (var value in logits)
        {
            if (!float.IsFinite(value))
            {
                throw new InputException(model.At.Type == ScalarType.Float16
                    ? $"{model.Folder}: the model's values grow beyond what float16 can hold (65,504), so that no answer can be trusted. Use --precision bfloat16 or float32."
                    : $"{model.Folder}: the model's logits are not finite numbers. Its weights are damaged, or are not those of this configuration; download it again.");
            }
        }
    }
}
