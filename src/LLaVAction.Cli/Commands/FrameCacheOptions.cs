using System.Globalization;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Video.Caching;

namespace LLaVAction.Cli.Commands;

/// <summary>Where decoded frames are kept; shared by the commands that read frames for a model.</summary>
internal sealed record FrameCacheOptions
{
    [Option("--frame-cache", "Folder that keeps decoded frames at the model's input size, for any number of runs and processes.", Value = "DIR")]
    public string? Folder { get; init; }

    [Option("--frame-cache-limit", "The most that it may hold, for example 50GB [default: what the disk takes].", Value = "SIZE")]
    public string? Limit { get; init; }

    /// <summary>Opens the cache; null where none is asked for.</summary>
    /// <exception cref="InputException">The folder cannot be used, or the limit is no size.</exception>
    public FrameCache? Open() => Folder is null ? null : new FrameCache(Folder, Limit is null ? null : ParseSize(Limit));

    /// <summary>Width and height of a checkpoint's input, in pixels.</summary>
    /// <exception cref="InputException">The folder is not a checkpoint.</exception>
    public static int InputSizeOf(CheckpointPath model)
    {
        using var checkpoint = Checkpoint.Open(model);
        return checkpoint.Configuration.Vision.ImageSize;
    }

    public static void Announce(FrameCache cache, int clips, IEnumerable<int> frameCounts, int size, CommandContext context) => context.Log.Information(
        "Frame cache: {Estimate:l} for {Clips} clips at {Size} pixels; it holds {Held:l}.",
        Gigabytes(FrameCache.Estimate(clips, frameCounts.Sum(), size)),
        clips,
        size,
        Gigabytes(cache.Bytes));

    public static void Report(FrameCache cache, CommandContext context)
    {
        context.Log.Information("Frame cache: {Hits} entries found, {Written} written; it holds {Held:l}.", cache.Hits, cache.Written, Gigabytes(cache.Bytes));
        if (cache.Damaged > 0)
        {
            context.Log.Warning("Frame cache: {Damaged} entries were damaged and made again.", cache.Damaged);
        }

        if (cache.Trouble is { } trouble)
        {
            context.Log.Warning("{Trouble:l}", trouble);
        }
    }

    public static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.###} GB");

    private static long ParseSize(string text)
    {
        (string Unit, double Bytes)[] units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6)];
        foreach (var (unit, bytes) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
                && value > 0
                && value * bytes < long.MaxValue)
            {
                return (long)(value * bytes);
            }
        }

        throw new InputException($"--frame-cache-limit {text}: expected a size such as 500MB, 50GB or 1.5TB.");
    }
}
