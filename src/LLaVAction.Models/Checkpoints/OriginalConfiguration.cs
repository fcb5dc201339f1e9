using LLaVAction.Prompts;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// Reads <c>config.json</c> of <c>LlavaQwenForCausalLM</c> (LLaVA-NeXT, LLaVA-Video, LLaVAction): the Qwen2 keys at the top,
/// the multimodal ones as <c>mm_*</c>, and of the vision tower little more than a name.
/// </summary>
internal static class OriginalConfiguration
{
    public static ModelConfiguration Read(string folder, string file, JsonFields config, CheckpointTensors tensors, int? processorSize)
    {
        RefuseUnsupported(config);
        var language = QwenConfiguration.Read(file, config);
        var tower = new OriginalVisionTower(folder, file, config, tensors);
        var vision = tower.Read(processorSize, language.Heads);
        return new ModelConfiguration
        {
            Format = CheckpointFormat.Original,
            Vision = vision,
            Language = language,
            Pooling = ReadPooling(config),
            Newline = ReadNewline(config),
            ActionToken = ReadActionToken(config),
            ActionHeads = tensors.Has(CanonicalNames.VerbHead) || tensors.Has(CanonicalNames.NounHead) || tensors.Has(CanonicalNames.ActionHead)
                ? ReadActionHeads(config, tensors)
                : null,
            HasTimeInstruction = config.Flag("add_time_instruction") ?? false,
            TimeInstructionStyle = config.Flag("add_time_instruction") == true && config.Text("action_types") is null && config.Text("vision_supervision") is null
                ? TimeInstructionStyle.LlavaVideo
                : TimeInstructionStyle.Llavaction,
            Assumptions = tower.Assumptions,
        };
    }

    private static void RefuseUnsupported(JsonFields config)
    {
        Require(config, "mm_projector_type", "mlp2x_gelu");
        if (config.Text("mm_resampler_type") is { } resampler && resampler is not "spatial_pool")
        {
            throw config.Wrong("mm_resampler_type", DisplayText.Quote(resampler), "null (no resampler)");
        }

        if (config.Flag("add_faster_video") == true)
        {
            throw config.Wrong("add_faster_video", "true", "false (slow and fast frames are not supported)");
        }

        if (config.Flag("mm_use_im_start_end") == true)
        {
            throw config.Wrong("mm_use_im_start_end", "true", "false (the video stands in the prompt without start and end tokens)");
        }

        if (config.Text("mm_vision_tower") is { } tower
            && tower.Contains("clip", StringComparison.OrdinalIgnoreCase)
            && !tower.Contains("siglip", StringComparison.OrdinalIgnoreCase))
        {
            throw config.Wrong("mm_vision_tower", DisplayText.Quote(tower), "a SigLIP tower");
        }
    }

    private static void Require(JsonFields config, string key, string expected)
    {
        if (config.Text(key) is { } found && !string.Equals(found, expected, StringComparison.Ordinal))
        {
            throw config.Wrong(key, DisplayText.Quote(found), expected);
        }
    }

    private static PoolingMode ReadPooling(JsonFields config)
    {
        var name = config.Text("mm_spatial_pool_mode") ?? "bilinear";
        return VideoTokenModes.ParsePooling(name)
            ?? throw config.Wrong("mm_spatial_pool_mode", DisplayText.Quote(name), VideoTokenModes.PoolingNames);
    }

    // The merge type decides whether newlines come at all: "flat" (the reference's default) has none, whatever the position says,
    // and the single newline at the end comes only where the type contains "unpad" (llava_arch.py).
    private static NewlineMode ReadNewline(JsonFields config)
    {
        var name = config.Text("mm_newline_position") ?? "one_token";
        var position = VideoTokenModes.ParseNewline(name)
            ?? throw config.Wrong("mm_newline_position", DisplayText.Quote(name), VideoTokenModes.NewlineNames);
        var mergeType = config.Text("mm_patch_merge_type") ?? "flat";
        if (mergeType is "flat")
        {
            return NewlineMode.NoToken;
        }

        if (!mergeType.StartsWith("spatial", StringComparison.Ordinal))
        {
            throw config.Wrong("mm_patch_merge_type", DisplayText.Quote(mergeType), "flat, or a type that begins with spatial");
        }

        var lacksNewline = position == NewlineMode.OneToken && !mergeType.Contains("unpad", StringComparison.Ordinal);
        return lacksNewline ? NewlineMode.NoToken : position;
    }

    private static ActionTokenMode ReadActionToken(JsonFields config)
    {
        var name = config.Text("vision_supervision") ?? "none";

        // "all_newlines" supervises every newline and adds no token; its readout has no meaning outside training.
        return name is "all_newlines"
            ? ActionTokenMode.None
            : VideoTokenModes.ParseActionToken(name)
                ?? throw config.Wrong("vision_supervision", DisplayText.Quote(name), VideoTokenModes.ActionTokenNames + ", all_newlines");
    }

    // 'action_types' is "97,300,3806": rows of the verb, noun and action heads; the tensors' rows where it is absent.
    private static ActionHeadSizes ReadActionHeads(JsonFields config, CheckpointTensors tensors)
    {
        const string Key = "action_types";
        if (config.Value(Key) is not { } value)
        {
            return new ActionHeadSizes(
                tensors.Size(CanonicalNames.VerbHead, 0) ?? 0,
                tensors.Size(CanonicalNames.NounHead, 0) ?? 0,
                tensors.Size(CanonicalNames.ActionHead, 0) ?? 0);
        }

        var sizes = value.ValueKind == System.Text.Json.JsonValueKind.Array
            ? config.IntegerOrList(Key)!.ToArray()
            : config.Text(Key)!.Split(',').Select(part => int.TryParse(part.Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var size) ? size : 0).ToArray();
        return sizes is [> 0 and <= 1 << 24, > 0 and <= 1 << 24, > 0 and <= 1 << 24]
            ? new ActionHeadSizes(sizes[0], sizes[1], sizes[2])
            : throw config.Wrong(Key, value, "three numbers, verbs, nouns and actions, such as \"97,300,3806\"");
    }
}
