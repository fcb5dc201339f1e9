using System.Globalization;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Comparison;
using LLaVAction.Epic;
using LLaVAction.Evaluation.Actions;
using LLaVAction.Models.Recognizers;
using LLaVAction.Recognizers;
using LLaVAction.Recognizers.Writing;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>Which moments of a clip become frames.</summary>
internal enum ActionFramePolicy
{
    Auto,

    Avion,

    Midpoint,
}

/// <summary>How a recogniser's pixels are made.</summary>
internal enum PreprocessingChoice
{
    Fused,

    Unfused,
}

/// <summary>What names a class to a language model.</summary>
internal enum ClassText
{
    Narration,

    OfficialKey,
}

/// <summary>The options of <c>predict-actions</c>.</summary>
internal sealed record PredictActionsOptions
{
    [Option("--model", "Folder of a recogniser (convert-recogniser), or of the checkpoint of a video language model.", Value = "DIR")]
    public required string Model { get; init; }

    [Option("--annotations", "EPIC-KITCHENS-100 CSV with the clips.", Value = "CSV")]
    public required string Annotations { get; init; }

    [Option("--narrations", "Further CSV whose classes a language model is asked about; repeatable.", Value = "CSV")]
    public IReadOnlyList<string> Narrations { get; init; } = [];

    [OptionGroup(Required = ["--videos"])]
    public VideoSource Videos { get; init; } = new();

    [Option("--output", "Dump to write; OUTPUT.json describes it, and OUTPUT.parts keeps the scores for a restart.", Value = "FILE", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--format", "How the dump is written.")]
    public DumpFormat Format { get; init; }

    [Option("--top", "Classes of each clip in a CSV or in a submission's action map; 0 for all.", Value = "K", Minimum = 0)]
    public int Top { get; init; } = 100;

    [Option("--frames", "Frames of each view [default: what the recogniser was trained with; 8 for a language model].", Value = "N", Minimum = 1, Maximum = 10_000)]
    public int? Frames { get; init; }

    [Option("--frame-policy", "Which moments become frames: avion is in whole frames at the video's rate; auto is avion for recognisers, else midpoint.")]
    public ActionFramePolicy FramePolicy { get; init; }

    [Option("--preprocessing", "Pixels of a recogniser: fused is ffmpeg's crop and bicubic scale, as published; unfused is torchvision's bilinear.")]
    public PreprocessingChoice Preprocessing { get; init; }

    [Option("--views", "Views of a recogniser, whose probabilities are averaged: 1, 3, or 3xN (spatial x temporal).", Value = "VIEWS")]
    public string Views { get; init; } = "1";

    [Option("--scoring", "How a language model scores a class: as a text less its score without video, as a text alone, or by LLaVAction's action head.")]
    public ActionScoring Scoring { get; init; }

    [Option("--class-text", "What names a class to a language model.")]
    public ClassText ClassText { get; init; }

    [Option("--features", "Also write a recogniser's class-token vectors, as safetensors.", Value = "FILE")]
    public string? Features { get; init; }

    [OptionGroup]
    public ModelRuntime Runtime { get; init; } = new();

    [Option("--decode-workers", "Clips decoded at a time, ahead of the model.", Value = "N", Minimum = 1, Maximum = 256)]
    public int? DecodeWorkers { get; init; }

    [Option("--limit", "Only the first N rows.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--ids", "Only the narration ids in this file, one per line.", Value = "FILE")]
    public string? Ids { get; init; }

    [Option("--shard", "Do part i of n; each part is its own process, all write to the same dump.", Value = "i/n")]
    public string Shard { get; init; } = "1/1";

    [Option("--retry-failed", "Try clips again whose frames could not be read.")]
    public bool RetryFailed { get; init; }
}

/// <summary><c>predict-actions</c>: scores every action class of each clip and writes a prediction dump.</summary>
internal sealed class PredictActionsCommand()
    : ToolCommand<PredictActionsOptions>("predict-actions", "Score every action class of each clip and write a prediction dump: a teacher of hard sets.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "A dump by AVION's recogniser, for build-benchmark --strategy avion=avion.csv",
            "llavaction predict-actions --model avion-vitl --annotations EPIC_100_validation.csv --videos videos --limit 4 --output avion.csv"),
        new(
            "Any video language model as a teacher",
            "llavaction predict-actions --model model --annotations EPIC_100_validation.csv --videos videos --limit 2 --frames 4 --output model.csv"),
    ];

    public override async Task<int> RunAsync(PredictActionsOptions options, CommandContext context)
    {
        var annotations = EpicCsvReader.Read(options.Annotations);
        var pool = AnnotationPool.Unite([annotations, .. options.Narrations.Select(static path => EpicCsvReader.Read(path))]);
        var model = options.Runtime.Locate(options.Model);
        var recognizer = RecognizerConfiguration.IsRecognizer(model.Folder) ? RecognizerConfiguration.Read(model.Folder) : null;
        var views = ViewGrid.Parse(options.Views);
        var squares = recognizer is not null && options.Preprocessing == PreprocessingChoice.Fused ? new SquareViews(recognizer.ImageSize, views.Spatial) : null;
        var shard = Shard.Parse(options.Shard);
        var rows = Rows(options, annotations);
        var reader = options.Videos.Open(squares, VideoSource.DecodersAhead(options.DecodeWorkers))!;
        TellMissing(context, annotations, rows, reader);
        using var scorer = ActionScorers.Open(
            options.Runtime.CreateEngine(context.LibTorchFolder),
            new ActionScorerRequest
            {
                Model = model,
                Options = options.Runtime.ToModelOptions(),
                Frames = options.Frames,
                Views = views,
                Scoring = options.Scoring,
                Pool = pool,
                Names = options.ClassText == ClassText.Narration ? null : ActionTaxonomy.Find(annotations.Path, null, null)
                    ?? throw new InputException("--class-text official-key needs EPIC_100_verb_classes.csv and EPIC_100_noun_classes.csv beside --annotations."),
            },
            context.CancellationToken);
        var policy = options.FramePolicy == ActionFramePolicy.Avion || (options.FramePolicy == ActionFramePolicy.Auto && recognizer is not null) ? FramePolicyKind.Avion : FramePolicyKind.Midpoint;
        var run = new ActionPredictionRun(
            new ActionPredictionRequest
            {
                Annotations = annotations,
                Rows = rows,
                Output = options.Output,
                Format = options.Format,
                Top = options.Top == 0 ? null : options.Top,
                Policy = new FramePolicy(policy),
                Settings = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["engine"] = scorer.Description.Engine,
                    ["ffmpeg"] = (await ToolProbe.InspectAsync("ffmpeg", context.CancellationToken)).Value,
                    ["frame_policy"] = policy == FramePolicyKind.Avion ? "avion" : "midpoint",
                    ["layout"] = reader.Decoding,
                    ["preprocessing"] = recognizer is null ? "the model's own" : squares is null ? "unfused" : "fused",
                },
                Shard = shard,
                RetriesFailed = options.RetryFailed,
                DecodeWorkers = VideoSource.DecodersAhead(options.DecodeWorkers),
                Features = options.Features is null ? 0 : recognizer?.HiddenSize ?? throw new InputException("--features: only a recogniser has class-token vectors."),
                TrainingVideos = recognizer?.Source.TrainingVideos ?? new HashSet<string>(StringComparer.Ordinal),
                Published = recognizer?.Source.Published,
                Differences = [.. Differences(recognizer, reader.Layout, squares is not null)],
            },
            scorer);
        return await RunAsync(options, context, run, reader, rows.Length);
    }

    private static async Task<int> RunAsync(PredictActionsOptions options, CommandContext context, ActionPredictionRun run, IFrameReader reader, int clips)
    {
        if (await run.EstimateAsync(reader, context.CancellationToken) is { } cost)
        {
            context.Log.Information(
                "{Clips} clips{Operations}; about {Time} on this machine ({Model:0.00} s of a clip in the model, {Decode:0.00} s decoding); the scores take {Megabytes:N0} MB.",
                cost.Clips,
                cost.Operations is { } operations ? $", {Scaled(operations)}" : "",
                cost.Total.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{cost.Total.TotalHours:0.0} h") : string.Create(CultureInfo.InvariantCulture, $"{cost.Total.TotalMinutes:0.0} min"),
                cost.ModelPerClip.TotalSeconds,
                cost.DecodePerClip.TotalSeconds,
                Math.Ceiling(cost.Bytes / 1e6));
        }

        DumpDescription? description;
        using (var progress = context.StartProgress("predicting", "clips", run.Work.Count))
        {
            description = await run.ExecuteAsync(reader, Tell, Lists(options.Annotations), context.CancellationToken);

            void Tell(FrameReadException? failure)
            {
                progress.Advance();
                if (failure is not null)
                {
                    context.Log.Warning("{Message}", failure.Message);
                }
            }
        }

        if (description is null)
        {
            context.Log.Information("This part is done; the dump is written by whoever finds all parts done.");
            return ExitCode.Done;
        }

        if (options.Features is { } features)
        {
            run.WriteFeatures(features);
        }

        ActionPredictionTable.Write(context, description, clips);
        return description.Failed.Count == 0 ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static string Scaled(double operations)
    {
        var step = (int)Math.Clamp(Math.Log10(operations) / 3, 3, 6) - 3;
        return string.Create(CultureInfo.InvariantCulture, $"{operations / Math.Pow(10, 9 + (3 * step)):0.##} {"GTPE"[step]}FLOP");
    }

    private static int[] Rows(PredictActionsOptions options, AnnotationFile annotations)
    {
        if (options is { Limit: not null, Ids: not null })
        {
            throw new InputException("--limit and --ids are both given; expected at most one way to choose rows.");
        }

        var wanted = options.Ids is { } file ? IdFile.Read(file) : null;
        var unknown = wanted?.Except(annotations.Clips.Select(static clip => clip.NarrationId), StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return unknown is { Length: > 0 }
            ? throw new InputException($"{options.Ids}: {unknown.Length} of {wanted!.Count} ids are not in {annotations.Path}: {string.Join(", ", unknown.Take(10))}.")
            : [.. Enumerable.Range(0, annotations.Clips.Count).Where(row => wanted?.Contains(annotations.Clips[row].NarrationId) != false).Take(options.Limit ?? int.MaxValue)];
    }

    // Clips without a video, before the first is decoded: some collections of trimmed clips hold a part of them.
    private static void TellMissing(CommandContext context, AnnotationFile annotations, int[] rows, IFrameReader reader)
    {
        var missing = rows.Select(row => annotations.Clips[row]).Where(clip => !reader.HasVideo(new ClipReference(
            clip.NarrationId, clip.ParticipantId, clip.VideoId, clip.StartSeconds, clip.StopSeconds, clip.StartFrame, clip.StopFrame))).Select(static clip => clip.NarrationId).ToArray();
        if (missing.Length > 0)
        {
            context.Log.Warning(
                "{Missing} of {Clips} clips have no video in {Folder}: {Ids}{More}. The dump will lack them.",
                missing.Length, rows.Length, reader.Layout, string.Join(", ", missing.Take(20)), missing.Length > 20 ? ", …" : "");
        }
    }

    private static (TailClasses? Tail, UnseenParticipants? Unseen) Lists(string annotations)
    {
        var lists = SplitFiles.Read(Path.GetDirectoryName(Path.GetFullPath(annotations)), null);
        return (lists.Tail, lists.Unseen);
    }

    private static IEnumerable<string> Differences(RecognizerConfiguration? recognizer, string layout, bool isFused)
    {
        if (recognizer is null)
        {
            yield break;
        }

        yield return layout switch
        {
            "chunks" => "chunks cut by another ffmpeg than AVION's may decode to other pixels",
            "trimmed" => "clips were cut and compressed again: their edges, rate and pixels are not those of AVION's chunks",
            _ => "frames come from videos of another rate and size than AVION's chunks (320 pixels, 30 fps)",
        };
        yield return isFused ? "scaled by the swscale of the ffmpeg at hand" : "resized by torchvision's bilinear, not by the published fused decoder";
    }
}
