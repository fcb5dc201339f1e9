using LLaVAction.Models.Engines;

namespace LLaVAction.Testing.Conformance;

/// <summary>Compares one loaded model with one golden file, whichever tensors the file holds.</summary>
internal sealed class StageComparison(GoldenModel golden, IStagedModel model, string checkpoint)
{
    /// <summary>A golden tensor as a stage's input.</summary>
    public static StageTensor Tensor(GoldenTensors tensors, string name) => new(tensors.Shape(name), tensors.Float32(name));

    /// <summary>Pixels to projector; each stage from the reference's input of that stage and from our own.</summary>
    public void Vision(bool hasLanguageModel)
    {
        if (golden.Frames() is { } frames)
        {
            Compare("pixel_values", () => model.Preprocess(frames));
        }

        using var pixelSource = golden.Find("pixel_values");
        if (pixelSource is null)
        {
            return;
        }

        var pixelValues = Tensor(pixelSource, "pixel_values");
        var trace = new Lazy<IReadOnlyList<StageTensor>>(() => model.TraceVision(pixelValues));
        Compare("patch_plus_pos_embeddings", () => trace.Value[0]);
        if (golden.Tensors.Has("vision_layer_outputs"))
        {
            var expected = Tensor(golden.Tensors, "vision_layer_outputs");
            var size = expected.Values.Length / expected.Shape[0];
            Assert.Equal(expected.Shape[0] + 1, trace.Value.Count);
            for (var layer = 0; layer < expected.Shape[0]; layer++)
            {
                Close($"vision layer {layer}", expected.Values.AsSpan(layer * size, size), trace.Value[layer + 1].Values);
            }
        }

        var vision = new Lazy<StageTensor>(() => model.EncodeVision(pixelValues));
        Compare("vision_selected", () => vision.Value);
        if (hasLanguageModel)
        {
            Compare("projector_output", () => model.Project(vision.Value));
        }
    }

    /// <summary>Visual tokens to greedy continuation.</summary>
    public void Language()
    {
        using var pixelSource = golden.Find("pixel_values");
        var visualTokens = pixelSource is null
            ? null
            : model.ArrangeVisualTokens(model.Pool(model.Project(model.EncodeVision(Tensor(pixelSource, "pixel_values")))));
        if (visualTokens is not null)
        {
            Compare("video_features", () => visualTokens);
        }

        var embeddings = Embeddings(visualTokens);
        if (embeddings is null)
        {
            return;
        }

        var states = new Lazy<StageTensor>(() => model.HiddenStates(embeddings));
        Compare("hidden_last_postnorm", () => states.Value);
        Logits(states);
        ActionHeads(states);
        if (golden.Tensors.Has("greedy_ids"))
        {
            var expected = golden.Tensors.Int32("greedy_ids");
            Assert.Equal(expected, model.GenerateGreedy(embeddings, expected.Length));
        }
    }

    private StageTensor? Embeddings(StageTensor? visualTokens)
    {
        using var idSource = golden.Find("input_ids");
        if (idSource is null || visualTokens is null)
        {
            return golden.Tensors.Has("inputs_embeds") ? Tensor(golden.Tensors, "inputs_embeds") : null;
        }

        var embeddings = model.Embed(idSource.Int32("input_ids"), visualTokens);
        Compare("inputs_embeds", () => embeddings);
        if (golden.Tensors.Has("hf_input_ids") && IsHuggingFace())
        {
            Compare("inputs_embeds", () => model.Embed(golden.Tensors.Int32("hf_input_ids"), visualTokens));
        }

        return embeddings;
    }

    private void Logits(Lazy<StageTensor> states)
    {
        if (!new[] { "logits", "last_logits", "argmax_per_position" }.Any(golden.Tensors.Has))
        {
            return;
        }

        var logits = model.Logits(states.Value);
        var rows = logits.Shape[0];
        var vocabulary = logits.Shape[1];
        Compare("logits", () => logits);
        if (golden.Tensors.Has("last_logits"))
        {
            Close("last_logits", golden.Tensors.Float32("last_logits"), logits.Values.AsSpan((rows - 1) * vocabulary));
        }

        if (golden.Tensors.Has("argmax_per_position"))
        {
            var expected = golden.Tensors.Int32("argmax_per_position");
            var actual = Enumerable.Range(0, rows).Select(row => ArgMax(logits.Values.AsSpan(row * vocabulary, vocabulary))).ToArray();
            Assert.Equal(expected, actual);
        }
    }

    private void ActionHeads(Lazy<StageTensor> states)
    {
        if (!golden.Tensors.Has("action_idx"))
        {
            return;
        }

        var hidden = states.Value.Shape[1];
        var positions = golden.Tensors.Int32("action_idx");
        var rows = positions.SelectMany(position => states.Value.Values.Skip(position * hidden).Take(hidden)).ToArray();
        var heads = model.ReadActionHeads(new StageTensor([positions.Length, hidden], rows));
        Assert.NotNull(heads);
        Compare("verb_logits", () => heads.Verb);
        Compare("noun_logits", () => heads.Noun);
        Compare("action_logits", () => heads.Action);
    }

    private void Compare(string name, Func<StageTensor> stage)
    {
        if (golden.Tensors.Has(name))
        {
            var actual = stage();
            Assert.Equal(golden.Tensors.Shape(name), actual.Shape);
            Close(name, golden.Tensors.Float32(name), actual.Values);
        }
    }

    private void Close(string name, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
        => Tolerances.AssertClose($"{checkpoint}: {name}", expected, actual, Tolerances.Golden);

    private bool IsHuggingFace()
    {
        using var opened = Models.Checkpoints.Checkpoint.Open(checkpoint);
        return opened.Configuration.VideoTokenId is not null;
    }

    private static int ArgMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
            {
                best = i;
            }
        }

        return best;
    }
}
