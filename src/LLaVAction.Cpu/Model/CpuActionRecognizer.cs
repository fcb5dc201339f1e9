using LLaVAction.Cpu.Kernels;
using LLaVAction.Epic;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Settings;

namespace LLaVAction.Cpu.Model;

/// <summary>
/// AVION's recogniser: the patches of all frames and a class token are one sequence, on which every block attends to
/// everything; a linear layer reads the class token. One clip at a time, whatever the call holds.
/// </summary>
internal sealed class CpuActionRecognizer : IActionRecognizer
{
    private readonly RecognizerCheckpoint _checkpoint;
    private readonly ComputeContext _context;
    private readonly PatchEmbeddings _patches;
    private readonly float[] _classToken;
    private readonly Normalization _preNorm;
    private readonly VisionEncoderLayer[] _layers;
    private readonly Normalization _postNorm;
    private readonly DenseLayer _classifier;

    public CpuActionRecognizer(RecognizerCheckpoint checkpoint, ModelDescription description, int? threads)
    {
        _checkpoint = checkpoint;
        Description = description;
        var weights = new WeightReader(checkpoint.Tensors, checkpoint);
        var epsilon = Configuration.LayerNormEpsilon;
        var positions = weights.Matrix("visual.positional_embedding");
        _patches = new PatchEmbeddings(
            weights.Dense("visual.conv1"), positions.SliceRows(1, Configuration.Patches), Configuration.ImageSize, Configuration.PatchSize);
        _classToken = weights.Vector("visual.class_embedding");
        var firstPosition = new float[Configuration.HiddenSize];
        positions.ReadRow(0, firstPosition);
        for (var column = 0; column < _classToken.Length; column++)
        {
            _classToken[column] += firstPosition[column];
        }

        _preNorm = weights.LayerNorm("visual.ln_pre", epsilon);
        _layers = [.. Enumerable.Range(0, Configuration.Layers).Select(layer => Layer(weights, RecognizerNames.Block(layer), epsilon))];
        _postNorm = weights.LayerNorm("visual.ln_post", epsilon);
        _classifier = weights.Dense("fc_cls");
        _context = new ComputeContext(threads);
    }

    public ModelDescription Description { get; }

    public RecognizerConfiguration Configuration => _checkpoint.Configuration;

    public IReadOnlyList<ActionClass> Classes => _checkpoint.Classes.Classes;

    public IReadOnlyList<ClassScores> Score(IReadOnlyList<float[]> clips, int frames, CancellationToken cancellationToken)
    {
        using var workspace = CreateWorkspace(frames);
        using var times = Matrix.FromValues(frames, Configuration.HiddenSize, _checkpoint.TimeEmbedding(frames));
        return [.. clips.Select(clip => Score(clip, times, workspace, null, cancellationToken))];
    }

    public IReadOnlyDictionary<string, StageTensor> Trace(float[] clip, int frames)
    {
        var stages = new Dictionary<string, StageTensor>(StringComparer.Ordinal);
        using var workspace = CreateWorkspace(frames);
        using var times = Matrix.FromValues(frames, Configuration.HiddenSize, _checkpoint.TimeEmbedding(frames));
        Score(clip, times, workspace, Keep, CancellationToken.None);
        return stages;

        void Keep(string stage, MatrixView states)
        {
            var values = new float[states.Rows * states.Columns];
            StageTensors.Copy(states, values);
            stages.Add(stage, new StageTensor([states.Rows, states.Columns], values));
        }
    }

    public void Dispose()
    {
        _context.Dispose();
        _checkpoint.Dispose();
    }

    private ClassScores Score(
        float[] pixels, Matrix times, VisionWorkspace workspace, Action<string, MatrixView>? trace, CancellationToken cancellationToken)
    {
        var states = workspace.HiddenStates.View;
        var patches = states.SliceRows(1, states.Rows - 1);
        _classToken.CopyTo(states.Row(0));
        _patches.Forward(_context, pixels, workspace.Patches.View.SliceRows(0, patches.Rows), patches);
        for (var frame = 0; frame < times.Rows; frame++)
        {
            RowKernels.Add(_context, patches.SliceRows(frame * Configuration.Patches, Configuration.Patches), times.View.SliceRows(frame, 1));
        }

        trace?.Invoke("embeddings", states);
        RowKernels.Normalize(_context, states, _preNorm, states);
        trace?.Invoke("ln_pre", states);
        for (var layer = 0; layer < _layers.Length; layer++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _layers[layer].Attend(_context, states, states.Rows, workspace);
            trace?.Invoke(FormattableString.Invariant($"block_{layer}.attended"), states);
            _layers[layer].Transform(_context, states, workspace);
            trace?.Invoke(FormattableString.Invariant($"block_{layer}"), states);
        }

        using var features = new Matrix(1, Configuration.HiddenSize);
        using var logits = new Matrix(1, Configuration.Classes);
        RowKernels.Normalize(_context, states.SliceRows(0, 1), _postNorm, features.View);
        Linear.Apply(_context, features.View, _classifier, logits.View);
        trace?.Invoke("ln_post", features.View);
        trace?.Invoke("logits", logits.View);
        return new ClassScores(logits.Span.ToArray(), features.Span.ToArray());
    }

    private VisionWorkspace CreateWorkspace(int frames) => new(
        Configuration.Tokens(frames), _patches.ValuesPerPatch, Configuration.HiddenSize, Configuration.IntermediateSize);

    private VisionEncoderLayer Layer(WeightReader weights, string name, double epsilon)
    {
        var (width, headSize) = (Configuration.HiddenSize, Configuration.HiddenSize / Configuration.Heads);
        var joint = weights.Dense(name + "attn.Wqkv");
        DenseLayer Part(int part) => new(joint.Weight.SliceRows(part * width, width), joint.Bias![(part * width)..((part + 1) * width)]);
        return new VisionEncoderLayer
        {
            LayerNorm1 = weights.LayerNorm(name + "ln_1", epsilon),
            QProj = Part(0),
            KProj = Part(1),
            VProj = Part(2),
            OutProj = weights.Dense(name + "attn.out_proj"),
            LayerNorm2 = weights.LayerNorm(name + "ln_2", epsilon),
            Fc1 = weights.Dense(name + "mlp.fc1"),
            Fc2 = weights.Dense(name + "mlp.fc2"),
            Activation = Epilogue.GeluErf,
            Attention = new AttentionShape(Configuration.Heads, Configuration.Heads, headSize, (float)(1 / Math.Sqrt(headSize))),
        };
    }
}
