using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Models.Recognizers;

namespace LLaVAction.Cli.Commands;

/// <summary>How the matrices of a converted checkpoint are kept.</summary>
internal enum StoredPrecision
{
    Stored,

    Bfloat16,
}

/// <summary>The options of <c>convert-recogniser</c>.</summary>
internal sealed record ConvertRecogniserOptions
{
    [Argument("FILE", "The fine-tuned checkpoint, for example avion_finetune_cls_lavila_vitl_best.pt.")]
    public required string File { get; init; }

    [Option("--annotations", "EPIC_100_train.csv and EPIC_100_validation.csv: their classes, in the order of their text, are the model's.", Value = "CSV[,CSV]", HasCommas = true)]
    public required IReadOnlyList<string> Annotations { get; init; }

    [Option("--trained-on", "The rows it was trained on, whose predictions are in-sample [default: the first of --annotations].", Value = "CSV")]
    public string? TrainedOn { get; init; }

    [Option("--precision", "How matrices are kept: as stored, or as bfloat16 in half the space.")]
    public StoredPrecision Precision { get; init; }

    [Option("--heads", "Attention heads [default: heads of 64 columns, as published].", Value = "N", Minimum = 1, Maximum = 1024)]
    public int? Heads { get; init; }

    [Option("--output", "Folder to make.", Value = "DIR", Alias = "-o")]
    public required string Output { get; init; }
}

/// <summary><c>convert-recogniser</c>: a torch checkpoint of AVION's classifier becomes a folder that both engines run.</summary>
internal sealed class ConvertRecogniserCommand()
    : ToolCommand<ConvertRecogniserOptions>("convert-recogniser", "Convert an AVION classifier (.pt) to a folder for predict-actions, without Python.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "The published ViT-L",
            "llavaction convert-recogniser avion_finetune_cls_lavila_vitl_best.pt --annotations EPIC_100_train.csv,EPIC_100_validation.csv --output avion-vitl"),
    ];

    public override Task<int> RunAsync(ConvertRecogniserOptions options, CommandContext context)
    {
        var made = RecognizerConversion.Run(new RecognizerConversionRequest
        {
            File = options.File,
            Annotations = options.Annotations,
            TrainedOn = options.TrainedOn,
            IsBFloat16 = options.Precision == StoredPrecision.Bfloat16,
            Heads = options.Heads,
            Output = options.Output,
        });
        context.Results.WriteLine(
            $"{options.Output}: {made.Source.Published ?? "a recogniser"} of {made.Layers} layers, {made.HiddenSize} columns, patches of {made.PatchSize} "
            + $"in {made.ImageSize} pixels, {made.Frames} frames, {made.Classes} classes; trained on {made.Source.TrainingVideos.Count} videos.");
        return Task.FromResult(ExitCode.Done);
    }
}
