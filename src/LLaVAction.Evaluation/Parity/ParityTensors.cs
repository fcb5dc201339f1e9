using System.Runtime.InteropServices;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Parity;

/// <summary>
/// The tensors of one clip of a pack, each checked against the model's sizes before it is handed out: an engine must not
/// be given a tensor of a shape that it cannot take.
/// </summary>
internal sealed class ParityTensors : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly ModelConfiguration _configuration;
    private readonly int _hidden;
    private readonly int _rows;

    private ParityTensors(SafetensorsFile file, ModelConfiguration configuration, LanguageConfiguration language)
    {
        _file = file;
        _configuration = configuration;
        _hidden = language.Hidden;
        _rows = language.VocabularyRows;
    }

    /// <summary>Opens a clip's file.</summary>
    /// <exception cref="InputException">The file is missing or damaged.</exception>
    public static ParityTensors Open(ParityClip clip, ModelConfiguration configuration, LanguageConfiguration language) =>
        new(SafetensorsFile.Open(clip.File), configuration, language);

    public ClipFrames Frames()
    {
        var tensor = Find("frames_uint8", ElementType.UInt8, [-1, -1, -1, 3]) ?? throw Missing("frames_uint8");
        var count = (int)tensor.Shape[0];
        var size = checked((int)(tensor.Shape[1] * tensor.Shape[2] * 3));
        return new ClipFrames
        {
            Width = (int)tensor.Shape[2],
            Height = (int)tensor.Shape[1],
            Frames = Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)tensor.GetBytes((long)i * size, size).ToArray()).ToArray(),
            Seconds = Enumerable.Range(0, count).Select(static i => (double)i).ToArray(),
            Selections = new Dictionary<int, IReadOnlyList<int>> { [count] = Enumerable.Range(0, count).ToArray() },
        };
    }

    // Pixel values; null where the clip holds no stages.
    public StageTensor? Pixels() => Stage("pixel_values", [-1, 3, _configuration.Vision.ImageSize, _configuration.Vision.ImageSize]);

    // Output of the vision tower; null where the clip holds no stages.
    public StageTensor? Vision() => Stage("vision_selected", [-1, _configuration.Vision.Patches, _configuration.Vision.Hidden]);

    // Output of the projector; null where the clip holds no stages.
    public StageTensor? Projected() => Stage("projector_output", [-1, _configuration.Vision.Patches, _hidden]);

    // The video's tokens; null where the clip holds no stages.
    public StageTensor? VideoTokens() => Stage("video_features", [-1, _hidden]);

    // Hidden states after the final norm; null where the clip holds no stages.
    public StageTensor? Hidden() => Stage("hidden_last_postnorm", [-1, _hidden]);

    public float[] Logits() => (Stage("last_logits", [_rows]) ?? throw Missing("last_logits")).Values;

    // The prompt's ids, with one −200 for the video.
    public int[] InputIds()
    {
        var ids = Ids("input_ids", isPlaceholderAllowed: true) ?? throw Missing("input_ids");
        return ids.Count(static id => id == PromptTokens.VideoPlaceholderId) == 1
            ? ids
            : throw new InputException($"{_file.Path}: input_ids must hold {PromptTokens.VideoPlaceholderId}, the video, once. Make the pack again.");
    }

    // Ids of the letters; null where the clip has none.
    public int[]? CandidateIds() => Ids("candidate_ids", isPlaceholderAllowed: false);

    // Ids of the greedy continuation; null where the clip has none.
    public int[]? GreedyIds() => Ids("greedy_ids", isPlaceholderAllowed: false);

    // Lead of the best logit over the second at each step of the greedy continuation.
    public float[]? GreedyMargins() => Stage("greedy_margins", [-1])?.Values;

    public void Dispose() => _file.Dispose();

    private int[]? Ids(string name, bool isPlaceholderAllowed)
    {
        if (Find(name, ElementType.Int32, [-1]) is not { } tensor)
        {
            return null;
        }

        var ids = MemoryMarshal.Cast<byte, int>(tensor.Bytes).ToArray();
        var at = Array.FindIndex(ids, id => (id < 0 || id >= _rows) && !(isPlaceholderAllowed && id == PromptTokens.VideoPlaceholderId));
        return at < 0
            ? ids
            : throw new InputException($"{_file.Path}: {name}[{at}] is {ids[at]}, and the model's vocabulary has {_rows} rows. The pack is of another model.");
    }

    private StageTensor? Stage(string name, int[] shape) => Find(name, ElementType.Float32, shape) is { } tensor
        ? new StageTensor(tensor.Shape.Select(static size => (int)size).ToArray(), Finite(name, tensor.ToFloat32()))
        : null;

    private float[] Finite(string name, float[] values)
    {
        var at = Array.FindIndex(values, static value => !float.IsFinite(value));
        return at < 0
            ? values
            : throw new InputException($"{_file.Path}: {name} value {at} is not a finite number: the reference overflowed. Make the pack in float32 or bfloat16.");
    }

    private TensorView? Find(string name, ElementType type, int[] shape)
    {
        if (!_file.Tensors.TryGetValue(name, out var tensor))
        {
            return null;
        }

        var fits = tensor.ElementType == type
            && tensor.Shape.Count == shape.Length
            && tensor.Shape.Zip(shape).All(static pair => pair.First > 0 && pair.First <= 1 << 24 && (pair.Second < 0 || pair.First == pair.Second));
        return fits
            ? tensor
            : throw new InputException(
                $"{_file.Path}: {name} is {tensor.ElementTypeName} {DisplayText.Shape(tensor.Shape)}; expected {ElementTypes.NameOf(type)} "
                + $"{DisplayText.Shape(shape.Select(static size => (long)size)).Replace("-1", "n", StringComparison.Ordinal)} for this model. The pack is of another model, or damaged.");
    }

    private InputException Missing(string name) => new($"{_file.Path}: {name} is missing. Make the pack again.");
}
