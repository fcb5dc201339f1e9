using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Evaluation;
using LLaVAction.Runs;
using LLaVAction.Video.Caching;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>prepare-frames</c>.</summary>
internal sealed record PrepareFramesOptions
{
    [Option("--benchmark", "Folder of the benchmark whose clips are decoded.", Value = "DIR")]
    public required string Benchmark { get; init; }

    [Option("--strategy", "Set whose clips are decoded; repeatable [default: all].", Value = "NAME")]
    public IReadOnlyList<string> Strategies { get; init; } = [];

    [OptionGroup(Required = ["--videos"])]
    public VideoSource Videos { get; init; } = new();

    [OptionGroup(Required = ["--frame-cache"])]
    public FrameCacheOptions Cache { get; init; } = new();

    [Option("--model", "Folder of the checkpoint whose input size the frames get.", Value = "DIR")]
    public string? Model { get; init; }

    [Option("--size", "Width and height of the frames in pixels, without --model (384 for SigLIP so400m).", Value = "N", Minimum = 1, Maximum = 16_384)]
    public int? Size { get; init; }

    [Option("--frames", "Frame counts.", Value = "N[,N]", Minimum = 1, Maximum = 10_000)]
    public IReadOnlyList<int> Frames { get; init; } = [8];

    [Option("--frame-policy", "Which moments become frames: midpoints of N equal segments, or every n-th of --clip-length.")]
    public FramePolicyKind FramePolicy { get; init; } = FramePolicyKind.Midpoint;

    [Option("--clip-length", "Segments that --frame-policy stride takes every n-th of.", Value = "N", Minimum = 1, Maximum = 10_000)]
    public int ClipLength { get; init; } = 32;

    [Option("--decode-workers", "Clips decoded at a time [default: one a core].", Value = "N", Minimum = 1, Maximum = 256)]
    public int? DecodeWorkers { get; init; }

    [Option("--limit", "N clips only.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--sample", "Which clips --limit takes, as evaluate-model's.")]
    public ClipSample Sample { get; init; }

    [Option("--ids", "Only the narration ids in this file, one per line.", Value = "FILE")]
    public string? Ids { get; init; }

    [Option("--shard", "Do part i of n; any number of processes may fill one cache.", Value = "i/n")]
    public string Shard { get; init; } = "1/1";
}

/// <summary><c>prepare-frames</c>: decodes the frames of a benchmark's clips ahead, on machines without a GPU.</summary>
internal sealed class PrepareFramesCommand()
    : ToolCommand<PrepareFramesOptions>("prepare-frames", "Decode the clips of a benchmark into a frame cache, ahead of evaluations.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "Frames of every clip at a checkpoint's input size",
            "llavaction prepare-frames --benchmark mqa-small --model model --videos videos --frames 8 --frame-cache frames"),
    ];

    public override async Task<int> RunAsync(PrepareFramesOptions options, CommandContext context)
    {
        var size = options.Model is { } model ? FrameCacheOptions.InputSizeOf(HuggingFaceCache.Locate(model))
            : options.Size ?? throw new InputException("The frames' size is not known: give the checkpoint with --model, or --size N.");
        var policy = new FramePolicy(options.FramePolicy, options.ClipLength);
        FramePlan.Validate(policy, options.Frames);
        var ids = options.Ids is { } file ? IdFile.Read(file) : null;
        var selection = QuestionSelection.Read(BenchmarkFolder.Open(options.Benchmark), options.Strategies, ids, options.Limit, options.Sample);
        var shard = Shard.Parse(options.Shard);
        ClipReference[] clips =
        [
            .. selection.Asked.SelectMany(static set => set.Questions)
                .DistinctBy(static question => question.Id, StringComparer.Ordinal)
                .Where((_, position) => shard.Owns(position))
                .Select(WorkPlan.Reference),
        ];
        var reader = options.Videos.Open(processes: Decoders(options))!;
        foreach (var warning in await VideoCheck.RunAsync(reader, clips, options.Videos.Folder!, context.CancellationToken))
        {
            context.Log.Warning("{Warning:l}", warning);
        }

        var cache = options.Cache.Open()!;
        FrameCacheOptions.Announce(cache, clips.Length, options.Frames, size, context);
        var failed = await FillAsync(options, new CachedFrameReader(reader, cache, size), policy, clips, context);
        FrameCacheOptions.Report(cache, context);
        context.Results.WriteLine(
            FormattableString.Invariant($"{options.Cache.Folder}: {clips.Length - failed} of {clips.Length} clips, {cache.Written} entries written, {cache.Hits} there before, {FrameCacheOptions.Gigabytes(cache.Bytes)}."));
        return failed == 0 && cache.Trouble is null ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static int Decoders(PrepareFramesOptions options) => options.DecodeWorkers ?? Environment.ProcessorCount;

    private static async Task<int> FillAsync(
        PrepareFramesOptions options, CachedFrameReader reader, FramePolicy policy, ClipReference[] clips, CommandContext context)
    {
        var failed = 0;
        using var progress = context.StartProgress("decoding", "clips", clips.Length);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Decoders(options) * reader.ClipsPerProcess,
            CancellationToken = context.CancellationToken,
        };
        await Parallel.ForEachAsync(clips, parallel, async (clip, cancellationToken) =>
        {
            try
            {
                await reader.ReadAsync(clip, policy, options.Frames, cancellationToken);
            }
            catch (FrameReadException failure)
            {
                Interlocked.Increment(ref failed);
                context.Log.Warning("{Reason:l}", failure.Message);
            }

            progress.Advance(1);
        });
        return failed;
    }
}
