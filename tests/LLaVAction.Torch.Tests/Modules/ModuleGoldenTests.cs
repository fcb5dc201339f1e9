using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;
using LLaVAction.Video.Frames;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Tests.Modules;

/// <summary>The modules, whose forward functions training differentiates, against the reference: every stage.</summary>
public sealed class ModuleGoldenTests : StagedModelGoldens
{
    /// <inheritdoc/>
    protected override IStagedModel Load(string checkpointFolder, ModelOptions options)
    {
        TestEngine.Require();
        using var checkpoint = Checkpoint.Open(checkpointFolder);
        var settings = ModelSettings.Of(checkpoint.Configuration, null).With(options, checkpoint.Configuration, null);
        return new ModuleStages(TorchEngine.Load(checkpoint, ComputeDevice.Of(TestEngine.OnCpu(options)), settings, options));
    }

    /// <summary>The stages as the modules compute them. What is no module's is the inference engine's.</summary>
    private sealed class ModuleStages(Llava model) : IStagedModel
    {
        private readonly TorchStagedModel _inference = new(new LlavaInference(model, "a test"));

        public StageTensor Preprocess(ClipFrames frames) => _inference.Preprocess(frames);

        public IReadOnlyList<StageTensor> TraceVision(StageTensor pixelValues)
        {
            using var scope = NewDisposeScope();
            var states = model.VisionTower.Embeddings.call(From(pixelValues));
            var trace = new List<StageTensor> { HostTensors.ToStage(states) };
            foreach (var layer in model.VisionTower.Encoder.Layers)
            {
                states = layer.call(states);
                trace.Add(HostTensors.ToStage(states));
            }

            return trace;
        }

        public StageTensor EncodeVision(StageTensor pixelValues) => Run(() => model.VisionTower.call(From(pixelValues)));

        public StageTensor Project(StageTensor visionFeatures) => Run(() => model.MultimodalProjector!.call(From(visionFeatures)));

        public StageTensor Pool(StageTensor projected) => Run(() => model.Pool(From(projected)));

        public StageTensor ArrangeVisualTokens(StageTensor pooled)
            => Run(() => model.ArrangeVisualTokens(From(pooled), [.. Enumerable.Range(0, pooled.Shape[0])]));

        public StageTensor Embed(IReadOnlyList<int> inputIds, StageTensor? visualTokens) => _inference.Embed(inputIds, visualTokens);

        public StageTensor HiddenStates(StageTensor inputEmbeddings) => Run(() => model.call(From(inputEmbeddings).unsqueeze(0)).squeeze(0));

        public StageTensor HiddenStatesOverPrefix(StageTensor inputEmbeddings, int prefixLength) => HiddenStates(inputEmbeddings);

        public StageTensor Logits(StageTensor hiddenStates) => Run(() => model.Logits(From(hiddenStates)));

        public ActionHeadLogits? ReadActionHeads(StageTensor actionHiddenStates) => _inference.ReadActionHeads(actionHiddenStates);

        public IReadOnlyList<int> GenerateGreedy(StageTensor inputEmbeddings, int newTokens)
        {
            using var scope = NewDisposeScope();
            var embeddings = From(inputEmbeddings);
            var tokens = new List<int>();
            while (tokens.Count < newTokens)
            {
                var logits = model.Logits(model.call(embeddings.unsqueeze(0))[0, -1]);
                tokens.Add((int)logits.argmax().item<long>());
                embeddings = cat([embeddings, model.Embed([tokens[^1]])]);
            }

            return tokens;
        }

        public void Dispose() => _inference.Dispose();

        private static StageTensor Run(Func<Tensor> stage)
        {
            using var scope = NewDisposeScope();
            return HostTensors.ToStage(stage());
        }

        private Tensor From(StageTensor stage) => HostTensors.FromStage(stage, model.At);
    }
}
