using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using LLaVAction.Epic;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Models.Recognizers;

/// <summary>What to convert, and how.</summary>
public sealed record RecognizerConversionRequest
{
    /// <summary>The checkpoint (.pt) of AVION's fine-tuning script, or of a descendant.</summary>
    public required string File { get; init; }

    /// <summary>EPIC_100_train.csv and EPIC_100_validation.csv: their classes, in the order of their text, are the logits.</summary>
    public required IReadOnlyList<string> Annotations { get; init; }

    /// <summary>The rows it was trained on; null for the first of <see cref="Annotations"/>.</summary>
    public string? TrainedOn { get; init; }

    /// <summary>The folder to make.</summary>
    public required string Output { get; init; }

    /// <summary>Whether matrices are kept as bfloat16 (half the size) and not as they are stored.</summary>
    public bool IsBFloat16 { get; init; }

    /// <summary>Attention heads; null for heads of 64 columns, as every published checkpoint has.</summary>
    public int? Heads { get; init; }
}

/// <summary>
/// Turns a torch checkpoint of AVION's classifier into a folder of <c>config.json</c>, <c>model.safetensors</c> and
/// <c>classes.csv</c>. Sizes come from the shapes; weights are copied bit for bit, one tensor in memory at a time.
/// </summary>
public static class RecognizerConversion
{
    private const int PublishedHeadSize = 64;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    /// <summary>Converts; gives the configuration of what it wrote.</summary>
    /// <exception cref="InputException">The file is no such checkpoint, or does not fit the annotations, or the folder is not free.</exception>
    public static RecognizerConfiguration Run(RecognizerConversionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Directory.Exists(request.Output) && Directory.EnumerateFileSystemEntries(request.Output).Any())
        {
            throw new InputException($"{request.Output} is not empty. Choose another --output.");
        }

        using var torch = TorchFile.Open(request.File);
        var tensors = Renamed(torch);
        var configuration = Describe(request, torch, tensors);
        var files = request.Annotations.Select(path => EpicCsvReader.Read(path)).ToArray();
        var classes = ClassesOf(request, files, configuration.Classes);
        var trainedOn = request.TrainedOn is { } path ? EpicCsvReader.Read(path) : files[0];
        var (sha256, md5) = Hash(request.File);
        var published = PublishedRecognizer.OfMd5(md5);
        if (published is { Figures: not null } && published == PublishedRecognizer.All[0] && Path.GetFileName(request.File).Contains("lavila", StringComparison.OrdinalIgnoreCase))
        {
            throw new InputException($"{request.File}: by its MD5 this is {published.Name}, under the name of the LaViLa model (AVION's download script links it so). Take the file of docs/MODEL_ZOO.md (MD5 {PublishedRecognizer.All[1].Md5Start}…), or rename this one if the baseline is meant.");
        }

        configuration = configuration with
        {
            Source = new RecognizerSource
            {
                File = Path.GetFileName(request.File),
                Sha256 = sha256,
                Published = published?.Name,
                TrainingVideos = trainedOn.Clips.Select(static clip => clip.VideoId).ToHashSet(StringComparer.Ordinal),
            },
        };
        Write(request, torch, tensors, configuration, classes);
        return configuration;
    }

    private static Dictionary<string, TorchTensor> Renamed(TorchFile torch)
    {
        var tensors = new Dictionary<string, TorchTensor>(StringComparer.Ordinal);
        foreach (var (stored, tensor) in torch.StateDict())
        {
            if (!tensors.TryAdd(RecognizerNames.Of(stored), tensor))
            {
                throw new InputException($"{torch.Path}: two tensors are '{RecognizerNames.Of(stored)}', expected one of them.");
            }
        }

        return tensors;
    }

    // Sizes from shapes; what is there beyond them, or missing, is an error.
    private static RecognizerConfiguration Describe(RecognizerConversionRequest request, TorchFile torch, Dictionary<string, TorchTensor> tensors)
    {
        if (!tensors.ContainsKey("fc_cls.weight"))
        {
            throw new InputException(tensors.Keys.Any(static name => name.StartsWith("textual.", StringComparison.Ordinal) || name == "logit_scale" || name == "visual.conv1.weight")
                ? $"{torch.Path}: this is the pre-trained file, it has no fc_cls; the classifier is avion_finetune_cls_… of AVION's docs/MODEL_ZOO.md."
                : $"{torch.Path}: it has no fc_cls.weight (but {string.Join(", ", tensors.Keys.Take(3))}, …), expected a classifier that AVION's main_lavila_finetune_cls.py trained.");
        }

        int Size(string name, int axis) => tensors.GetValueOrDefault(name) is { } tensor && tensor.Shape.Count > axis && tensor.Shape[axis] is > 0 and <= 1 << 24
            ? (int)tensor.Shape[axis]
            : throw new InputException($"{torch.Path}: tensor '{name}' is missing or of a shape that no ViT has, expected AVION's classifier.");
        var width = Size("fc_cls.weight", 1);
        var convolution = tensors.GetValueOrDefault("visual.conv1.weight")?.Shape.Skip(1).Aggregate(1L, static (product, size) => product * size) ?? 0;
        var patch = Root(convolution / 3);
        var grid = Root(Size("visual.positional_embedding", 0) - 1);
        var layers = tensors.Keys.Count(static name => name.EndsWith(".attn.Wqkv.weight", StringComparison.Ordinal));
        var heads = request.Heads ?? (width % PublishedHeadSize == 0
            ? width / PublishedHeadSize
            : throw new InputException($"{torch.Path}: {width} columns are no whole number of heads of {PublishedHeadSize}. Give the number of heads by --heads."));
        var (mean, deviation) = torch.Argument("norm_style") switch
        {
            // CLIP's, but for red: 0.48145466 x 225 in AVION's script, where 255 was meant. The weights were trained with it.
            null or "openai" => (new[] { 108.3272985, 116.7460125, 104.09373615000001 }, new[] { 68.5005327, 66.6321579, 70.32316305 }),
            "timm" => ([0.485 * 255, 0.456 * 255, 0.406 * 255], [0.229 * 255, 0.224 * 255, 0.225 * 255]),
            var other => throw new InputException($"{torch.Path}: it was trained with --norm-style '{other}', expected openai or timm."),
        };
        var configuration = new RecognizerConfiguration
        {
            ImageSize = grid * patch,
            PatchSize = patch,
            HiddenSize = width,
            Layers = layers,
            Heads = heads > 0 && width % heads == 0 ? heads : throw new InputException($"--heads {heads}: {width} columns cannot be dealt out to them."),
            IntermediateSize = layers == 0 ? 0 : Size(RecognizerNames.Block(0) + "mlp.fc1.weight", 0),
            Frames = Size("visual.temporal_embedding", 0),
            Classes = Size("fc_cls.weight", 0),
            Mean = mean,
            StandardDeviation = deviation,
        };
        var expected = configuration.TensorShapes();
        foreach (var (name, shape) in expected)
        {
            var found = tensors.GetValueOrDefault(name);
            var isRight = found is not null && (found.Shape.SequenceEqual(shape) || (name == "visual.conv1.weight" && found.Count == shape[0] * shape[1]));
            if (!isRight || found!.ElementType is not ("F32" or "F16" or "BF16"))
            {
                throw new InputException($"{torch.Path}: tensor '{name}' is {(found is null ? "missing" : $"{found.ElementType} {DisplayText.Shape(found.Shape)}")}, expected F32 {DisplayText.Shape(shape)}.");
            }
        }

        var unknown = tensors.Keys.FirstOrDefault(name => !expected.ContainsKey(name));
        return unknown is null ? configuration : throw new InputException($"{torch.Path}: tensor '{DisplayText.Shorten(unknown)}' is none of AVION's classifier; a model with it computes something else.");
    }

    private static ActionClassIndex ClassesOf(RecognizerConversionRequest request, AnnotationFile[] files, int expected)
    {
        var classes = AnnotationPool.Unite(files).Classes;
        return classes.Count == expected
            ? classes
            : throw new InputException(
                $"{request.File}: fc_cls has {Number(expected)} classes, and --annotations give {Number(classes.Count)} ("
                + string.Join(", ", files.Select(file => $"{Path.GetFileName(file.Path)} {Number(file.Clips.Select(static clip => clip.Class).Distinct().Count())}"))
                + "). Give both whole CSVs, EPIC_100_train.csv and EPIC_100_validation.csv.");
    }

    private static void Write(
        RecognizerConversionRequest request, TorchFile torch, Dictionary<string, TorchTensor> tensors, RecognizerConfiguration configuration, ActionClassIndex classes)
    {
        var written = configuration.TensorShapes().OrderBy(static item => item.Key, StringComparer.Ordinal).Select(item => Stored(torch, item.Key, item.Value, tensors[item.Key], request.IsBFloat16)).ToArray();
        try
        {
            Directory.CreateDirectory(request.Output);
            SafetensorsWriter.Write(Path.Combine(request.Output, "model.safetensors"), written);
            var lines = classes.Classes.Select(static (action, i) => FormattableString.Invariant($"{i},{action.Verb},{action.Noun}\n"));
            File.WriteAllText(Path.Combine(request.Output, "classes.csv"), "action_class,verb_class,noun_class\n" + string.Concat(lines));

            // Last, so that a folder whose making was cut short is no recogniser.
            File.WriteAllText(Path.Combine(request.Output, "config.json"), ToJson(configuration));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{request.Output}: cannot be written ({failure.Message.TrimEnd('.')}). Make room or choose another --output; what is there so far can be removed.", failure);
        }
    }

    private static TensorToWrite Stored(TorchFile torch, string name, long[] shape, TorchTensor tensor, bool isBFloat16)
    {
        var isConverted = isBFloat16 && shape.Length > 1 && name.EndsWith(".weight", StringComparison.Ordinal) && tensor.ElementType == "F32";
        byte[] bytes = [];
        return new TensorToWrite(name, isConverted ? ElementType.BFloat16 : ElementTypes.FromName(tensor.ElementType), shape, (offset, part) =>
        {
            if (offset == 0)
            {
                bytes = isConverted ? ToBFloat16(torch.Read(tensor)) : torch.Read(tensor);
            }

            bytes.AsSpan((int)offset, part.Length).CopyTo(part);
        });
    }

    private static byte[] ToBFloat16(byte[] floats)
    {
        var rounded = new byte[floats.Length / 2];
        ElementConversion.Float32ToBFloat16(MemoryMarshal.Cast<byte, float>(floats), MemoryMarshal.Cast<byte, ushort>(rounded.AsSpan()));
        return rounded;
    }

    internal static string ToJson(RecognizerConfiguration configuration) => JsonSerializer.Serialize(
        new
        {
            RecognizerConfiguration.ModelType,
            configuration.ImageSize,
            configuration.PatchSize,
            configuration.HiddenSize,
            NumHiddenLayers = configuration.Layers,
            NumAttentionHeads = configuration.Heads,
            configuration.IntermediateSize,
            NumFrames = configuration.Frames,
            NumLabels = configuration.Classes,
            HiddenAct = "gelu",
            LayerNormEps = configuration.LayerNormEpsilon,
            ImageMean = configuration.Mean,
            ImageStd = configuration.StandardDeviation,
            Source = new
            {
                configuration.Source.File,
                configuration.Source.Sha256,
                configuration.Source.Published,
                TrainingVideos = configuration.Source.TrainingVideos.Order(StringComparer.Ordinal),
            },
        },
        Json) + "\n";

    private static (string Sha256, string Md5) Hash(string path)
    {
        using var file = File.OpenRead(path);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[1 << 20];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            sha256.AppendData(buffer.AsSpan(0, read));
            md5.AppendData(buffer.AsSpan(0, read));
        }

        return (Convert.ToHexStringLower(sha256.GetHashAndReset()), Convert.ToHexStringLower(md5.GetHashAndReset()));
    }

    // The whole square root; 0 where there is none.
    private static int Root(long square) => (int)Math.Round(Math.Sqrt(Math.Max(0, square))) is var root && (long)root * root == square ? root : 0;

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
