using System.Globalization;
using System.Security.Cryptography;
using LLaVAction.Exchange.Formats;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Remote.Requests;
using LLaVAction.Runs;
using LLaVAction.Training;
using LLaVAction.Video.Frames;

namespace LLaVAction.Remote.Distillation;

/// <summary>What came of distilling a file of rows.</summary>
/// <param name="Rows">The training rows made, in the order of the rows they are made of.</param>
/// <param name="Verdicts">Rows by what became of them.</param>
/// <param name="Reasons">The first reasons why rows gave nothing, with their places.</param>
public sealed record DistillationReport(
    IReadOnlyList<TrainingRow> Rows, IReadOnlyDictionary<DistillationVerdict, int> Verdicts, IReadOnlyList<string> Reasons);

/// <summary>Asks a teacher about every row of a file: several at a time, within the budget, resumable by the log of its requests.</summary>
/// <param name="task">What is asked.</param>
/// <param name="settings">The server and how it is used.</param>
/// <param name="videos">Where frames come from; null where none are needed.</param>
public sealed class Distiller(DistillationTask task, RemoteSettings settings, IFrameReader? videos)
{
    private const int MostReasons = 20;
    private static readonly FramePolicy Midpoints = new(FramePolicyKind.Midpoint);

    /// <summary>Asks about every row.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="dispatcher">Sends the requests.</param>
    /// <param name="onRowDone">Told after each row.</param>
    /// <param name="cancellationToken">Stops; what is answered is in the log.</param>
    /// <exception cref="InputException">A row is none that the task works on, or the service cannot be used.</exception>
    public async Task<DistillationReport> RunAsync(
        IReadOnlyList<TrainingRow> rows, ChatDispatcher dispatcher, Action onRowDone, CancellationToken cancellationToken)
    {
        Check(rows);
        var results = new (DistillationVerdict Verdict, IReadOnlyList<TrainingRow> Rows, string? Reason)[rows.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, rows.Count),
            new ParallelOptions { MaxDegreeOfParallelism = 2 * settings.Concurrency, CancellationToken = cancellationToken },
            async (i, token) =>
            {
                results[i] = await AskAsync(rows[i], i, dispatcher, token);
                onRowDone();
            });
        return Report(results);
    }

    /// <summary>Writes the requests of every row as an OpenAI batch; returns what became of the rows that have none.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="output">Receives JSON lines.</param>
    /// <param name="onRowDone">Told after each row.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="InputException">A row is none that the task works on.</exception>
    public async Task<DistillationReport> WriteBatchAsync(
        IReadOnlyList<TrainingRow> rows, Stream output, Action onRowDone, CancellationToken cancellationToken)
    {
        Check(rows);
        var results = new (DistillationVerdict Verdict, IReadOnlyList<TrainingRow> Rows, string? Reason)[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            var (jpegs, failure) = await ShowAsync(rows[i], i, cancellationToken);
            results[i] = failure is null ? (DistillationVerdict.NotAsked, [], null) : (DistillationVerdict.NoFrames, [], failure);
            if (failure is null)
            {
                await output.WriteAsync(task.Ask(rows[i], jpegs).ToBatchLine(NameOf(rows[i], i)), cancellationToken);
            }

            onRowDone();
        }

        return Report(results);
    }

    /// <summary>Reads the answers to a batch.</summary>
    /// <param name="rows">The rows that the batch was made of.</param>
    /// <param name="replies">The lines of the batch's output and error files; an answer beats a failure of the same row.</param>
    /// <exception cref="InputException">An answer is of no row.</exception>
    public DistillationReport ReadBatch(IReadOnlyList<TrainingRow> rows, IReadOnlyList<BatchReply> replies)
    {
        Check(rows);
        string[] names = [.. rows.Select(NameOf)];
        var known = names.ToHashSet(StringComparer.Ordinal);
        if (replies.FirstOrDefault(reply => !known.Contains(reply.Name)) is { } stranger)
        {
            throw new InputException($"{stranger.Place}: '{stranger.Name}' is none of these rows; give --rows the file that the batch was written from.");
        }

        var answers = new Dictionary<string, BatchReply>(StringComparer.Ordinal);
        foreach (var reply in replies.OrderBy(reply => reply.Reply is null))
        {
            answers.TryAdd(reply.Name, reply);
        }

        return Report([.. rows.Select((row, i) => !answers.TryGetValue(names[i], out var answer)
            ? (DistillationVerdict.NotAsked, [], null)
            : answer.Reply is { } reply ? Read(row, i, reply) : (DistillationVerdict.NoAnswer, Array.Empty<TrainingRow>(), Place(i) + answer.Failure))]);
    }

    private void Check(IReadOnlyList<TrainingRow> rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            if (task.Refuse(rows[i]) is { } reason)
            {
                throw new InputException($"{Place(i)}{reason}.");
            }
        }
    }

    private async Task<(DistillationVerdict Verdict, IReadOnlyList<TrainingRow> Rows, string? Reason)> AskAsync(
        TrainingRow row, int index, ChatDispatcher dispatcher, CancellationToken cancellationToken)
    {
        // Once the budget is spent no clip is worth decoding.
        if (dispatcher.StopReason is not null)
        {
            return (DistillationVerdict.NotAsked, [], null);
        }

        var (jpegs, failure) = await ShowAsync(row, index, cancellationToken);
        if (failure is not null)
        {
            return (DistillationVerdict.NoFrames, [], failure);
        }

        var outcome = await dispatcher.SendAsync(task.Ask(row, jpegs), cancellationToken);
        return outcome.Reply is { } reply ? Read(row, index, reply)
            : !outcome.WasAsked ? (DistillationVerdict.NotAsked, [], null)
            : (outcome.IsRefusal ? DistillationVerdict.Refused : DistillationVerdict.NoAnswer, [], Place(index) + outcome.Failure);
    }

    private (DistillationVerdict Verdict, IReadOnlyList<TrainingRow> Rows, string? Reason) Read(TrainingRow row, int index, ChatReply reply)
    {
        var (verdict, made) = task.Read(row, reply);
        var isNews = verdict is not (DistillationVerdict.Kept or DistillationVerdict.Disagreed);
        return (verdict, made, isNews ? Place(index) + (reply.Refusal ?? Start(reply.Text)) : null);
    }

    private async Task<(IReadOnlyList<ReadOnlyMemory<byte>> Jpegs, string? Failure)> ShowAsync(TrainingRow row, int index, CancellationToken cancellationToken)
    {
        if (!task.NeedsFrames)
        {
            return ([], null);
        }

        try
        {
            var frames = await videos!.ReadAsync(ClipOf(row, index), Midpoints, [DistillationTask.Frames], cancellationToken);
            var jpegs = JpegFrames.Encode(frames, settings);
            return ([.. frames.Selections[DistillationTask.Frames].Select(frame => jpegs[frame])], null);
        }
        catch (FrameReadException exception)
        {
            return ([], Place(index) + exception.Message);
        }
    }

    // "P01-P01_01": participant, hyphen, video.
    private static ClipReference ClipOf(TrainingRow row, int index)
    {
        var hyphen = row.Video!.IndexOf('-', StringComparison.Ordinal);
        return hyphen > 0
            ? new ClipReference(
                row.NarrationId ?? string.Create(CultureInfo.InvariantCulture, $"{row.Video[(hyphen + 1)..]}_row{index}"),
                row.Video[..hyphen],
                row.Video[(hyphen + 1)..],
                row.StartTimestamp!.Value,
                row.EndTimestamp!.Value,
                0,
                0)
            : throw new InputException($"{Place(index)}video '{row.Video}'; expected participant and video, as in P01-P01_01.");
    }

    private static string NameOf(TrainingRow row, int index)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(TrainingJson.ToLines([row])))[..8];
        return string.Create(CultureInfo.InvariantCulture, $"row/{index}/{hash}");
    }

    private static string Place(int index) => string.Create(CultureInfo.InvariantCulture, $"row {index}: ");

    private static string Start(string? text) => text is null ? "no text" : text.Length <= 100 ? text : text[..100] + " …";

    private static DistillationReport Report((DistillationVerdict Verdict, IReadOnlyList<TrainingRow> Rows, string? Reason)[] results) => new(
        [.. results.SelectMany(result => result.Rows)],
        new SortedDictionary<DistillationVerdict, int>(results.CountBy(result => result.Verdict).ToDictionary()),
        [.. results.Select(result => result.Reason).OfType<string>().Take(MostReasons)]);
}
