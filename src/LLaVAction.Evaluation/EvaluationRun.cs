using LLaVAction.Benchmarks;
using LLaVAction.Evaluation.Exchange;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Remote;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>What to evaluate, and where to keep it.</summary>
public sealed record EvaluationRequest
{
    /// <summary>What is asked.</summary>
    public required QuestionSelection Selection { get; init; }

    /// <summary>How it is asked.</summary>
    public required EvaluationSettings Settings { get; init; }

    /// <summary>The folder of the run.</summary>
    public required string Output { get; init; }

    /// <summary>The part of the run that this process does.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Whether clips that failed before are tried again.</summary>
    public bool RetriesFailed { get; init; }

    /// <summary>Clips decoded at a time.</summary>
    public int DecodeWorkers { get; init; } = 1;

    /// <summary>How many questions are asked again, alone, when the rest is done; 0 for none.</summary>
    public int VerifiedBatchQuestions { get; init; }

    /// <summary>Every option in force, stored with the run.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>What a process did of a run, and what the run is like afterwards.</summary>
/// <param name="Outcome">What this process did.</param>
/// <param name="Summary">The run as it is now, all parts.</param>
/// <param name="FailedResults">Results of this part whose clip could not be had, from this start or an earlier one.</param>
/// <param name="Batches">How it was computed, where there is something to say; null as a rule.</param>
public sealed record EvaluationReport(EvaluationOutcome Outcome, RunSummary Summary, int FailedResults, BatchReport? Batches);

/// <summary>
/// One process's share of a run, from joining its folder to its summary. Starting the same request again does only what is
/// missing; what is written stays, however the process ends.
/// </summary>
public sealed class EvaluationRun : IDisposable
{
    private readonly EvaluationRequest _request;
    private readonly RunFolder _folder;
    private readonly ResultLog _log;

    private EvaluationRun(EvaluationRequest request, RunFolder folder, ResultLog log, RunResults before)
    {
        _request = request;
        _folder = folder;
        _log = log;
        Work = WorkPlan.Remaining(before, request.Settings, request.Shard, request.RetriesFailed, Sources(request));
        Left = Work.Sum(clip => clip.Pending.Count);
        OfShard = OwnedResults(before);
    }

    /// <summary>The clips that are left, and what is to be asked about them.</summary>
    public IReadOnlyList<ClipWork> Work { get; }

    /// <summary>Results that are left to this process.</summary>
    public int Left { get; }

    /// <summary>Results that this part has in all.</summary>
    public int OfShard { get; }

    /// <summary>Joins the run's folder and finds out what is left.</summary>
    /// <param name="request">What to evaluate.</param>
    /// <param name="model">The model.</param>
    /// <param name="videoLayout">Layout of the videos folder; null when blind.</param>
    /// <exception cref="InputException">The folder holds another run, or cannot be written; or another process does this part.</exception>
    public static EvaluationRun Open(EvaluationRequest request, ModelDescription model, string? videoLayout)
    {
        var record = RunRecordFactory.Create(request.Selection, model, request.Settings, videoLayout, request.Configuration);
        try
        {
            var joined = RunFolder.Join(request.Output, record, request.Selection.Asked, request.Selection.Benchmark.ManifestBytes.ToArray());
            var opened = ResultLog.Open(Path.Combine(request.Output, request.Shard.FileName), out _);
            try
            {
                return new EvaluationRun(request, joined, opened, joined.ReadResults(request.Selection.Asked));
            }
            catch
            {
                opened.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                $"{request.Output}: cannot keep a run here ({exception.Message.TrimEnd('.')}). Choose an --output that can be written and has room.",
                exception);
        }
    }

    /// <summary>Does what is left; writes the summary when the run is complete afterwards.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reader">Where frames come from; null when blind.</param>
    /// <param name="onClipDone">Told after each clip how many of its results were written.</param>
    /// <param name="cancellationToken">Stops soon; what is written stays.</param>
    public async Task<EvaluationReport> ExecuteAsync(
        IVideoLanguageModel model, IFrameReader? reader, Action<int> onClipDone, CancellationToken cancellationToken)
    {
        var decoding = reader is null ? null : new DecodeAhead(reader, _request.Settings.FramePolicy, _request.DecodeWorkers, model.PreferredClips);
        var outcome = await new Evaluator(model, decoding, _request.Settings, _log.Append).RunAsync(Work, onClipDone, cancellationToken);
        _log.Sync();
        var results = _folder.ReadResults(_request.Selection.Asked);
        var summary = SummaryBuilder.Build(results);
        if (summary.IsComplete)
        {
            _folder.WriteFile(RunSummary.FileName, RunJson.ToBytes(summary));
        }

        var batches = await ReportBatchesAsync(model, decoding, results, cancellationToken);
        return new EvaluationReport(outcome, summary, CountFailures(results), batches);
    }

    /// <summary>Writes what is left as the requests of a batch into the run's folder, which from then on waits for its answers.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="remote">How requests are made.</param>
    /// <param name="reader">Where frames come from; null when blind.</param>
    /// <param name="onClipDone">Told after each clip how many questions it had.</param>
    /// <param name="cancellationToken">Stops between two clips.</param>
    /// <exception cref="InputException">The run's task cannot be a batch.</exception>
    public Task<BatchExportReport> ExportBatchAsync(
        string model, RemoteSettings remote, IFrameReader? reader, Action<int> onClipDone, CancellationToken cancellationToken)
    {
        var decoding = reader is null ? null : new DecodeAhead(reader, _request.Settings.FramePolicy, _request.DecodeWorkers);
        return new BatchExport(model, remote, _request.Settings).WriteAsync(Work, decoding, _request.Output, _log.Append, onClipDone, cancellationToken);
    }

    /// <summary>Brings what was written to the disk and lets go of the part.</summary>
    public void Dispose() => _log.Dispose();

    private async Task<BatchReport?> ReportBatchesAsync(
        IVideoLanguageModel model, DecodeAhead? decoding, RunResults results, CancellationToken cancellationToken)
    {
        BatchCheckResult? check = null;
        if (_request.VerifiedBatchQuestions > 0)
        {
            var scored = WorkPlan.Where(
                results.Sets, _request.Settings, _request.Shard, Sources(_request), one => results.Find(one.Key)?.LetterLogprobs is not null);
            check = await new BatchCheck(model, decoding, _request.Settings)
                .RunAsync(scored, results, _request.VerifiedBatchQuestions, cancellationToken);
        }

        if (check is null && model.BatchShape is null && model.Remarks.Count == 0)
        {
            return null;
        }

        var report = new BatchReport { BatchShape = model.BatchShape, Remarks = [.. model.Remarks], Check = check };
        _folder.WriteFile(BatchReport.FileNameOf(_request.Shard), RunJson.ToBytes(report));
        return report;
    }

    private static Func<Question, Question>? Sources(EvaluationRequest request) =>
        request.Settings.Control == Control.OtherClip
            ? new OtherClips(request.Selection.Whole, request.Settings.Seed).For
            : null;

    private HashSet<string> OwnedClips(RunResults results)
    {
        var order = WorkPlan.ClipOrder(results.Sets);
        return order.Where((_, position) => _request.Shard.Owns(position)).ToHashSet(StringComparer.Ordinal);
    }

    private int OwnedResults(RunResults results)
    {
        var owned = OwnedClips(results);
        return results.Sets.Sum(set => set.Questions.Count(question => owned.Contains(question.Id)))
            * _request.Settings.FrameCounts.Count * _request.Settings.Rotations;
    }

    private int CountFailures(RunResults results)
    {
        var owned = OwnedClips(results);
        return results.Cells.Sum(cell => Enumerable.Range(0, _request.Settings.Rotations).Sum(rotation =>
            results.Read(cell, rotation).Count(row => row.Result?.Status.IsFailure() == true && owned.Contains(row.Question.Id))));
    }
}
