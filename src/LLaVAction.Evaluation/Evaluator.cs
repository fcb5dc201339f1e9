using System.Diagnostics;
using System.Threading.Channels;
using LLaVAction.Models.Engines;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>How an evaluation went.</summary>
/// <param name="Lines">Result lines written.</param>
/// <param name="FailedClips">Clips whose frames could not be had.</param>
/// <param name="Wall">Wall time from start to end.</param>
/// <param name="Model">Time inside the model.</param>
/// <param name="Waiting">Time the model waited for frames.</param>
public sealed record EvaluationOutcome(long Lines, int FailedClips, TimeSpan Wall, TimeSpan Model, TimeSpan Waiting)
{
    /// <summary>Wall time that went neither into the model nor into waiting for frames.</summary>
    public TimeSpan Overhead => Wall - Model - Waiting;

    /// <summary>Why the model took no more prompts before all were asked; null where it took them all.</summary>
    public string? StopReason { get; init; }
}

/// <summary>
/// Asks a model what is left of a run, clip by clip: each clip is decoded once and encoded once for all its questions;
/// its prompts go to the model as one group per frame count, which shares one prefill.
/// </summary>
/// <remarks>It knows the model and the frame reader by their ports alone. A model that only answers prompts fits too.</remarks>
public sealed class Evaluator
{
    private readonly IVideoLanguageModel _model;
    private readonly DecodeAhead? _decoding;
    private readonly EvaluationSettings _settings;
    private readonly AnswerReader _answers;
    private readonly Action<ResultLine> _write;
    private TimeSpan _modelTime;

    /// <summary>Creates an evaluator.</summary>
    /// <param name="model">The model.</param>
    /// <param name="decoding">Where frames come from; null only when blind.</param>
    /// <param name="settings">What is asked.</param>
    /// <param name="write">Takes each result line as it is done; what it throws ends the evaluation.</param>
    public Evaluator(IVideoLanguageModel model, DecodeAhead? decoding, EvaluationSettings settings, Action<ResultLine> write)
    {
        if (decoding is null && settings.Prompt.HasVideo)
        {
            throw new ArgumentException("Prompts with video need frames.", nameof(decoding));
        }

        _model = model;
        _decoding = decoding;
        _settings = settings;
        _write = write;
        _answers = new AnswerReader(settings);
    }

    /// <summary>Asks everything.</summary>
    /// <param name="work">What is left, from <see cref="WorkPlan"/>.</param>
    /// <param name="onClipDone">Told after each clip how many of its lines were written.</param>
    /// <param name="cancellationToken">Stops between two calls of the model; every line written stays.</param>
    public async Task<EvaluationOutcome> RunAsync(IReadOnlyList<ClipWork> work, Action<int> onClipDone, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var waiting = TimeSpan.Zero;
        var lines = 0L;
        var failed = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var source = _settings.Prompt.HasVideo ? _decoding!.Start(work, stop.Token) : Undecoded(work);
            while (true)
            {
                var waitStart = Stopwatch.GetTimestamp();
                var batch = await NextAsync(source, cancellationToken);
                waiting += Stopwatch.GetElapsedTime(waitStart);
                if (batch.Count == 0)
                {
                    break;
                }

                cancellationToken.ThrowIfCancellationRequested();
                Ask(batch, cancellationToken);
                failed += batch.Count(clip => clip.Failure is not null);
                foreach (var clip in batch)
                {
                    lines += clip.Work.Pending.Count;
                    onClipDone(clip.Work.Pending.Count);
                }

                if (_model.StopReason is not null)
                {
                    break;
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        return new EvaluationOutcome(lines, failed, Stopwatch.GetElapsedTime(start), _modelTime, waiting) { StopReason = _model.StopReason };
    }

    private static ChannelReader<Task<DecodedClip>> Undecoded(IReadOnlyList<ClipWork> work)
    {
        var channel = Channel.CreateUnbounded<Task<DecodedClip>>();
        foreach (var clip in work)
        {
            channel.Writer.TryWrite(Task.FromResult(new DecodedClip(clip, null, null, 0)));
        }

        channel.Writer.Complete();
        return channel.Reader;
    }

    // The next clip, and as many more as are ready and the model likes to take at once.
    private async Task<List<DecodedClip>> NextAsync(ChannelReader<Task<DecodedClip>> source, CancellationToken cancellationToken)
    {
        var batch = new List<DecodedClip>();
        if (!await source.WaitToReadAsync(cancellationToken) || !source.TryRead(out var first))
        {
            return batch;
        }

        batch.Add(await first);
        while (batch.Count < _model.PreferredClips && source.TryPeek(out var next) && next.IsCompletedSuccessfully)
        {
            batch.Add(await next);
            source.TryRead(out _);
        }

        return batch;
    }

    private void Ask(List<DecodedClip> batch, CancellationToken cancellationToken)
    {
        DecodedClip[] usable = [.. batch.Where(clip => clip.Failure is null)];
        var clips = new List<ClipAnswers>(usable.Length);
        var encoded = Encode(usable, clips, cancellationToken);
        try
        {
            AskAll(clips, cancellationToken);
            Write(batch, clips);
        }
        finally
        {
            foreach (var clip in encoded)
            {
                clip.Dispose();
            }
        }
    }

    private IReadOnlyList<IEncodedClip> Encode(DecodedClip[] usable, List<ClipAnswers> clips, CancellationToken cancellationToken)
    {
        if (!_settings.Prompt.HasVideo || usable.Length == 0)
        {
            clips.AddRange(usable.Select(clip => new ClipAnswers(_settings, clip, null, null)));
            return [];
        }

        ControlledFrames[] frames =
            [.. usable.Select(clip => FrameControls.Apply(clip.Frames!, _settings.Control, clip.Work.Clip.NarrationId, _settings.Seed))];
        var encoded = Timed(() => _model.Encode([.. frames.Select(each => each.Frames)], cancellationToken));
        clips.AddRange(usable.Select((clip, i) => new ClipAnswers(_settings, clip, encoded[i], frames[i])));
        return encoded;
    }

    private void AskAll(List<ClipAnswers> clips, CancellationToken cancellationToken)
    {
        ClipGroup[] groups = [.. clips.SelectMany(clip => clip.Groups)];
        if (groups.Length == 0)
        {
            return;
        }

        if (_settings.Prompt.Task == PromptTask.CaptionThenAnswer)
        {
            AskGroups(groups, group => group.Sheet.CaptionRequests(), (group, captions) => group.Sheet.TakeNotes(captions), cancellationToken);
        }

        AskGroups(groups, group => group.Sheet.AnswerRequests(), (group, all) => group.Answers = group.Sheet.Judge(all), cancellationToken);
    }

    private void AskGroups(
        ClipGroup[] groups,
        Func<ClipGroup, DistinctRequests> requestsOf,
        Action<ClipGroup, IReadOnlyList<PromptAnswer>> take,
        CancellationToken cancellationToken)
    {
        DistinctRequests[] requests = [.. groups.Select(requestsOf)];
        PromptGroup[] prompts = [.. groups.Select((group, i) => new PromptGroup(group.Clip, group.Shown.Indices, requests[i].Requests))];
        var answered = Timed(() => _model.Answer(prompts, cancellationToken));
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i].PrefillMilliseconds += answered[i].PrefillMilliseconds;
            take(groups[i], requests[i].Spread(answered[i].Answers));
        }
    }

    private void Write(List<DecodedClip> batch, List<ClipAnswers> clips)
    {
        var next = 0;
        foreach (var clip in batch)
        {
            var decode = clip.Milliseconds;
            foreach (var line in clip.Failure is { } failure ? Failed(clip.Work, failure) : clips[next++].Lines(_answers))
            {
                _write(line with { DecodeMilliseconds = Math.Round(decode, 3) });
                decode = 0;
            }
        }
    }

    private IEnumerable<ResultLine> Failed(ClipWork work, FrameReadException failure)
    {
        var sheet = new PromptSheet(_settings, work.Pending);
        return work.Pending.Select((pending, i) => _answers.Fail(pending, sheet.Orders[i], failure));
    }

    private T Timed<T>(Func<T> call)
    {
        var start = Stopwatch.GetTimestamp();
        var result = call();
        _modelTime += Stopwatch.GetElapsedTime(start);
        return result;
    }
}
