using System.Globalization;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Cpu;
using LLaVAction.Evaluation.Parity;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>parity</c>.</summary>
internal sealed record ParityOptions
{
    [Argument("PACK", "Folder of the pack.")]
    public required string Pack { get; init; }

    [Option("--model", "Folder of the checkpoint that the pack was made from.", Value = "DIR")]
    public required string Model { get; init; }

    [OptionGroup]
    public ModelRuntime Runtime { get; init; } = new();

    [Option("--limit", "Only the first N clips of the pack.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--tolerance", "RMS of the difference over RMS of the reference that still counts as equal, ten times that for one channel [default: 0.001 in float32, else 0.05].", Value = "SHARE", Minimum = 1e-12, Maximum = 1)]
    public double? Tolerance { get; init; }

    [Option("--nats", "Change of a letter's log-probability that still counts as equal [default: 0.01 in float32, else 0.5].", Value = "NATS", Minimum = 1e-12)]
    public double? Nats { get; init; }

    [Option("--format", "How the result is printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>parity</c>: where, and by how much, an engine differs from the reference implementation.</summary>
internal sealed class ParityCommand()
    : ToolCommand<ParityOptions>("parity", "Compare an engine stage by stage with what a reference implementation computed (scripts/make-parity-pack.py); exit code 1 where they differ.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Compare the cpu engine with a pack", "llavaction parity pack --model model"),
        new("One clip, for a program to read", "llavaction parity pack --model model --limit 1 --format json"),
    ];

    public override Task<int> RunAsync(ParityOptions options, CommandContext context)
    {
        var pack = ParityPack.Open(options.Pack);
        var folder = options.Runtime.Locate(options.Model);
        ModelConfiguration configuration;
        using (var opened = Checkpoint.Open(folder))
        {
            configuration = opened.Configuration;
        }

        var engine = options.Runtime.CreateEngine(context.LibTorchFolder);
        var asked = options.Runtime.ToModelOptions();
        var model = asked with
        {
            Precision = asked.Precision != "auto" ? asked.Precision : engine is CpuEngine ? "float32" : pack.Precision,
            NewlineMode = pack.Newline,
            PoolingMode = pack.Pooling,
            ActionTokenMode = pack.ActionToken,
        };
        var run = new ParityRun(Tolerance(options, pack.Precision == "float32" && model.Precision == "float32"), configuration);
        var clips = pack.Clips.Take(options.Limit ?? int.MaxValue).ToArray();
        using (var progress = context.StartProgress("comparing", "clips", 2 * clips.Length))
        {
            Compare(engine, folder, model, run, clips, progress, context.CancellationToken);
        }

        Print(context.Results, options.Format, pack, $"{engine.Name}, {model.Precision}", run.Report);
        return Task.FromResult(run.Report.Agrees ? ExitCode.Done : ExitCode.CheckFailed);
    }

    private static void Compare(
        IEngine engine, CheckpointPath checkpoint, ModelOptions options, ParityRun run, ParityClip[] clips, IProgressReporter progress, CancellationToken cancellationToken)
    {
        if (File.Exists(checkpoint.FileOf("tokenizer.json")) || File.Exists(checkpoint.FileOf("vocab.json")))
        {
            using var whole = engine.LoadModel(checkpoint, options);
            foreach (var clip in clips)
            {
                cancellationToken.ThrowIfCancellationRequested();
                run.CompareAnswer(whole, clip, cancellationToken);
                progress.Advance();
            }
        }
        else
        {
            run.Report.Notes.Add($"{checkpoint} has no tokenizer: token ids and letters were not compared.");
        }

        using var staged = engine.LoadStagedModel(checkpoint, options);
        foreach (var clip in clips)
        {
            cancellationToken.ThrowIfCancellationRequested();
            run.CompareStages(staged, clip);
            progress.Advance();
        }
    }

    private static void Print(ResultWriter results, ResultFormat format, ParityPack pack, string ours, ParityReport report)
    {
        var table = new Table(
            new TableColumn("stage", "Stage"),
            TableColumn.Number("clips", "Clips"),
            TableColumn.Number("outside", "Outside"),
            new TableColumn("relative", "Relative", ColumnAlignment.Right, Short),
            new TableColumn("worst_channel", "Worst channel", ColumnAlignment.Right, Short),
            new TableColumn("largest", "Largest", ColumnAlignment.Right, Short),
            new TableColumn("clip", "Worst clip"),
            new TableColumn("detail", "Where and what"));
        foreach (var (worst, clips, outside) in report.ByStage)
        {
            table.Add(
                NameOf(worst.Stage), clips, outside, worst.Difference?.Relative, worst.Difference?.WorstChannel, worst.Difference?.LargestAbsolute, worst.Clip, worst.Detail);
        }

        results.Write(table, format);
        if (format is ResultFormat.Json or ResultFormat.Csv)
        {
            return;
        }

        foreach (var note in report.Notes)
        {
            results.WriteLine(note);
        }

        var compared = $"{ours} against {pack.Maker}, model {pack.Model}{(pack.HasRandomWeights ? " [random weights]" : "")}";
        results.WriteLine(report.First is { } first
            ? $"DIFFERS first at '{NameOf(first.Stage)}' (clip {first.Clip}: {first.Detail}): {Look(first.Stage)} {compared}."
            : $"AGREES: {compared}.");
    }

    private static string NameOf(ParityStage stage) => stage switch
    {
        ParityStage.VideoTokens => "video tokens",
        ParityStage.LanguageModel => "language model",
        _ => stage.ToString().ToLowerInvariant(),
    };

    private static string Look(ParityStage stage) => stage switch
    {
        ParityStage.Tokens => "compare the tokenizer files of the two checkpoints.",
        ParityStage.Pixels => "compare the image processor's settings (resize, mean, standard deviation).",
        ParityStage.Vision => "compare the vision tower's weights and the layer that is selected.",
        ParityStage.Projector => "compare the projector's weights.",
        ParityStage.VideoTokens => "compare pooling and newline mode.",
        ParityStage.LanguageModel => "compare the language model's weights, rope_theta and the precision.",
        ParityStage.Logits => "compare the head's weights, and whether they are tied to the embeddings.",
        _ => "each stage alone agrees; rounding adds up. Compare in float32.",
    };

    private static string Short(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("G3", CultureInfo.InvariantCulture);

    private static ParityTolerance Tolerance(ParityOptions options, bool isFloat32)
    {
        var standard = ParityTolerance.For(isFloat32);
        return new ParityTolerance(options.Tolerance ?? standard.Relative, 10 * options.Tolerance ?? standard.Channel, options.Nats ?? standard.Nats);
    }
}
