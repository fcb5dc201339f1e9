using System.Globalization;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Prompts;
using LLaVAction.Torch.Training;
using LLaVAction.Training;
using LLaVAction.Video.Caching;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>train-model</c>; the defaults are the paper's.</summary>
internal sealed record TrainModelOptions
{
    [Option("--model", "Folder of the checkpoint to start from.", Value = "DIR")]
    public required string Model { get; init; }

    [Option("--data", "Mixture (YAML) or file of training rows (JSONL), as build-training-set writes them.", Value = "FILE")]
    public required string Data { get; init; }

    [OptionGroup(Required = ["--videos"])]
    public VideoSource Videos { get; init; } = new();

    [OptionGroup]
    public FrameCacheOptions Cache { get; init; } = new();

    [Option("--replay", "Folder of the videos and images that replayed rows of other data sets show [default: --videos].", Value = "DIR")]
    public string? Replay { get; init; }

    [Option("--output", "Folder of the run: checkpoints and metrics.jsonl. A run found there is resumed.", Value = "DIR", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--device", "Device to train on: one GPU, or the CPU.", Value = "auto|cpu|cuda:N")]
    public string Device { get; init; } = "auto";

    [Option("--precision", "Arithmetic of the model; bfloat16 keeps float32 master weights.")]
    public PrecisionChoice Precision { get; init; }

    [Option("--threads", "Threads of the model [default: what the process may use].", Value = "N", Minimum = 1, Maximum = 1024)]
    public int? Threads { get; init; }

    [Option("--epochs", "Passes over the rows.", Value = "N", Minimum = 0.000001, Maximum = 10000)]
    public double Epochs { get; init; } = 2;

    [Option("--max-steps", "Optimizer steps at most [default: what the epochs make].", Value = "N", Minimum = 1)]
    public int? MaximumSteps { get; init; }

    [Option("--batch-size", "Rows of one forward pass.", Value = "N", Minimum = 1, Maximum = 4096)]
    public int BatchSize { get; init; } = 1;

    [Option("--accumulation", "Forward passes of one optimizer step.", Value = "N", Minimum = 1, Maximum = 65536)]
    public int Accumulation { get; init; } = 64;

    [Option("--learning-rate", "Learning rate of the language model, and of parts without one of their own.", Value = "X", Minimum = 0)]
    public double LearningRate { get; init; } = 1e-5;

    [Option("--tower-learning-rate", "Learning rate of the vision tower.", Value = "X", Minimum = 0)]
    public double TowerLearningRate { get; init; } = 2e-6;

    [Option("--projector-learning-rate", "Learning rate of the projector [default: --learning-rate].", Value = "X", Minimum = 0)]
    public double? ProjectorLearningRate { get; init; }

    [Option("--heads-learning-rate", "Learning rate of action tokens and heads [default: --learning-rate].", Value = "X", Minimum = 0)]
    public double? HeadsLearningRate { get; init; }

    [Option("--weight-decay", "Weight decay of all but norms and biases.", Value = "X", Minimum = 0)]
    public double WeightDecay { get; init; }

    [Option("--warm-up", "Share of the steps in which the learning rate rises from 0.", Value = "SHARE", Minimum = 0, Maximum = 1)]
    public double WarmUp { get; init; } = 0.03;

    [Option("--max-gradient-norm", "Largest norm of the gradient; larger ones are scaled down.", Value = "X", Minimum = 1e-9)]
    public double MaximumGradientNorm { get; init; } = 1;

    [Option("--freeze", "Parts that are not trained: tower, projector, language, heads.", Value = "PART[,PART]", HasCommas = true)]
    public IReadOnlyList<string> Freeze { get; init; } = [];

    [Option("--lora-rank", "Train adapters of this rank in place of the language model's layers; --save says what checkpoints hold of them.", Value = "N", Minimum = 1, Maximum = 4096)]
    public int? LoraRank { get; init; }

    [Option("--lora-alpha", "Scale of the adapters: alpha / rank [default: twice the rank].", Value = "X", Minimum = 0)]
    public double? LoraAlpha { get; init; }

    [Option("--lora-dropout", "Share of the adapters' inputs that are dropped.", Value = "SHARE", Minimum = 0, Maximum = 0.99)]
    public double LoraDropout { get; init; } = 0.05;

    [Option("--lora-targets", "Layers that get adapters [default: q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj].", Value = "NAME[,NAME]", HasCommas = true)]
    public IReadOnlyList<string> LoraTargets { get; init; } = [];

    [Option("--mask", "Supervised tokens: as the original (template tokens too), or the answers alone.")]
    public LabelMask Mask { get; init; }

    [Option("--action-token", $"Action tokens to train: {VideoTokenModes.ActionTokenNames} [default: the checkpoint's].", Value = "MODE")]
    public string? ActionToken { get; init; }

    [Option("--action-types", "Classes of the verb, noun and action heads.", Value = "V,N,A", HasCommas = true)]
    public IReadOnlyList<int> ActionTypes { get; init; } = [97, 300, 3806];

    [Option("--supervised-layers", "Hidden states that the action heads are trained on.")]
    public SupervisedLayers SupervisedLayers { get; init; }

    [Option("--vision-weight", "Weight of the action heads' loss.", Value = "X", Minimum = 0)]
    public double VisionWeight { get; init; } = 0.1;

    [Option("--frames", "Frames of a clip.", Value = "N", Minimum = 1, Maximum = 1024)]
    public int Frames { get; init; } = 16;

    [Option("--prompt", "Perspective of the prompts.")]
    public PromptPerspective Perspective { get; init; }

    [Option("--no-time-instruction", "Do not tell the clip's length and the number of frames.")]
    public bool HasNoTimeInstruction { get; init; }

    [Option("--prior-action-share", "Share of the rows with prior actions that are shown with them, drawn anew every epoch [default: what the manifest beside --data says, else 1].", Value = "SHARE", Minimum = 0, Maximum = 1)]
    public double? PriorActionShare { get; init; }

    [Option("--keep-activations", "Keep activations for the backward pass instead of computing them again: faster, and more memory.")]
    public bool KeepsActivations { get; init; }

    [Option("--seed", "Seed of row order, initial values and dropout.", Value = "N")]
    public long Seed { get; init; } = 42;

    [Option("--save-every", "Optimizer steps between checkpoints.", Value = "N", Minimum = 1)]
    public int SaveEvery { get; init; } = 500;

    [Option("--save", "What checkpoints hold: the whole model, adapters merged, or the adapters alone (PEFT's layout); the same command with --save merged makes the last one whole.")]
    public CheckpointContent Save { get; init; }

    [Option("--keep", "How many of the last checkpoints are kept.", Value = "N", Minimum = 1)]
    public int Keep { get; init; } = 2;

    [OptionGroup]
    public CheckpointEvaluationOptions Evaluation { get; init; } = new();

    [Option("--decode-ahead", "Clips decoded ahead of the model.", Value = "N", Minimum = 1, Maximum = 256)]
    public int DecodeAhead { get; init; } = 4;
}

/// <summary><c>train-model</c>: trains a checkpoint on instruction data, on one device.</summary>
internal sealed class TrainModelCommand()
    : ToolCommand<TrainModelOptions>("train-model", "Train a checkpoint on instruction data with the torch engine, on one GPU or the CPU; resumes where it stopped.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Train with the paper's settings", "llavaction train-model --model model --data train/mixture.yaml --videos videos --action-token one_token --output run"),
        new("Adapters of a large model on one GPU", "llavaction train-model --model model --data train/mixture.yaml --videos videos --lora-rank 128 --learning-rate 1e-4 --freeze tower --precision bfloat16 --output run"),
    ];

    public override async Task<int> RunAsync(TrainModelOptions options, CommandContext context)
    {
        ModelConfiguration configuration;
        using (var checkpoint = Checkpoint.OpenModel(options.Model))
        {
            configuration = checkpoint.Configuration;
        }

        var evaluation = await new CheckpointEvaluation(options, context).PrepareAsync();
        var isMixture = Path.GetExtension(options.Data) is ".yaml" or ".yml";
        var settings = Settings(options, configuration);
        var cache = options.Cache.Open();
        var videos = options.Videos.Open()!;
        var rows = isMixture ? MixtureFile.ReadRows(options.Data, options.Seed) : TrainingFile.Read(options.Data);
        IProgressReporter? progress = null;
        var request = new TrainingRequest
        {
            Model = options.Model,
            Rows = rows,
            Videos = cache is null ? videos : new CachedFrameReader(videos, cache, configuration.Vision.ImageSize),
            Replay = rows.Any(static row => row.ShowsReplayedMedia) ? MediaFolder.Open(options.Replay ?? options.Videos.Folder!) : null,
            Output = options.Output,
            Settings = settings,
            Options = new() { Device = options.Device, Precision = options.Precision.ToString().ToLowerInvariant(), Threads = options.Threads },
            LibTorchFolder = context.LibTorchFolder,
            SaveEvery = options.SaveEvery,
            Keep = options.Keep,
            Content = options.Save,
            DecodeAhead = options.DecodeAhead,
            Evaluation = evaluation is null ? null : evaluation with { Evaluate = Aside(evaluation.Evaluate) },
            Log = message => context.Log.Information("{Message}", message),
            OnStep = (step, steps) =>
            {
                progress ??= context.StartProgress("training", "steps", steps, step.Step - 1);
                progress.Advance();
                context.Log.Debug("{Message}", Describe(step, steps));
            },
        };
        if (settings.ActionToken != ActionTokenMode.None)
        {
            context.Log.Information("{Message}", Weights(settings, configuration));
        }

        try
        {
            var outcome = await Task.Run(() => new TrainingRun(request).Run(context.CancellationToken), CancellationToken.None);
            if (cache is not null)
            {
                FrameCacheOptions.Report(cache, context);
            }

            context.Results.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{outcome.Checkpoint}: {outcome.Steps} steps, {outcome.Skipped} rows skipped. Evaluate it with 'llavaction evaluate-model --model {outcome.Checkpoint} …'."));
            if (outcome.Best is { } best)
            {
                context.Results.WriteLine($"Best: {best.Folder}, {CheckpointEvaluation.Describe(best.Evaluation)}.");
            }

            return outcome.Skipped > 0 ? ExitCode.Incomplete : ExitCode.Done;
        }
        finally
        {
            progress?.Dispose();
        }

        // One progress bar at a time: the evaluation has its own.
        Func<string, CancellationToken, TrainingEvaluation> Aside(Func<string, CancellationToken, TrainingEvaluation> evaluate) => (folder, cancellationToken) =>
        {
            progress?.Dispose();
            progress = null;
            return evaluate(folder, cancellationToken);
        };
    }

    private static TrainerSettings Settings(TrainModelOptions options, ModelConfiguration configuration) => new()
    {
        Epochs = options.Epochs,
        MaximumSteps = options.MaximumSteps,
        BatchSize = options.BatchSize,
        Accumulation = options.Accumulation,
        LearningRate = options.LearningRate,
        TowerLearningRate = options.TowerLearningRate,
        ProjectorLearningRate = options.ProjectorLearningRate,
        HeadsLearningRate = options.HeadsLearningRate,
        WeightDecay = options.WeightDecay,
        WarmUp = options.WarmUp,
        MaximumGradientNorm = options.MaximumGradientNorm,
        Frozen = [.. options.Freeze.Select(Part)],
        Lora = Lora(options),
        Mask = options.Mask,
        ActionToken = options.ActionToken is not { } mode ? configuration.ActionToken
            : VideoTokenModes.ParseActionToken(mode) ?? throw new InputException($"--action-token '{mode}': expected one of {VideoTokenModes.ActionTokenNames}."),
        ActionTypes = options.ActionTypes is [> 0, > 0, > 0] ? configuration.ActionHeads ?? new ActionHeadSizes(options.ActionTypes[0], options.ActionTypes[1], options.ActionTypes[2])
            : throw new InputException("--action-types: expected three positive numbers, verbs, nouns and actions, such as 97,300,3806."),
        Layers = options.SupervisedLayers,
        VisionWeight = options.VisionWeight,
        Frames = options.Frames,
        Perspective = options.Perspective,
        HasTimeInstruction = !options.HasNoTimeInstruction,
        PriorActionShare = options.PriorActionShare ?? ManifestShare(options.Data) ?? 1,
        RecomputesActivations = !options.KeepsActivations,
        Seed = options.Seed,
    };

    // What the training set beside a file of rows leaves to be drawn; null where it is no built set, or has drawn already.
    private static double? ManifestShare(string data) =>
        TrainingFolder.Find(Path.GetDirectoryName(Path.GetFullPath(data))!)?.Manifest.Settings is { PriorActionDraw: PriorActionDraw.Load } settings ? settings.PriorActionShare : null;

    private static ModelPart Part(string name) => Enum.TryParse<ModelPart>(name, ignoreCase: true, out var part) && !char.IsAsciiDigit(name[0])
        ? part
        : throw new InputException($"--freeze '{name}': expected tower, projector, language or heads.");

    private static LoraSettings? Lora(TrainModelOptions options)
    {
        if (options.LoraRank is not { } rank)
        {
            return null;
        }

        if (options.LoraTargets.FirstOrDefault(target => !LoraSettings.AllTargets.Contains(target, StringComparer.Ordinal)) is { } unknown)
        {
            throw new InputException($"--lora-targets '{unknown}': expected some of {string.Join(", ", LoraSettings.AllTargets)}.");
        }

        return new LoraSettings(rank, options.LoraAlpha ?? (2 * rank), options.LoraDropout, options.LoraTargets.Count > 0 ? options.LoraTargets : LoraSettings.AllTargets);
    }

    private static string Weights(TrainerSettings settings, ModelConfiguration configuration)
    {
        var layers = settings.Layers == SupervisedLayers.All ? configuration.Language!.Layers + 1 : 1;
        var share = settings.VisionWeight / (layers + 1);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Effective weights: verb {share * settings.VerbWeight:0.####}, noun {share * settings.NounWeight:0.####}, action {share * settings.ActionWeight:0.####}, for each of {layers} layer(s).");
    }

    private static string Describe(TrainingStep step, int steps) => string.Create(
        CultureInfo.InvariantCulture,
        $"step {step.Step}/{steps}: loss {step.Loss:0.0000}, answers {step.AnswerLoss:0.0000}, heads {step.VisionLoss:0.0000}, norm {step.GradientNorm:0.00}, {step.Seconds:0.0} s");
}
