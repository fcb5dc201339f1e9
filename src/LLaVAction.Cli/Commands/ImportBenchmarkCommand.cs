using System.Security.Cryptography;
using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Exchange.Published;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>import-benchmark</c>.</summary>
internal sealed record ImportBenchmarkOptions
{
    [Argument("NAME", "The benchmark.")]
    public required PublishedBenchmark Benchmark { get; init; }

    [Option("--from", "Metadata as published: JSON, JSON lines, CSV, TSV or Parquet; repeatable. A folder stands for its JSON files (MVBench has one a task).", Value = "PATH")]
    public required IReadOnlyList<string> From { get; init; }

    [Option("--output", "Folder of the question set.", Value = "DIR", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--subtitles", "video-mme: folder of its subtitle files; adds the set with subtitles.", Value = "DIR")]
    public string? Subtitles { get; init; }

    [Option("--videos", "video-mme: folder of its videos; subtitles are then chosen by the frames looked at, as published. Without it all are shown.", Value = "DIR")]
    public string? Videos { get; init; }

    [Option("--subtitle-frames", "video-mme: at how many frames subtitles are looked for; lmms-eval has 768 for LLaVA-Video, 32 for other models.", Value = "N", Minimum = 1, Maximum = 100_000)]
    public int SubtitleFrames { get; init; } = 768;

    [Option("--bounds", "mvbench: videos are uncut, and questions about the seconds from start to end.")]
    public bool HasBounds { get; init; }

    [Option("--force", "Replace the benchmark in --output.")]
    public bool Force { get; init; }
}

/// <summary><c>import-benchmark</c>: questions of other benchmarks become a frozen question set.</summary>
internal sealed class ImportBenchmarkCommand()
    : ToolCommand<ImportBenchmarkOptions>("import-benchmark", "Turn the published metadata of another benchmark into a question set.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("NExT-QA's multiple choice", "llavaction import-benchmark nextqa --from nextqa.csv --output nextqa"),
        new("MVBench, one file a task", "llavaction import-benchmark mvbench --from mvbench/json --output mvbench-set"),
    ];

    public override async Task<int> RunAsync(ImportBenchmarkOptions options, CommandContext context)
    {
        if (options.Benchmark != PublishedBenchmark.VideoMme && (options.Subtitles ?? options.Videos) is not null)
        {
            throw new InputException("--subtitles and --videos are for video-mme.");
        }

        if (options.HasBounds && options.Benchmark != PublishedBenchmark.MvBench)
        {
            throw new InputException("--bounds is for mvbench.");
        }

        BenchmarkFolderWriter.RequireFree(options.Output, options.Force);
        string[] files = [.. options.From.SelectMany(FilesOf)];
        var read = PublishedQuestions.Read(options.Benchmark, files, options.HasBounds);
        List<SourceFile> sources = [.. files.Select(file => new SourceFile("metadata", Path.GetFileName(file), Sha256(File.ReadAllBytes(file)), read.Questions.Count))];
        Dictionary<string, string>? subtitles = null;
        if (options.Subtitles is { } folder)
        {
            (subtitles, var source) = await ReadSubtitlesAsync(options, folder, read.Questions, context);
            sources.Add(source);
        }

        var rendered = PublishedSets.Render(options.Benchmark, read.Questions, subtitles, sources, ToolVersion.Current);
        new BenchmarkFolderWriter(options.Output).Write(rendered.Files);
        foreach (var remark in read.Remarks)
        {
            context.Log.Warning("{Remark:l}", remark);
        }

        foreach (var set in rendered.Manifest.Sets)
        {
            context.Results.WriteLine(FormattableString.Invariant($"{options.Output}: {set.Strategy}, {set.Questions} questions, chance {set.Chance:P1}"));
        }

        return ExitCode.Done;
    }

    private static string[] FilesOf(string path)
    {
        if (!Directory.Exists(path))
        {
            return [path];
        }

        string[] files = [.. Directory.GetFiles(path, "*.json").Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new InputException($"--from {path}: no .json files in this folder.");
    }

    private static async Task<(Dictionary<string, string> Shown, SourceFile Source)> ReadSubtitlesAsync(
        ImportBenchmarkOptions options, string folder, IReadOnlyList<Question> questions, CommandContext context)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException($"--subtitles {folder}: no such folder.");
        }

        var videos = options.Videos is { } path ? VideoLengths.Open(path) : null;
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        var digest = new StringBuilder();
        foreach (var video in questions.Select(static question => question.VideoId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var file = Path.Combine(folder, Path.GetFileName(video) + ".srt");
            if (!File.Exists(file))
            {
                continue;
            }

            var all = SubtitleFile.Read(file);
            var length = videos is null ? null : await videos.OfAsync(video, context.CancellationToken);
            if (videos is not null && length is null)
            {
                context.Log.Warning("{Video}: no video, so all its subtitles are shown.", video);
            }

            digest.Append(Path.GetFileName(file)).Append(' ').Append(Sha256(File.ReadAllBytes(file))).Append('\n');
            shown[video] = length is var (frames, rate) ? SubtitleFile.Shown(all, frames, rate, options.SubtitleFrames) : SubtitleFile.All(all);
        }

        context.Log.Information("Subtitles of {Files} videos.", shown.Count);
        return (shown, new SourceFile("subtitles", Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), Sha256(Encoding.UTF8.GetBytes(digest.ToString())), shown.Count));
    }

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
