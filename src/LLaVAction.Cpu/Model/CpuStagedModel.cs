using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cpu.Model;

/// <summary>Shows the stages of the cpu engine, each by the code that answers prompts.</summary>
internal sealed class CpuStagedModel(LlavaModel model) : IStagedModel
{
    private Qwen2Model Decoder => model.LanguageModel ?? throw new InvalidOperationException("This checkpoint is a vision tower alone.");

    public StageTensor Preprocess(ClipFrames frames)
        => new([frames.Frames.Count, 3, model.Preprocessor.Size, model.Preprocessor.Size], model.Preprocessor.ToPixelValues(frames));

    public IReadOnlyList<StageTensor> TraceVision(StageTensor pixelValues)
    {
        var trace = new List<float[]>();
        var frames = pixelValues.Shape[0];
        ForEachPass(pixelValues, (first, count, workspace, pixels) =>
        {
            var step = 0;
            model.VisionTower.Forward(model.Context, pixels, count, workspace, Keep, CancellationToken.None);

            void Keep(MatrixView states)
            {
                if (trace.Count == step)
                {
                    trace.Add(new float[frames * model.VisionTower.Patches * model.VisionTower.HiddenSize]);
                }

                StageTensors.Copy(states, trace[step++].AsSpan(first * model.VisionTower.Patches * model.VisionTower.HiddenSize));
            }
        });
        return trace.ConvertAll(values => new StageTensor([frames, model.VisionTower.Patches, model.VisionTower.HiddenSize], values));
    }

    public StageTensor EncodeVision(StageTensor pixelValues)
    {
        var frames = pixelValues.Shape[0];
        var valuesPerFrame = model.VisionTower.Patches * model.VisionTower.HiddenSize;
        var result = new float[frames * valuesPerFrame];
        ForEachPass(pixelValues, (first, count, workspace, pixels) => StageTensors.Copy(
            model.VisionTower.Forward(model.Context, pixels, count, workspace, null, CancellationToken.None),
            result.AsSpan(first * valuesPerFrame)));
        return new StageTensor([frames, model.VisionTower.Patches, model.VisionTower.HiddenSize], result);
    }

    public StageTensor Project(StageTensor visionFeatures)
    {
        var projector = model.MultiModalProjector ?? throw new InvalidOperationException("This checkpoint has no projector.");
        using var input = StageTensors.ToMatrix(visionFeatures);
        using var output = new Matrix(input.Rows, projector.HiddenSize);
        projector.Forward(model.Context, input.View, output.View);
        return new StageTensor([.. visionFeatures.Shape.SkipLast(1), projector.HiddenSize], output.Span.ToArray());
    }

    public StageTensor Pool(StageTensor projected)
    {
        var frames = projected.Shape[0];
        var patches = model.Layout.PatchesPerFrame;
        using var input = StageTensors.ToMatrix(projected);
        using var output = new Matrix(frames * patches, input.Columns);
        SpatialPooling.Forward(model.Context, model.Settings.Pooling, input.View, model.VisionTower.Embeddings.Grid, output.View);
        return new StageTensor([frames, patches, input.Columns], output.Span.ToArray());
    }

    public StageTensor ArrangeVisualTokens(StageTensor pooled)
    {
        using var features = StageTensors.ToMatrix(pooled);
        var video = model.ArrangeVisualTokens(features.View, Enumerable.Range(0, pooled.Shape[0]).ToArray());
        var values = new float[video.Length * features.Columns];
        for (var i = 0; i < video.Length; i++)
        {
            video.ReadRow(i, values.AsSpan(i * features.Columns, features.Columns));
        }

        return new StageTensor([video.Length, features.Columns], values);
    }

    public StageTensor Embed(IReadOnlyList<int> inputIds, StageTensor? visualTokens)
    {
        var hidden = Decoder.HiddenSize;
        var visual = visualTokens?.Shape[0] ?? 0;
        var rows = new List<float[]>();
        for (var i = 0; i < inputIds.Count; i++)
        {
            var isRun = inputIds[i] == model.Configuration.VideoTokenId;
            if (inputIds[i] != PromptTokens.VideoPlaceholderId && !(isRun && visualTokens is not null))
            {
                var row = new float[hidden];
                Decoder.EmbedTokens.ReadRow(inputIds[i], row);
                rows.Add(row);
                continue;
            }

            rows.AddRange(visualTokens!.Values.Chunk(hidden));
            var run = inputIds.Skip(i).TakeWhile(id => id == inputIds[i]).Count();
            if (run != (isRun ? visual : 1))
            {
                throw new ArgumentException($"{run} video token ids in a row for {visual} visual tokens.", nameof(inputIds));
            }

            i += run - 1;
        }

        return new StageTensor([rows.Count, hidden], rows.SelectMany(row => row).ToArray());
    }

    public StageTensor HiddenStates(StageTensor inputEmbeddings) => HiddenStatesOverPrefix(inputEmbeddings, 0);

    public StageTensor HiddenStatesOverPrefix(StageTensor inputEmbeddings, int prefixLength)
    {
        using var embeddings = StageTensors.ToMatrix(inputEmbeddings);
        using var prefix = Decoder.CreateCache(prefixLength);
        using var own = Decoder.CreateCache(embeddings.Rows - prefixLength, prefix);
        using var states = new Matrix(embeddings.Rows, embeddings.Columns);
        RunAll(embeddings.View.SliceRows(0, prefixLength), prefix, states.View.SliceRows(0, prefixLength));
        var rest = embeddings.Rows - prefixLength;
        RunAll(embeddings.View.SliceRows(prefixLength, rest), own, states.View.SliceRows(prefixLength, rest));
        RowKernels.Normalize(model.Context, states.View, Decoder.Norm, states.View);
        return new StageTensor(inputEmbeddings.Shape, states.Span.ToArray());
    }

    public StageTensor Logits(StageTensor hiddenStates)
    {
        using var input = StageTensors.ToMatrix(hiddenStates);
        using var logits = new Matrix(input.Rows, Decoder.VocabularyRows);
        Linear.Apply(model.Context, input.View, Decoder.LmHead, logits.View);
        return new StageTensor([input.Rows, Decoder.VocabularyRows], logits.Span.ToArray());
    }

    public ActionHeadLogits? ReadActionHeads(StageTensor actionHiddenStates)
    {
        if (model.ActionHeads is not { } heads)
        {
            return null;
        }

        using var states = StageTensors.ToMatrix(actionHiddenStates);
        (var verb, var noun, var action) = heads.Forward(model.Context, states.View);
        return new ActionHeadLogits(new StageTensor([verb.Length], verb), new StageTensor([noun.Length], noun), new StageTensor([action.Length], action));
    }

    public IReadOnlyList<int> GenerateGreedy(StageTensor inputEmbeddings, int newTokens)
    {
        using var embeddings = StageTensors.ToMatrix(inputEmbeddings);
        using var cache = Decoder.CreateCache(embeddings.Rows + newTokens);
        using var states = new Matrix(embeddings.Rows, embeddings.Columns);
        RunAll(embeddings.View, cache, states.View);
        using var logits = new Matrix(1, Decoder.VocabularyRows);
        Decoder.Logits(model.Context, states.View.SliceRows(embeddings.Rows - 1, 1), logits.View);
        using var pass = Decoder.CreatePass(model.Context, 1);
        var continuation = new Continuation(cache, new GreedyText(newTokens, [], Decoder.VocabularyRows, 1));
        new GreedyDecoder(Decoder).Run(pass, [continuation], logits, CancellationToken.None);
        return continuation.Text.Tokens;
    }

    public void Dispose() => model.Dispose();

    private void RunAll(MatrixView embeddings, KeyValueCache cache, MatrixView states)
    {
        using var pass = Decoder.CreatePass(model.Context, DecoderRun.RowsNeeded(embeddings.Rows));
        for (var start = 0; start < embeddings.Rows; start += pass.Capacity)
        {
            var count = Math.Min(pass.Capacity, embeddings.Rows - start);
            pass.Begin([new SequenceRows(0, count, cache)]);
            embeddings.SliceRows(start, count).CopyTo(pass.HiddenStates);
            Decoder.Forward(pass, WantedRows.All, null, CancellationToken.None);
            pass.HiddenStates.CopyTo(states.SliceRows(start, count));
        }
    }

    private void ForEachPass(StageTensor pixelValues, VisionPass run)
    {
        var frames = pixelValues.Shape[0];
        var perPass = Math.Min(frames, model.VisionTower.FramesPerPass);
        var values = model.VisionTower.Embeddings.ValuesPerFrame;
        using var workspace = model.VisionTower.CreateWorkspace(perPass);
        for (var first = 0; first < frames; first += perPass)
        {
            var count = Math.Min(perPass, frames - first);
            run(first, count, workspace, pixelValues.Values.AsSpan(first * values, count * values));
        }
    }

    private delegate void VisionPass(int firstFrame, int count, VisionWorkspace workspace, ReadOnlySpan<float> pixelValues);
}
