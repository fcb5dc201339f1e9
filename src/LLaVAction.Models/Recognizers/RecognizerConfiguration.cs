using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Recognizers;

/// <summary>
/// Sizes and settings of an action recogniser of AVION's kind (<c>"model_type": "avion_classifier"</c>): one ViT over the
/// patches of all frames together, and a linear classifier of its class token.
/// </summary>
public sealed record RecognizerConfiguration
{
    /// <summary>What <c>model_type</c> says in <c>config.json</c>.</summary>
    public const string ModelType = "avion_classifier";

    /// <summary>Width and height of a frame, in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Width and height of a patch, in pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Columns of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Columns between the two projections of an MLP.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Frames that the time embedding was trained for.</summary>
    public required int Frames { get; init; }

    /// <summary>Action classes.</summary>
    public required int Classes { get; init; }

    /// <summary>ε of every layer norm.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary>Mean of red, green and blue on the scale 0-255.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>Standard deviation of red, green and blue on the scale 0-255.</summary>
    public required IReadOnlyList<double> StandardDeviation { get; init; }

    /// <summary>What the checkpoint says of where it comes from.</summary>
    public RecognizerSource Source { get; init; } = new();

    /// <summary>Whether the weights are random (a test's or the demo's).</summary>
    public bool HasRandomWeights { get; init; }

    /// <summary>Patches of one frame.</summary>
    public int Patches => ImageSize / PatchSize * (ImageSize / PatchSize);

    /// <summary>Tokens of a clip: the class token and the patches of its frames.</summary>
    public int Tokens(int frames) => 1 + (frames * Patches);

    /// <summary>Floating-point operations of one clip, a multiplication and an addition counted as two.</summary>
    public double OperationsOf(int frames)
    {
        double tokens = Tokens(frames), width = HiddenSize;
        var block = (4 * width * width) + (2 * width * IntermediateSize) + (2 * tokens * width);
        return 2 * ((Layers * tokens * block) + (frames * Patches * 3.0 * PatchSize * PatchSize * width) + (width * Classes));
    }

    /// <summary>Whether a folder's <c>config.json</c> is that of a recogniser.</summary>
    public static bool IsRecognizer(string folder) =>
        JsonFields.TryOpen(Path.Combine(folder, "config.json"))?.Text("model_type") == ModelType;

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <exception cref="InputException">The file is missing, damaged, or describes no recogniser that can be run.</exception>
    public static RecognizerConfiguration Read(string folder)
    {
        var file = Path.Combine(folder, "config.json");
        var config = JsonFields.TryOpen(file) ?? throw new InputException($"{folder} holds no config.json; expected the folder of a recogniser that convert-recogniser made.");
        if (config.Text("model_type") != ModelType)
        {
            throw config.Wrong("model_type", $"'{config.Text("model_type")}'", $"'{ModelType}'");
        }

        int Size(string key) => config.Size(key) ?? throw config.Missing(key);
        IReadOnlyList<double> Colours(string key) => config.Numbers(key) is { Count: 3 } values && values.All(double.IsFinite) ? values : throw config.Missing(key);
        var source = config.Object("source");
        var read = new RecognizerConfiguration
        {
            ImageSize = Size("image_size"),
            PatchSize = Size("patch_size"),
            HiddenSize = Size("hidden_size"),
            Layers = config.Integer("num_hidden_layers", 1, 1000) ?? throw config.Missing("num_hidden_layers"),
            Heads = Size("num_attention_heads"),
            IntermediateSize = Size("intermediate_size"),
            Frames = Size("num_frames"),
            Classes = Size("num_labels"),
            LayerNormEpsilon = config.Positive("layer_norm_eps") ?? throw config.Missing("layer_norm_eps"),
            Mean = Colours("image_mean"),
            StandardDeviation = Colours("image_std"),
            HasRandomWeights = config.Flag("llavaction_random_weights") ?? false,
            Source = new RecognizerSource
            {
                File = source?.Text("file"),
                Sha256 = source?.Text("sha256"),
                Published = source?.Text("published"),
                TrainingVideos = source?.Texts("training_videos").ToHashSet(StringComparer.Ordinal) ?? [],
            },
        };
        return read.ImageSize % read.PatchSize == 0 && read.HiddenSize % read.Heads == 0 && read.StandardDeviation.All(static deviation => deviation > 0)
            ? read
            : throw new InputException($"{file}: {read.ImageSize} pixels in patches of {read.PatchSize}, or {read.HiddenSize} columns in {read.Heads} heads, are not possible. Convert the checkpoint again.");
    }

    /// <summary>The tensors of the model, by name, with their shapes.</summary>
    public IReadOnlyDictionary<string, long[]> TensorShapes()
    {
        long width = HiddenSize;
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal)
        {
            ["visual.conv1.weight"] = [width, 3L * PatchSize * PatchSize],
            ["visual.class_embedding"] = [width],
            ["visual.positional_embedding"] = [1 + Patches, width],
            ["visual.temporal_embedding"] = [Frames, width],
        };
        AddPair("visual.ln_pre", width);
        AddPair("visual.ln_post", width);
        for (var layer = 0; layer < Layers; layer++)
        {
            var block = RecognizerNames.Block(layer);
            AddPair(block + "ln_1", width);
            AddPair(block + "attn.Wqkv", 3 * width, width);
            AddPair(block + "attn.out_proj", width, width);
            AddPair(block + "ln_2", width);
            AddPair(block + "mlp.fc1", IntermediateSize, width);
            AddPair(block + "mlp.fc2", width, IntermediateSize);
        }

        AddPair("fc_cls", Classes, width);
        return shapes;

        void AddPair(string name, params long[] shape)
        {
            shapes.Add(name + ".weight", shape);
            shapes.Add(name + ".bias", [shape[0]]);
        }
    }
}

/// <summary>Where a recogniser comes from.</summary>
public sealed record RecognizerSource
{
    /// <summary>Name of the file it was converted from.</summary>
    public string? File { get; init; }

    /// <summary>SHA-256 of that file.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Name of the published checkpoint it is (<see cref="PublishedRecognizer.Name"/>); null for any other.</summary>
    public string? Published { get; init; }

    /// <summary>The videos it was trained on: predictions on their clips are in-sample.</summary>
    public IReadOnlySet<string> TrainingVideos { get; init; } = new HashSet<string>(StringComparer.Ordinal);
}
