using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Native;
using LLaVAction.Training;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>What to train, on what, and where it goes.</summary>
public sealed record TrainingRequest
{
    /// <summary>The checkpoint's folder.</summary>
    public required string Model { get; init; }

    /// <summary>The rows.</summary>
    public required IReadOnlyList<TrainingRow> Rows { get; init; }

    /// <summary>The videos that the rows show.</summary>
    public required IFrameReader Videos { get; init; }

    /// <summary>The videos and images of other data sets that rows replay; null where none do.</summary>
    public MediaFolder? Replay { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Output { get; init; }

    /// <summary>Everything that the numbers depend on.</summary>
    public required TrainerSettings Settings { get; init; }

    /// <summary>Device, precision and threads.</summary>
    public ModelOptions Options { get; init; } = new();

    /// <summary>Folder of libtorch; null for the first that is found.</summary>
    public string? LibTorchFolder { get; init; }

    /// <summary>Optimizer steps between checkpoints.</summary>
    public int SaveEvery { get; init; } = 500;

    /// <summary>How many of the last checkpoints are kept, beside the best.</summary>
    public int Keep { get; init; } = 2;

    /// <summary>What checkpoints hold.</summary>
    public CheckpointContent Content { get; init; }

    /// <summary>Rows decoded ahead of the model.</summary>
    public int DecodeAhead { get; init; } = 4;

    /// <summary>What every checkpoint is asked; null for nothing.</summary>
    public PeriodicEvaluation? Evaluation { get; init; }

    /// <summary>Is told every step.</summary>
    public Action<TrainingStep, int>? OnStep { get; init; }

    /// <summary>Is told what a user should know, one sentence each.</summary>
    public Action<string> Log { get; init; } = static _ => { };
}

/// <summary>What a run came to.</summary>
/// <param name="Checkpoint">The last checkpoint's folder.</param>
/// <param name="Steps">Optimizer steps in all.</param>
/// <param name="Skipped">Rows that could not be shown.</param>
/// <param name="Best">The checkpoint with the best accuracy, and what it answered; null where none was evaluated.</param>
public sealed record TrainingOutcome(string Checkpoint, int Steps, int Skipped, (string Folder, TrainingEvaluation Evaluation)? Best);

/// <summary>Trains a checkpoint on one device, from the start or from the last checkpoint of its folder.</summary>
public sealed class TrainingRun
{
    private const int RowsBeforeGivingUp = 32;
    private readonly TrainingRequest _request;
    private readonly TrainerSettings _settings;
    private int _skipped;
    private int _shown;

    /// <summary>Prepares a run.</summary>
    /// <exception cref="InputException">There are no rows, or rows that cannot be trained on.</exception>
    public TrainingRun(TrainingRequest request)
    {
        _request = request;
        _settings = request.Settings;
        if (request.Rows.Count == 0)
        {
            throw new InputException("The mixture holds no rows.");
        }

        foreach (var row in request.Rows)
        {
            ReplayRows.Require(row);
        }

        if (request.Replay is null && request.Rows.FirstOrDefault(static row => row.ShowsReplayedMedia) is { } replayed)
        {
            throw new InputException($"Row '{replayed.Id}' shows {replayed.Image ?? replayed.Video} of another data set. Give the folder of its videos and images with --replay, or take its file out of the mixture.");
        }
    }

    /// <summary>Trains to the end.</summary>
    /// <exception cref="InputException">Bad input, a loss that is no number, no space, or no memory; the last checkpoint is whole.</exception>
    public TrainingOutcome Run(CancellationToken cancellationToken)
    {
        RequireVideos();
        LibTorch.Load(_request.LibTorchFolder);
        using var origin = Checkpoint.OpenModel(_request.Model);
        var device = ComputeDevice.Of(_request.Options);
        if (_request.Options.Threads is { } threads)
        {
            set_num_threads(threads);
        }

        var memory = TrainingMemory.Of(TrainableModel.ConfigurationOf(origin.Configuration, _settings), _settings, device.BytesPerValue);
        memory.Require(_request.Model, device);
        var tokenizer = ByteLevelTokenizer.Open(_request.Model);
        var clips = new ClipSource(_request.Rows, _request.Videos, _request.Replay, tokenizer, _settings, _request.DecodeAhead);
        var steps = _settings.MaximumSteps ?? Math.Max(1, (int)(_settings.Epochs * clips.RowsPerEpoch / (_settings.BatchSize * _settings.Accumulation)));
        using var trained = TrainableModel.Load(origin, _settings, device);
        if (_request.Content == CheckpointContent.Adapter)
        {
            AdapterFiles.Require(trained, _settings);
        }

        using var optimizer = new Optimizer(trained, _settings, LearningRateSchedule.Of(steps, _settings.WarmUp));
        _request.Log(FormattableString.Invariant(
            $"Training {trained.Parameters.Sum(parameter => parameter.Master.numel()) / 1e6:0.0} million parameters on {device.Name} in {device.Precision}, {steps} steps of {_settings.BatchSize * _settings.Accumulation} rows; about {TrainingMemory.Gigabytes(memory.TotalBytes)} GB."));
        var identity = Identity(steps, device);
        Directory.CreateDirectory(_request.Output);
        var found = Resume(trained, optimizer, clips, identity);
        using var metrics = new MetricsLog(_request.Output, optimizer.Step);
        var pixels = new ImagePreprocessor(origin.Configuration.Vision.ImageSize, origin.Configuration.Pixels);
        using var upload = new PixelUpload(pixels, device);
        var checkpoints = new RunCheckpoints(_request, new CheckpointWriter(origin, trained, _settings, _request.Content), metrics);
        if (found is not null && checkpoints.IsDue(found.Step, steps))
        {
            checkpoints.Evaluate(found, cancellationToken);
        }

        var (position, saved) = (clips.Position, optimizer.Step);
        try
        {
            while (optimizer.Step < steps)
            {
                var step = OneStep(optimizer, clips, upload, steps, checkpoints.Last, cancellationToken);
                position = clips.Position;
                metrics.Write(step);
                _request.OnStep?.Invoke(step, steps);
                if (checkpoints.IsDue(optimizer.Step, steps))
                {
                    checkpoints.Write(Progress());
                    saved = optimizer.Step;
                    checkpoints.Evaluate(Progress(), cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (optimizer.Step > saved)
        {
            checkpoints.Write(Progress());
            throw;
        }

        return new TrainingOutcome(checkpoints.Last!, steps, _skipped, checkpoints.Best);

        TrainingProgress Progress() => new(optimizer.Step, position, _skipped, null, identity);
    }

    private void RequireVideos()
    {
        RequireMedia([.. _request.Rows.Where(row => row.Video is not null && !row.ShowsReplayedMedia)], row => _request.Videos.HasVideo(ClipSource.ClipOf(row)), "Does --videos hold the videos of the training split?");
        RequireMedia([.. _request.Rows.Where(static row => row.ShowsReplayedMedia)], row => ReplayRows.Find(row, _request.Replay!) is not null, "Is --replay the folder above LLaVA-Video-178K, or above the data sets' own?");
    }

    private void RequireMedia(TrainingRow[] rows, Func<TrainingRow, bool> isThere, string question)
    {
        TrainingRow[] missing = [.. rows.Where(row => !isThere(row))];
        if (missing.Length > 0 && missing.Length == rows.Length)
        {
            throw new InputException($"None of {rows.Length} rows finds its video or image: {missing[0].Video ?? missing[0].Image} of row '{missing[0].NarrationId ?? missing[0].Id}' is not in the folder, and so on. {question}");
        }

        if (missing.Length > 0)
        {
            _request.Log($"{missing.Length} of {rows.Length} rows show what is not in the folder, {missing[0].Video ?? missing[0].Image} for one; they will be skipped.");
        }
    }

    private TrainingStep OneStep(Optimizer optimizer, ClipSource clips, PixelUpload upload, int steps, string? last, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var losses = new List<double[]>();
        var rows = 0;
        for (var micro = 0; micro < _settings.Accumulation; micro++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var examples = Load(clips, upload, cancellationToken);
            if (examples.Count > 0)
            {
                var loss = optimizer.Accumulate(examples, FormattableString.Invariant($"{optimizer.Step}-{micro}"));
                losses.Add(double.IsFinite(loss[0]) ? loss : throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The loss of step {optimizer.Step + 1} of {steps} is {loss[0]}. {(last is null ? "No checkpoint has been written yet." : $"{last} is the last good checkpoint.")} Lower --learning-rate, or train in float32.")));
                rows += examples.Count;
            }
        }

        var rate = LearningRateSchedule.Of(steps, _settings.WarmUp).FactorAt(optimizer.Step) * _settings.LearningRate;
        var norm = optimizer.Move(Math.Max(1, losses.Count));
        double[] answers = [.. losses.Select(loss => loss[2]).Where(double.IsFinite)];
        return new TrainingStep(
            optimizer.Step,
            (double)clips.Position / clips.RowsPerEpoch,
            Mean(0),
            Mean(1),
            answers.Length > 0 ? answers.Average() : null,
            Mean(3),
            rate,
            norm,
            rows,
            _skipped,
            Stopwatch.GetElapsedTime(started).TotalSeconds);

        double Mean(int index) => losses.Count == 0 ? 0 : losses.Average(loss => loss[index]);
    }

    private List<TrainingExample> Load(ClipSource clips, PixelUpload upload, CancellationToken cancellationToken)
    {
        var examples = new List<TrainingExample>();
        for (var i = 0; i < _settings.BatchSize; i++)
        {
            var loaded = clips.NextAsync(cancellationToken).GetAwaiter().GetResult();
            if (loaded.Failure is { } failure)
            {
                Skip(loaded.Row, failure);
                continue;
            }

            _shown++;
            Tensor? pixels = null;
            if (loaded.Frames is { } frames)
            {
                upload.Restart(frames.Frames.Count);
                pixels = upload.Send([.. Enumerable.Range(0, frames.Frames.Count).Select(frame => (frames, frame))]);
            }

            var selection = loaded.Frames?.Selections.Values.Single() ?? [];
            examples.Add(new TrainingExample(loaded.Tokens!, pixels, selection, (loaded.Row.VerbId, loaded.Row.NounId, loaded.Row.ActionId)));
        }

        return examples;
    }

    private void Skip(TrainingRow row, string failure)
    {
        _skipped++;
        _request.Log($"Row '{row.NarrationId ?? row.Id}' is skipped: {failure}");
        if (_shown == 0 && _skipped >= Math.Min(RowsBeforeGivingUp, _request.Rows.Count))
        {
            throw new InputException(FormattableString.Invariant(
                $"None of the first {_skipped} rows could be shown; the last: {failure} Does --videos hold the videos of the training split?"));
        }
    }

    // Goes back to the last checkpoint of the folder; gives where it stands, or null where there is none.
    private TrainingProgress? Resume(TrainableModel trained, Optimizer optimizer, ClipSource clips, string identity)
    {
        if (CheckpointWriter.Existing(_request.Output) is not [.., var last])
        {
            return null;
        }

        var progress = TrainingState.Read(last) ?? throw new InputException($"{last} holds no training state. Choose another --output.");
        if (progress.Identity != identity)
        {
            throw new InputException($"{_request.Output} holds a run with other rows, settings, questions, model or device. Choose another --output, or start the run's own command again.");
        }

        TrainingState.Restore(last, trained);
        optimizer.Step = progress.Step;
        clips.Seek(progress.Position);
        _skipped = progress.Skipped;
        _shown = 1;
        _request.Log(FormattableString.Invariant($"Going on from {last}, step {progress.Step}."));
        return progress;
    }

    private string Identity(int steps, ComputeDevice device)
    {
        var settings = JsonSerializer.Serialize(_settings);
        var text = FormattableString.Invariant($"{settings}\n{steps}\n{device.Name} {device.Precision}\n{CheckpointHash.Compute(_request.Model)}\n{_request.Evaluation?.Identity}\n");
        return Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(text), .. TrainingJson.ToLines(_request.Rows)]));
    }
}
