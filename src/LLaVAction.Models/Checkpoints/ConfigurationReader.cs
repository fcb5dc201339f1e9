namespace LLaVAction.Models.Checkpoints;

/// <summary>Reads <see cref="ModelConfiguration"/> from a checkpoint folder's JSON files and tensor shapes.</summary>
internal static class ConfigurationReader
{
    private const string Supported =
        "Supported are LlavaQwenForCausalLM (LLaVA-NeXT, LLaVAction), LlavaOnevisionForConditionalGeneration with a Qwen2 text model (Hugging Face) and a SigLIP vision tower alone";

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="InputException">A file is missing or damaged, or names an architecture or setting that is not supported.</exception>
    public static ModelConfiguration Read(CheckpointPath path, CheckpointTensors tensors)
    {
        var file = path.FileOf("config.json");
        var config = JsonFields.TryOpen(file)
            ?? throw CheckpointFolder.WithoutConfiguration(path.WeightFolder);
        var format = FormatOf(file, config);
        if (config.Object("quantization_config") is not null)
        {
            throw new InputException($"{file} describes quantised weights (quantization_config). Use the unquantised checkpoint (F32, F16 or BF16).");
        }

        var pixels = ReadPixels(path, out var processorSize);
        var configuration = format switch
        {
            CheckpointFormat.HuggingFace => HuggingFaceConfiguration.Read(file, config),
            CheckpointFormat.Original => OriginalConfiguration.Read(path.WeightFolder, file, config, tensors, processorSize),
            _ => ReadVisionTower(file, config),
        };
        if (processorSize is int size && size != configuration.Vision.ImageSize)
        {
            throw new InputException(
                $"{path}: the preprocessor resizes images to {size} pixels, and the vision tower takes {configuration.Vision.ImageSize}. Take both files from one checkpoint.");
        }

        return configuration with
        {
            Pixels = pixels,
            Language = configuration.Language is { } language ? WithVocabularyOf(tensors, language) : null,
            Generation = ReadGeneration(path, config),
            HasRandomWeights = config.Flag("llavaction_random_weights") ?? false,
            Assumptions = [.. configuration.Assumptions, .. MissingHead(config, tensors)],
        };
    }

    private static CheckpointFormat FormatOf(string file, JsonFields config)
    {
        var architectures = config.Texts("architectures");
        var modelType = config.Text("model_type") ?? "";
        var architecture = architectures.Count > 0 ? architectures[0] : "";
        return (architecture, modelType) switch
        {
            ("LlavaQwenForCausalLM", _) or ("", "llava_qwen") => CheckpointFormat.Original,
            ("LlavaOnevisionForConditionalGeneration", _) or ("", "llava_onevision") => CheckpointFormat.HuggingFace,
            ("SiglipModel" or "SiglipVisionModel", _) or ("", "siglip" or "siglip_vision_model") => CheckpointFormat.VisionTower,
            _ => throw new InputException(
                $"{file} describes architecture {DisplayText.Quote(architecture)} (model_type {DisplayText.Quote(modelType)}). {Supported}."),
        };
    }

    private static ModelConfiguration ReadVisionTower(string file, JsonFields config)
    {
        var vision = config.Object("vision_config") ?? config;
        return new ModelConfiguration
        {
            Format = CheckpointFormat.VisionTower,
            Vision = VisionTowerConfiguration.Read(file, vision, layers => layers - 1),
        };
    }

    // Rows of the vocabulary and tying come from the tensors: files in the wild disagree with their configuration.
    private static LanguageConfiguration WithVocabularyOf(CheckpointTensors tensors, LanguageConfiguration language) => language with
    {
        VocabularyRows = tensors.Size(CanonicalNames.TokenEmbedding, 0) ?? language.VocabularyRows,
        HasTiedEmbeddings = !tensors.Has(CanonicalNames.OutputHead),
    };

    // Tied where a file says nothing, as checkpoints in the wild are; where it says otherwise, a shard may be missing.
    private static IEnumerable<string> MissingHead(JsonFields config, CheckpointTensors tensors)
    {
        var text = config.Object("text_config");
        var isTied = config.Flag("tie_word_embeddings") ?? text?.Flag("tie_word_embeddings");
        return isTied == false && tensors.Has(CanonicalNames.TokenEmbedding) && !tensors.Has(CanonicalNames.OutputHead)
            ? ["config.json says that the embeddings are not tied (tie_word_embeddings), and there is no lm_head: the embedding is taken as the output head. If the model was trained with one, its weights are incomplete"]
            : [];
    }

    private static GenerationSettings ReadGeneration(CheckpointPath path, JsonFields config)
    {
        var generation = JsonFields.TryOpen(path.FileOf("generation_config.json"));
        var ends = generation?.IntegerOrList("eos_token_id")
            ?? config.IntegerOrList("eos_token_id")
            ?? config.Object("text_config")?.IntegerOrList("eos_token_id");
        return new GenerationSettings
        {
            EndOfSequenceIds = ends ?? [],
            RepetitionPenalty = (float)(generation?.Positive("repetition_penalty") ?? 1),
        };
    }

    // The video processor's settings before the image processor's; SigLIP's own (0.5, 0.5) where neither file is there, as in the
    // original layout, whose processor is part of the code.
    private static PixelSettings ReadPixels(CheckpointPath path, out int? imageSize)
    {
        imageSize = null;
        string[] names = ["video_preprocessor_config.json", "preprocessor_config.json"];
        var file = names.Select(path.FileOf).FirstOrDefault(File.Exists);
        if (file is null)
        {
            return new PixelSettings();
        }

        var fields = JsonFields.Open(file);
        if (fields.Integer("resample", 0, 10) is int resample and not 3)
        {
            throw fields.Wrong("resample", resample.ToString(System.Globalization.CultureInfo.InvariantCulture), "3 (bicubic)");
        }

        string[] steps = ["do_resize", "do_rescale", "do_normalize"];
        foreach (var step in steps)
        {
            if (fields.Flag(step) == false)
            {
                throw fields.Wrong(step, "false", "true, as SigLIP's preprocessing needs");
            }
        }

        // A crop shows the model another picture than it was trained on here: the middle of the frame.
        if (fields.Flag("do_center_crop") == true)
        {
            throw fields.Wrong("do_center_crop", "true", "false: frames become squares without a crop, as SigLIP's preprocessing has it");
        }

        imageSize = ReadSquareSize(fields);
        var defaults = new PixelSettings();
        return new PixelSettings
        {
            RescaleFactor = fields.Positive("rescale_factor") ?? defaults.RescaleFactor,
            Mean = Channels(fields, "image_mean", -10) ?? defaults.Mean,
            StandardDeviation = Channels(fields, "image_std", 1e-6) ?? defaults.StandardDeviation,
        };
    }

    private static int? ReadSquareSize(JsonFields fields)
    {
        if (fields.Value("size") is not { ValueKind: System.Text.Json.JsonValueKind.Object })
        {
            return fields.Size("size");
        }

        var size = fields.Object("size")!;
        string[] others = ["shortest_edge", "longest_edge", "max_height"];
        if (Array.Find(others, size.Members.ContainsKey) is { } edge)
        {
            throw size.Wrong(edge, size.Members[edge], "height and width: frames become squares, whatever their aspect ratio");
        }

        var height = size.Size("height");
        var width = size.Size("width");
        return height == width
            ? height
            : throw fields.Wrong("size", $"{height} × {width}", "a square: height and width equal");
    }

    private static float[]? Channels(JsonFields fields, string key, double minimum)
    {
        var values = fields.Numbers(key);
        if (values is null)
        {
            return null;
        }

        return values.Count == 3 && values.All(value => value >= minimum && value <= 10)
            ? values.Select(value => (float)value).ToArray()
            : throw fields.Wrong(key, $"[{string.Join(", ", values.Take(4))}]", "three numbers, one per colour");
    }
}
