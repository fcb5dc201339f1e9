using System.CommandLine;
using System.Globalization;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Cli.Progress;
using LLaVAction.Evaluation.Parity;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary><c>parity</c>: where, and by how much, an engine differs from the reference implementation.</summary>
internal sealed class ParityCommand : CommandModule
{
    private readonly Argument<string> _folder;
    private readonly Option<string> _model;
    private readonly Option<string> _engine;
    private readonly Option<string> _device;
    private readonly Option<string> _precision;
    private readonly Option<int?> _threads;
    private readonly Option<int?> _limit;
    private readonly Option<double?> _tolerance;
    private readonly Option<double?> _nats;
    private readonly Option<string> _format;

    /// <summary>Declares the command.</summary>
    public ParityCommand()
        : base("parity", "Holds an engine against what the reference implementation computed (scripts/make-parity-pack.py), stage by stage; exit code 1 where they differ.")
    {
        _folder = Add(new Argument<string>("PACK") { Description = "The pack's folder." });
        _model = Add(OptionFactory.Required<string>("--model", "The checkpoint the pack was made from.", "DIR"));
        _engine = Add(Engines.CreateOption());
        _device = Add(OptionFactory.WithDefault("--device", "Where the model runs: auto, cpu, cuda:0.", "DEVICE", "auto"));
        _precision = Add(OptionFactory.Choice("--precision", "Arithmetic of the model; auto is what the pack was made in where the engine can.", "auto", "auto", "float32", "bfloat16", "float16"));
        _threads = Add(OptionFactory.Optional<int?>("--threads", "Threads for the model.", "N"));
        _limit = Add(OptionFactory.Optional<int?>("--limit", "Only the pack's first N clips.", "N"));
        _tolerance = Add(OptionFactory.Optional<double?>("--tolerance", "RMS of the difference over RMS of the reference that still counts as equal; 10 times that for one channel. Default 0.001 in float32, else 0.05.", "SHARE"));
        _nats = Add(OptionFactory.Optional<double?>("--nats", "Movement of a letter's log-probability that still counts as equal. Default 0.01 in float32, else 0.5.", "NATS"));
        _format = Add(OptionFactory.Choice("--format", "How the result is written.", "table", "table", "json", "markdown"));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Hold an engine against a pack", "llavaction parity pack --model model"),
        new("One clip, for a program to read", "llavaction parity pack --model model --limit 1 --format json"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context)
    {
        var pack = ParityPack.Open(context.Get(_folder));
        var checkpoint = context.Get(_model);
        ModelConfiguration configuration;
        using (var opened = Checkpoint.Open(checkpoint))
        {
            configuration = opened.Configuration;
        }

        if (context.Get(_limit) is < 1)
        {
            throw new InputException("--limit: expected 1 or more.");
        }

        var chosen = Engines.Create(context.Get(_engine), context.Get(_device), context.LibTorchFolder);
        var options = new ModelOptions
        {
            Device = context.Get(_device),
            Precision = context.Get(_precision) is not "auto" and var asked ? asked : chosen.Name == "cpu" ? "float32" : pack.Precision,
            Threads = context.Get(_threads),
            NewlineMode = pack.Newline,
            PoolingMode = pack.Pooling,
            ActionTokenMode = pack.ActionToken,
        };
        var run = new ParityRun(Tolerance(context, pack.Precision == "float32" && options.Precision == "float32"), configuration);
        var clips = pack.Clips.Take(context.Get(_limit) ?? int.MaxValue).ToArray();
        using (var progress = context.StartProgress("comparing", "clips", 2 * clips.Length))
        {
            Compare(chosen, checkpoint, options, run, clips, progress, context.CancellationToken);
        }

        Write(context, pack, $"{chosen.Name}, {options.Precision}", run.Report);
        return Task.FromResult(run.Report.Agrees ? ExitCode.Done : ExitCode.CheckFailed);
    }

    /// <summary>One model after the other, so that one at a time is in memory.</summary>
    private static void Compare(
        IEngine engine, string checkpoint, ModelOptions options, ParityRun run, ParityClip[] clips, IProgressReporter progress, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(checkpoint, "tokenizer.json")) || File.Exists(Path.Combine(checkpoint, "vocab.json")))
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

    private void Write(CommandContext context, ParityPack pack, string ours, ParityReport report)
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
                Name(worst.Stage), clips, outside, worst.Difference?.Relative, worst.Difference?.WorstChannel, worst.Difference?.LargestAbsolute, worst.Clip, worst.Detail);
        }

        if (context.Get(_format) == "json")
        {
            TableWriter.WriteJson(table, context.Output);
            return;
        }

        if (context.Get(_format) == "markdown")
        {
            TableWriter.WriteMarkdown(table, context.Output);
        }
        else
        {
            TableWriter.WriteText(table, context.Output);
        }

        foreach (var note in report.Notes)
        {
            context.Output.WriteLine(note);
        }

        var compared = $"{ours} against {pack.Maker}, model {pack.Model}{(pack.HasRandomWeights ? " [random weights]" : "")}";
        context.Output.WriteLine(report.First is { } first
            ? $"DIFFERS first at '{Name(first.Stage)}' (clip {first.Clip}: {first.Detail}): {Look(first.Stage)} {compared}."
            : $"AGREES: {compared}.");
    }

    private static string Name(ParityStage stage) => stage switch
    {
        ParityStage.VideoTokens => "video tokens",
        ParityStage.LanguageModel => "language model",
        _ => stage.ToString().ToLowerInvariant(),
    };

    /// <summary>What an owner should look at.</summary>
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

    private ParityTolerance Tolerance(CommandContext context, bool isFloat32)
    {
        var standard = ParityTolerance.For(isFloat32);
        var relative = context.Get(_tolerance);
        if (relative is not (null or > 0 and < 1))
        {
            throw new InputException("--tolerance: expected a share between 0 and 1, such as 0.001.");
        }

        if (context.Get(_nats) is not (null or > 0))
        {
            throw new InputException("--nats: expected a positive number, such as 0.01.");
        }

        return new ParityTolerance(relative ?? standard.Relative, relative is { } share ? 10 * share : standard.Channel, context.Get(_nats) ?? standard.Nats);
    }
}
