using System.Text.Json;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Exchange.Formats;
using LLaVAction.Remote;
using LLaVAction.Remote.Distillation;
using LLaVAction.Remote.Requests;
using LLaVAction.Runs;
using LLaVAction.Training;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>distill</c>.</summary>
internal sealed record DistillOptions
{
    [Option("--task", "What the teacher is asked for.")]
    public DistillationKind Task { get; init; }

    [Option("--rows", "Training rows: multiple choice for captions, captions for open questions.", Value = "FILE")]
    public required string Rows { get; init; }

    [OptionGroup]
    public VideoSource Videos { get; init; } = new();

    [Option("--model", "Name of the teacher, as the service knows it.", Value = "NAME")]
    public required string Model { get; init; }

    [OptionGroup]
    public RemoteService Service { get; init; } = new();

    [Option("--output", "File of training rows to write; the same command again asks only what is missing.", Value = "FILE", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--limit", "Only the first N rows.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--max-new-tokens", "Most tokens of an answer.", Value = "N", Minimum = 1, Maximum = 32_768)]
    public int MaxNewTokens { get; init; } = 1024;

    [Option("--batch-to", "Write the requests as an OpenAI batch instead of sending them.", Value = "FILE")]
    public string? BatchTo { get; init; }

    [Option("--batch-from", "Take the answers from a batch's output or error file; repeatable.", Value = "FILE")]
    public IReadOnlyList<string> BatchFrom { get; init; } = [];
}

/// <summary><c>distill</c>: captions and open questions about training clips from a teacher behind an interface.</summary>
internal sealed class DistillCommand()
    : ToolCommand<DistillOptions>("distill", "Ask a teacher behind an OpenAI-compatible interface for captions and open questions about training clips.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "Captions of training clips, for 300 dollars at most",
            "llavaction distill --rows mqa-rows.jsonl --videos videos --model gpt-4o-2024-08-06 --prices prices.json --budget 300 --output train/captions.jsonl"),
        new(
            "Three questions about each caption",
            "llavaction distill --task open-questions --rows train/captions.jsonl --model gpt-4o-2024-08-06 --output train/questions.jsonl"),
        new(
            "The requests as a batch, to be sent elsewhere",
            "llavaction distill --rows mqa-rows.jsonl --videos videos --model gpt-4o-2024-08-06 --batch-to train/batch.jsonl --output train/captions.jsonl"),
    ];

    public override async Task<int> RunAsync(DistillOptions options, CommandContext context)
    {
        OutputFile.Prepare(options.Output, "--output");
        var settings = options.Service.ToSettings(options.Output + ".requests.jsonl");
        var rows = TrainingFile.Read(options.Rows).Take(options.Limit ?? int.MaxValue).ToList();
        var task = new DistillationTask(options.Task, options.Model, settings, options.MaxNewTokens);
        var isOffline = options.BatchFrom.Count > 0;
        var distiller = new Distiller(task, settings, task.NeedsFrames && !isOffline ? OpenVideos(options) : null);
        if (options.BatchTo is { } batch)
        {
            return await WriteBatchAsync(distiller, rows, batch, context);
        }

        var report = isOffline
            ? distiller.ReadBatch(rows, [.. options.BatchFrom.SelectMany(BatchOutput.Read)])
            : await AskAsync(distiller, rows, options, settings, context);
        AtomicFile.Write(options.Output, TrainingJson.ToLines(report.Rows));
        AtomicFile.Write(options.Output + ".report.json", ToJson(report));
        context.Results.WriteLine(FormattableString.Invariant(
            $"{options.Output}: {report.Rows.Count} training rows of {rows.Count}: {string.Join(", ", report.Verdicts.Select(static verdict => $"{SettingNames.Of(verdict.Key)} {verdict.Value}"))}."));
        Warn(report, context);
        return report.Verdicts.Keys.Any(static verdict => verdict is DistillationVerdict.NotAsked or DistillationVerdict.NoAnswer or DistillationVerdict.NoFrames)
            ? ExitCode.Incomplete
            : ExitCode.Done;
    }

    private static IFrameReader OpenVideos(DistillOptions options) =>
        options.Videos.Open() ?? throw new InputException("--videos is required: captions describe frames.");

    private static async Task<DistillationReport> AskAsync(
        Distiller distiller, List<TrainingRow> rows, DistillOptions options, RemoteSettings settings, CommandContext context)
    {
        using var dispatcher = new ChatDispatcher(options.Model, settings, RemoteService.ReadKey(settings));
        using var progress = context.StartProgress("asking the teacher", "rows", rows.Count);
        var report = await distiller.RunAsync(rows, dispatcher, () => progress.Advance(1), context.CancellationToken);
        foreach (var remark in RemoteRemarks.Of(dispatcher, settings))
        {
            context.Log.Information("{Remark:l}", remark);
        }

        return report;
    }

    private static async Task<int> WriteBatchAsync(Distiller distiller, List<TrainingRow> rows, string path, CommandContext context)
    {
        OutputFile.Prepare(path, "--batch-to");
        using var progress = context.StartProgress("writing requests", "rows", rows.Count);
        DistillationReport report;
        await using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write))
        {
            report = await distiller.WriteBatchAsync(rows, file, () => progress.Advance(1), context.CancellationToken);
        }

        File.Move(path + ".tmp", path, overwrite: true);
        context.Results.WriteLine(FormattableString.Invariant($"{path}: {report.Verdicts.GetValueOrDefault(DistillationVerdict.NotAsked)} requests."));
        Warn(report, context);
        return report.Verdicts.ContainsKey(DistillationVerdict.NoFrames) ? ExitCode.Incomplete : ExitCode.Done;
    }

    private static void Warn(DistillationReport report, CommandContext context)
    {
        foreach (var reason in report.Reasons)
        {
            context.Log.Warning("{Reason:l}", reason);
        }
    }

    private static byte[] ToJson(DistillationReport report)
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteNumber("rows"u8, report.Verdicts.Values.Sum());
            foreach (var (verdict, count) in report.Verdicts)
            {
                json.WriteNumber(SettingNames.Of(verdict), count);
            }

            json.WriteNumber("training_rows"u8, report.Rows.Count);
            json.WriteEndObject();
        }

        return [.. content.ToArray(), (byte)'\n'];
    }
}
