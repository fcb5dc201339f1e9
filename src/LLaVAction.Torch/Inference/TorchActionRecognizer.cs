using LLaVAction.Epic;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Settings;
using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>AVION's recogniser on libtorch; on a GPU several clips at a time.</summary>
internal sealed class TorchActionRecognizer : IActionRecognizer
{
    private const int ClipsOnGpu = 4;

    private readonly RecognizerCheckpoint _checkpoint;
    private readonly ComputeDevice _device;
    private readonly VideoClassifier _model;

    public TorchActionRecognizer(RecognizerCheckpoint checkpoint, ComputeDevice device)
    {
        _checkpoint = checkpoint;
        _device = device;
        Description = checkpoint.Describe("torch", device.Name, device.Precision);
        _model = new VideoClassifier(checkpoint.Configuration);
        _model.eval();
        using (no_grad())
        {
            foreach (var (name, parameter) in _model.named_parameters())
            {
                using var stored = tensor(checkpoint.Tensors[name].ToFloat32(), parameter.shape);
                parameter.copy_(stored);
            }
        }

        _model.to(device.Device, device.Type);
    }

    public ModelDescription Description { get; }

    public RecognizerConfiguration Configuration => _checkpoint.Configuration;

    public IReadOnlyList<ActionClass> Classes => _checkpoint.Classes.Classes;

    public int PreferredClips => _device.IsCuda ? ClipsOnGpu : 1;

    public IReadOnlyList<ClassScores> Score(IReadOnlyList<float[]> clips, int frames, CancellationToken cancellationToken)
    {
        var scores = new List<ClassScores>(clips.Count);
        foreach (var batch in clips.Chunk(PreferredClips))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var features = _model.Features(Upload([.. batch.SelectMany(static clip => clip)], batch.Length, frames), Times(frames));
            var logits = ToArray(_model.Classify(features));
            var vectors = ToArray(features);
            scores.AddRange(Enumerable.Range(0, batch.Length).Select(i => new ClassScores(Row(logits, i, batch.Length), Row(vectors, i, batch.Length))));
        }

        return scores;
    }

    public IReadOnlyDictionary<string, StageTensor> Trace(float[] clip, int frames)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var stages = new Dictionary<string, StageTensor>(StringComparer.Ordinal);
        var features = _model.Features(Upload(clip, 1, frames), Times(frames), Keep);
        Keep("ln_post", features);
        Keep("logits", _model.Classify(features));
        return stages;

        void Keep(string stage, Tensor values) => stages.Add(stage, new StageTensor([.. values.shape.Skip(1).Select(static size => (int)size)], ToArray(values)));
    }

    public void Dispose()
    {
        _model.Dispose();
        _checkpoint.Dispose();
    }

    private Tensor Upload(float[] pixels, int clips, int frames) =>
        tensor(pixels, [clips, frames, 3, Configuration.ImageSize, Configuration.ImageSize]).to(_device.Type, _device.Device);

    private Tensor Times(int frames) => tensor(_checkpoint.TimeEmbedding(frames), [frames, Configuration.HiddenSize]).to(_device.Type, _device.Device);

    private static float[] ToArray(Tensor values) => values.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();

    private static float[] Row(float[] values, int row, int rows) => values[(row * (values.Length / rows))..((row + 1) * (values.Length / rows))];
}
