using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Recognizers;

namespace LLaVAction.Models.Recognizers;

/// <summary>A recogniser's folder, opened: configuration, classes, and tensors mapped where they lie.</summary>
public sealed class RecognizerCheckpoint : IDisposable
{
    private const string ClassFile = "classes.csv";
    private readonly WeightFiles _weights;

    private RecognizerCheckpoint(string folder, RecognizerConfiguration configuration, ClassOrder classes, WeightFiles weights)
    {
        Folder = folder;
        Configuration = configuration;
        Classes = classes;
        _weights = weights;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Sizes and settings.</summary>
    public RecognizerConfiguration Configuration { get; }

    /// <summary>The action class of each logit.</summary>
    public ClassOrder Classes { get; }

    /// <summary>The tensors by name; those of <see cref="RecognizerConfiguration.TensorShapes"/> are there, of those shapes.</summary>
    public IReadOnlyDictionary<string, TensorView> Tensors => _weights.Tensors;

    /// <summary>Opens a folder that <c>convert-recogniser</c> made.</summary>
    /// <exception cref="InputException">A file is missing or damaged, or the files do not belong together.</exception>
    public static RecognizerCheckpoint Open(string folder)
    {
        var configuration = RecognizerConfiguration.Read(folder);
        var classes = ClassOrder.Read(Path.Combine(folder, ClassFile));
        if (classes.Classes.Count != configuration.Classes)
        {
            throw new InputException($"{classes.Origin} has {classes.Classes.Count} classes and config.json says {configuration.Classes}. Convert the checkpoint again.");
        }

        var weights = WeightFiles.Open(folder);
        try
        {
            foreach (var (name, shape) in configuration.TensorShapes())
            {
                if (!weights.Tensors.TryGetValue(name, out var tensor) || !tensor.Shape.SequenceEqual(shape))
                {
                    throw new InputException($"{folder}: tensor '{name}' is {(tensor is null ? "missing" : DisplayText.Shape(tensor.Shape))}, expected {DisplayText.Shape(shape)}. Convert the checkpoint again.");
                }
            }

            return new RecognizerCheckpoint(folder, configuration, classes, weights);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The time embedding [frames, hidden] for any number of frames: the trained one where it fits, else stretched
    /// linearly, with half-pixel centres and no antialiasing (PyTorch's <c>interpolate(mode='linear')</c>).
    /// </summary>
    public float[] TimeEmbedding(int frames)
    {
        var trained = Tensors["visual.temporal_embedding"].ToFloat32();
        var (rows, width) = (Configuration.Frames, Configuration.HiddenSize);
        if (frames == rows)
        {
            return trained;
        }

        var stretched = new float[frames * width];
        for (var frame = 0; frame < frames; frame++)
        {
            var place = Math.Max(0, ((frame + 0.5f) * ((float)rows / frames)) - 0.5f);
            var low = Math.Min((int)place, rows - 1);
            var high = Math.Min(low + 1, rows - 1);
            var share = place - low;
            for (var column = 0; column < width; column++)
            {
                stretched[(frame * width) + column] = ((1 - share) * trained[(low * width) + column]) + (share * trained[(high * width) + column]);
            }
        }

        return stretched;
    }

    /// <summary>What the model is, as an engine runs it.</summary>
    public ModelDescription Describe(string engine, string device, string precision) => new()
    {
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Folder))),
        DeferredHash = new Lazy<string?>(() => CheckpointHash.Compute(Folder)),
        Engine = engine,
        Device = device,
        Precision = precision,
        Settings = new Dictionary<string, string>(StringComparer.Ordinal),
        OverriddenSettings = new Dictionary<string, string>(StringComparer.Ordinal),
        HasRandomWeights = Configuration.HasRandomWeights,
    };

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
