using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using LLaVAction.Benchmarks;
using LLaVAction.Epic;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Recognizers;
using LLaVAction.Recognizers.Writing;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Actions;

/// <summary>What to score, and where to keep it.</summary>
public sealed record ActionPredictionRequest
{
    /// <summary>The CSV of the clips.</summary>
    public required AnnotationFile Annotations { get; init; }

    /// <summary>The rows to score, by their place in the CSV, ascending.</summary>
    public required IReadOnlyList<int> Rows { get; init; }

    /// <summary>The dump's file; parts lie beside it in <c>OUTPUT.parts</c>.</summary>
    public required string Output { get; init; }

    /// <summary>How the dump is written.</summary>
    public DumpFormat Format { get; init; }

    /// <summary>How many classes of each clip a CSV lists; null for all.</summary>
    public int? Top { get; init; }

    /// <summary>Which moments become frames.</summary>
    public required FramePolicy Policy { get; init; }

    /// <summary>What else the scores depend on, by name: layout, preprocessing, engine.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The part that this process does.</summary>
    public Shard Shard { get; init; } = Shard.Whole;

    /// <summary>Whether clips that failed before are tried again.</summary>
    public bool RetriesFailed { get; init; }

    /// <summary>Clips decoded at a time.</summary>
    public int DecodeWorkers { get; init; } = 1;

    /// <summary>Length of a clip's vector; 0 where none is kept.</summary>
    public int Features { get; init; }

    /// <summary>The videos that the model was trained on.</summary>
    public IReadOnlySet<string> TrainingVideos { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>The published checkpoint that the model is; null for any other.</summary>
    public string? Published { get; init; }

    /// <summary>What is known to differ from the published evaluation.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];
}

/// <summary>What a process of a run expects it to cost.</summary>
/// <param name="Clips">Clips that are left to it.</param>
/// <param name="Operations">Floating-point operations of them; null where unknown.</param>
/// <param name="ModelPerClip">Time of one clip in the model.</param>
/// <param name="DecodePerClip">Time of decoding one clip.</param>
/// <param name="Total">Wall time of all.</param>
/// <param name="Bytes">Size of the scores of the whole run on disk.</param>
public sealed record PredictionCost(int Clips, double? Operations, TimeSpan ModelPerClip, TimeSpan DecodePerClip, TimeSpan Total, long Bytes);

/// <summary>One process's share of a dump. Starting it again does what is missing; whoever finds it complete writes the dump.</summary>
public sealed class ActionPredictionRun
{
    private readonly ActionPredictionRequest _request;
    private readonly IClipScorer _scorer;
    private readonly SortedDictionary<string, string> _identity;
    private readonly string _parts;
    private readonly Dictionary<int, ClipScores> _scored = [];

    /// <summary>Prepares a run; nothing is written before <see cref="ExecuteAsync"/>.</summary>
    public ActionPredictionRun(ActionPredictionRequest request, IClipScorer scorer)
    {
        _request = request;
        _scorer = scorer;
        _parts = request.Output + ".parts";
        _identity = new SortedDictionary<string, string>(scorer.Settings.Concat(request.Settings).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
        {
            ["annotations"] = Hash(File.ReadAllBytes(request.Annotations.Path)),
            ["classes"] = Hash(Encoding.UTF8.GetBytes(string.Concat(scorer.Classes.Select(static action => action + "\n")))),
            ["model"] = scorer.Description.Hash ?? scorer.Description.Name,
            ["precision"] = scorer.Description.Precision,
            ["features"] = request.Features.ToString(CultureInfo.InvariantCulture),
        };
        var done = Index();
        Work = [.. request.Rows.Where((row, position) => request.Shard.Owns(position) && IsLeft(done.StatusOf(row)))];
    }

    /// <summary>The rows that are left to this process.</summary>
    public IReadOnlyList<int> Work { get; }

    /// <summary>What the scores are kept under: whatever they depend on.</summary>
    public IReadOnlyDictionary<string, string> Identity => _identity;

    /// <summary>
    /// Decodes and scores the first two clips that can be read, to tell by the second what all will cost; null where nothing is
    /// left. <see cref="ExecuteAsync"/> takes their scores from here.
    /// </summary>
    public async Task<PredictionCost?> EstimateAsync(IFrameReader reader, CancellationToken cancellationToken)
    {
        PredictionCost? cost = null;
        foreach (var row in Work)
        {
            var start = Stopwatch.GetTimestamp();
            ClipFrames frames;
            try
            {
                frames = await reader.ReadAsync(Reference(row), _request.Policy, [_scorer.Frames], cancellationToken);
            }
            catch (FrameReadException)
            {
                continue;
            }

            var decode = Stopwatch.GetElapsedTime(start);
            start = Stopwatch.GetTimestamp();
            _scored[row] = _scorer.Score([frames], cancellationToken)[0];
            cost = Cost(Stopwatch.GetElapsedTime(start), decode);
            if (_scored.Count == 2)
            {
                break;
            }
        }

        return cost;
    }

    /// <summary>Scores what is left; gives the description of the dump where the run is complete afterwards, else null.</summary>
    /// <param name="reader">Where frames come from.</param>
    /// <param name="onClip">Told of each clip, and of why it failed.</param>
    /// <param name="lists">The lists of rare classes and unseen participants, where they are at hand.</param>
    /// <param name="cancellationToken">Stops between two clips; what is done is kept.</param>
    public async Task<DumpDescription?> ExecuteAsync(
        IFrameReader reader, Action<FrameReadException?> onClip, (TailClasses? Tail, UnseenParticipants? Unseen) lists, CancellationToken cancellationToken)
    {
        if (Work.Count > 0)
        {
            using var log = ScoreLog.Open(Path.Combine(_parts, $"{_request.Shard.Index}of{_request.Shard.Count}.scores"), _identity, _scorer.Classes.Count, _request.Features);
            await ScoreAsync(log, reader, onClip, cancellationToken);
        }

        var index = Index();
        return _request.Rows.All(row => index.StatusOf(row) is not null) ? Assemble(index, lists) : null;
    }

    /// <summary>Writes the vectors of a complete run: <c>features</c> [clips, length] and <c>rows</c> [clips], their places in the CSV from 0.</summary>
    public void WriteFeatures(string path)
    {
        var index = Index();
        int[] scored = [.. _request.Rows.Where(row => index.StatusOf(row) == ResultStatus.Ok)];
        var vectors = new float[scored.Length * _request.Features];
        for (var i = 0; i < scored.Length; i++)
        {
            index.Read(scored[i], [], [], vectors.AsSpan(i * _request.Features, _request.Features));
        }

        SafetensorsWriter.Write(path, [
            TensorToWrite.Of("features", [scored.Length, _request.Features], vectors),
            TensorToWrite.Of("rows", ElementType.Int64, [scored.Length], [.. scored.SelectMany(static row => BitConverter.GetBytes((long)row))]),
        ]);
    }

    // On the cpu decoding and the model share the cores; before a GPU the slower of them decides.
    private PredictionCost Cost(TimeSpan model, TimeSpan decode)
    {
        var decoding = decode / _request.DecodeWorkers;
        var perClip = _scorer.Description.Device == "cpu" ? model + decoding : model > decoding ? model : decoding;
        return new PredictionCost(
            Work.Count, _scorer.OperationsPerClip * Work.Count, model, decode, perClip * Work.Count, 4L * _request.Rows.Count * ((2 * _scorer.Classes.Count) + _request.Features));
    }

    private async Task ScoreAsync(ScoreLog log, IFrameReader reader, Action<FrameReadException?> onClip, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        foreach (var (row, scores) in _scored)
        {
            log.Append(row, ResultStatus.Ok, scores);
            onClip(null);
        }

        int[] left = [.. Work.Where(row => !_scored.ContainsKey(row))];
        var rows = new Queue<int>(left);
        ClipWork[] work = [.. left.Select(row => new ClipWork(Reference(row), Reference(row), []) { FrameCounts = [_scorer.Frames] })];
        try
        {
            var source = new DecodeAhead(reader, _request.Policy, _request.DecodeWorkers).Start(work, stop.Token);
            while (await NextAsync(source, cancellationToken) is { Count: > 0 } batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var scores = new Queue<ClipScores>(_scorer.Score([.. batch.Where(static clip => clip.Frames is not null).Select(static clip => clip.Frames!)], cancellationToken));
                foreach (var clip in batch)
                {
                    log.Append(rows.Dequeue(), StatusOf(clip.Failure), clip.Frames is null ? null : scores.Dequeue());
                    onClip(clip.Failure);
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private async Task<List<DecodedClip>> NextAsync(ChannelReader<Task<DecodedClip>> source, CancellationToken cancellationToken)
    {
        var batch = new List<DecodedClip>();
        while (batch.Count < _scorer.PreferredClips && await source.WaitToReadAsync(cancellationToken) && source.TryPeek(out var next) && (batch.Count == 0 || next.IsCompletedSuccessfully))
        {
            batch.Add(await next);
            source.TryRead(out _);
        }

        return batch;
    }

    private DumpDescription Assemble(ScoreIndex index, (TailClasses? Tail, UnseenParticipants? Unseen) lists)
    {
        var clips = _request.Annotations.Clips;
        int[] scored = [.. _request.Rows.Where(row => index.StatusOf(row) == ResultStatus.Ok)];
        var failed = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in _request.Rows.Where(row => index.StatusOf(row) != ResultStatus.Ok))
        {
            failed.Add(clips[row].NarrationId, SettingNames.Of(index.StatusOf(row)!.Value));
        }

        if (scored.Length == 0 || (failed.Count > 0 && _request.Format == DumpFormat.AvionPickle))
        {
            throw new InputException(scored.Length == 0
                ? $"{_request.Output}: none of the {_request.Rows.Count} clips could be read; see the log for why. Check --videos, and use --retry-failed."
                : $"{_request.Output}: {failed.Count} clips could not be read, and AVION's pickle has a row for every clip. Write it as csv, submission or npz, or use --retry-failed once the videos are there.");
        }

        var rows = new ScoredClips([.. scored.Select(row => clips[row])], _scorer.Classes, (row, logits, probabilities) => index.Read(scored[row], logits, probabilities, []));
        var sha256 = WriteDump(rows);
        var description = new DumpDescription
        {
            ToolVersion = ToolVersion.Current,
            Sha256 = sha256,
            Provenance = _scorer.Description.HasRandomWeights ? "simulated" : "measured",
            Model = _scorer.Description.Name,
            ModelHash = _scorer.Description.Hash,
            Published = _request.Published,
            ClassesSha256 = _identity["classes"],
            Classes = _scorer.Classes.Count,
            AnnotationsSha256 = _identity["annotations"],
            Clips = _request.Rows.Count,
            Failed = failed,
            InSampleClips = _request.Rows.Count(row => _request.TrainingVideos.Contains(clips[row].VideoId)),
            Settings = _identity,
            Differences = _request.Differences,
            Accuracy = DumpAccuracy.Of(rows, lists.Tail, lists.Unseen),
        };
        AtomicFile.Write(DumpDescription.PathOf(_request.Output), description.ToBytes());
        return description;
    }

    private string WriteDump(ScoredClips rows)
    {
        var temporary = string.Create(CultureInfo.InvariantCulture, $"{_request.Output}.{Environment.ProcessId}.tmp");
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite))
            {
                DumpWriter.Write(file, _request.Format, rows, _request.Top);
                file.Flush(flushToDisk: true);
            }

            using var written = File.OpenRead(temporary);
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(written));
            File.Move(temporary, _request.Output, overwrite: true);
            return sha256;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new InputException($"{_request.Output}: cannot be written ({failure.Message.TrimEnd('.')}). The scores are kept in {_parts}; make room and start the same command again.", failure);
        }
    }

    private ScoreIndex Index() => ScoreLog.Read(_parts, _identity, _scorer.Classes.Count, _request.Features);

    private bool IsLeft(ResultStatus? status) => status is null || (status != ResultStatus.Ok && _request.RetriesFailed);

    private ClipReference Reference(int row)
    {
        var clip = _request.Annotations.Clips[row];
        return new ClipReference(clip.NarrationId, clip.ParticipantId, clip.VideoId, clip.StartSeconds, clip.StopSeconds, clip.StartFrame, clip.StopFrame);
    }

    private static ResultStatus StatusOf(FrameReadException? failure) => failure?.Failure switch
    {
        null => ResultStatus.Ok,
        FrameReadFailure.MissingVideo => ResultStatus.MissingVideo,
        FrameReadFailure.ShortVideo => ResultStatus.ShortVideo,
        _ => ResultStatus.DecodeError,
    };

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
