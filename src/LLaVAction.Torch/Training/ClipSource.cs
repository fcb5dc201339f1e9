using LLaVAction.Models.Tokenization;
using LLaVAction.Runs;
using LLaVAction.Training;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Torch.Training;

/// <summary>A row ready to be shown, or why it cannot be.</summary>
/// <param name="Row">The row.</param>
/// <param name="Tokens">Its conversation; null where it cannot be shown.</param>
/// <param name="Frames">Its frames; null for text alone, and where they cannot be read.</param>
/// <param name="Failure">Why they cannot.</param>
internal sealed record LoadedRow(TrainingRow Row, SupervisedTokens? Tokens, ClipFrames? Frames, string? Failure);

/// <summary>
/// Rows in the sampler's order, their frames decoded ahead of the model by the evaluation's own readers. A clip that cannot
/// be decoded is told, never replaced.
/// </summary>
internal sealed class ClipSource(IReadOnlyList<TrainingRow> rows, IFrameReader reader, MediaFolder? replay, ITokenizer tokenizer, TrainerSettings settings, int ahead)
{
    private readonly int[] _lengths = [.. rows.Select(LengthGroupedSampler.LengthOf)];
    private readonly Queue<Task<LoadedRow>> _waiting = [];
    private readonly int _group = settings.BatchSize * settings.Accumulation;
    private (int Epoch, int[] Order) _epoch = (-1, []);
    private long _started;

    public int RowsPerEpoch => rows.Count >= _group ? rows.Count / _group * _group : rows.Count;

    public long Position { get; private set; }

    public void Seek(long position)
    {
        _waiting.Clear();
        Position = _started = position;
    }

    public async Task<LoadedRow> NextAsync(CancellationToken cancellationToken)
    {
        while (_waiting.Count <= ahead)
        {
            var (row, epoch, number) = RowAt(_started++);
            _waiting.Enqueue(Task.Run(() => LoadAsync(row, epoch, number, cancellationToken), cancellationToken));
        }

        Position++;
        return await _waiting.Dequeue();
    }

    internal static ClipReference ClipOf(TrainingRow row)
    {
        var video = row.Video![(row.Video!.IndexOf('-', StringComparison.Ordinal) + 1)..];
        var (start, end) = (row.StartTimestamp ?? 0, row.EndTimestamp ?? 0);
        return new ClipReference(row.NarrationId ?? row.Id, row.Video.Split('-')[0], video, start, end, FrameOf(start), FrameOf(end));

        // Numbered frames of EPIC-KITCHENS are counted from 1, at 60 a second.
        static int FrameOf(double seconds) => (int)Math.Floor(seconds * 60) + 1;
    }

    private (TrainingRow Row, int Epoch, int Number) RowAt(long position)
    {
        var epoch = (int)(position / RowsPerEpoch);
        if (_epoch.Epoch != epoch)
        {
            _epoch = (epoch, LengthGroupedSampler.Order(_lengths, _group, settings.Seed, epoch));
        }

        var number = _epoch.Order[position % RowsPerEpoch];
        return (rows[number], epoch, number);
    }

    private async Task<LoadedRow> LoadAsync(TrainingRow row, int epoch, int number, CancellationToken cancellationToken)
    {
        try
        {
            if (row.ShowsReplayedMedia)
            {
                var shown = await ReplayRows.ReadAsync(row, replay!, settings.Frames, cancellationToken);
                return new LoadedRow(row, Tokens(ReplayRows.Turns(row, shown, settings.HasTimeInstruction)), shown.Frames, null);
            }

            var tokens = Tokens(TrainingPrompts.Of(row, settings, epoch, number));
            if (row.Video is null)
            {
                return new LoadedRow(row, tokens, null, null);
            }

            var frames = await reader.ReadAsync(ClipOf(row), new FramePolicy(FramePolicyKind.Midpoint), [settings.Frames], cancellationToken);
            return new LoadedRow(row, tokens, frames, null);
        }
        catch (FrameReadException failure)
        {
            return new LoadedRow(row, null, null, failure.Message);
        }

        SupervisedTokens Tokens(IReadOnlyList<ConversationTurn> turns) => SupervisedTokens.Of(turns, tokenizer, settings.Mask);
    }
}
