using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;

namespace LLaVAction.Testing.Conformance;

/// <summary>
/// Prompts about the golden frames get the reference's probabilities and continuations, through the port that evaluations
/// use. An engine's own test class derives from this and says how to load a model.
/// </summary>
public abstract class VideoLanguageModelGoldens
{
    private static readonly string[] Letters = ["A", "B", "C", "D", "E"];

    /// <summary>One row per golden file of a model.</summary>
    public static IEnumerable<object?[]> Files() => GoldenFolder.Rows("models", "golden_*.safetensors");

    /// <summary>Loads a checkpoint in float32.</summary>
    protected abstract IVideoLanguageModel Load(string checkpointFolder, ModelOptions options);

    /// <summary>Candidates' log-probabilities and the greedy text.</summary>
    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Answers_equal_the_reference(string? file)
    {
        Skip.If(file is null, "no model goldens");
        using var golden = new GoldenModel(file);
        Skip.IfNot(golden.Tensors.Has("logits") || golden.Tensors.Has("last_logits"), "the file holds no logits");
        var frames = golden.Frames();
        using var idSource = golden.Find("input_ids");
        Skip.If(frames is null || idSource is null, "the model's files hold no frames or no prompt");
        var compared = 0;
        foreach (var checkpoint in golden.Checkpoints().Where(GoldenModel.HasLanguageModel))
        {
            using var folder = new ModelWithTokenizer(checkpoint);
            using var model = Load(folder.Folder, golden.Options);
            if (ModelWithTokenizer.PromptOf(idSource.Int32("input_ids"), model.Tokenizer) is not { } prompt)
            {
                continue;
            }

            using var clip = Assert.Single(model.Encode([frames], CancellationToken.None));
            var greedy = golden.Tensors.Has("greedy_ids") ? golden.Tensors.Int32("greedy_ids") : [];
            var request = new PromptRequest(prompt, Letters, greedy.Length);
            var group = new PromptGroup(clip, Enumerable.Range(0, clip.FrameCount).ToArray(), [request]);
            var answer = Assert.Single(Assert.Single(model.Answer([group], CancellationToken.None)).Answers);
            CompareProbabilities(golden.Tensors, model, answer);
            CompareText(greedy, model, answer);
            compared++;
        }

        Skip.If(compared == 0, "no prompt of the golden folder has these ids");
    }

    private static void CompareProbabilities(GoldenTensors tensors, IVideoLanguageModel model, PromptAnswer answer)
    {
        var name = tensors.Has("last_logits") ? "last_logits" : "logits";
        var shape = tensors.Shape(name);
        var vocabulary = Math.Min(model.Tokenizer.VocabularySize, shape[^1]);
        var logits = tensors.Float32(name)[^shape[^1]..];
        double largest = logits.Take(vocabulary).Max();
        var logSum = largest + Math.Log(logits.Take(vocabulary).Sum(logit => Math.Exp(logit - largest)));
        Assert.NotNull(answer.CandidateLogProbabilities);
        for (var i = 0; i < Letters.Length; i++)
        {
            var expected = logits[Assert.Single(model.Tokenizer.Encode(Letters[i]))] - logSum;
            Assert.InRange(answer.CandidateLogProbabilities[i], expected - Tolerances.Golden, expected + Tolerances.Golden);
        }
    }

    private static void CompareText(int[] greedy, IVideoLanguageModel model, PromptAnswer answer)
    {
        if (greedy.Length == 0)
        {
            Assert.Null(answer.Text);
            return;
        }

        var stops = model.Description.Settings["stop_tokens"].Split(',');
        var untilStop = greedy.TakeWhile(id => !stops.Contains(id.ToString(System.Globalization.CultureInfo.InvariantCulture))).ToArray();
        Assert.Equal(model.Tokenizer.Decode(untilStop, skipSpecialTokens: true), answer.Text);
    }
}
