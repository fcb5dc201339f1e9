using System.Globalization;
using LLaVAction.Exchange;
using LLaVAction.Exchange.Formats;
using LLaVAction.Prompts;
using LLaVAction.Remote;
using LLaVAction.Runs;

namespace LLaVAction.Evaluation.Exchange;

/// <summary>What was written.</summary>
/// <param name="Requests">Requests, over all files.</param>
/// <param name="Files">The files, in order.</param>
/// <param name="FailedClips">Clips whose frames could not be read; their questions are in the run as failed.</param>
public sealed record BatchExportReport(int Requests, IReadOnlyList<string> Files, int FailedClips);

/// <summary>
/// Writes the requests of a run as an OpenAI batch: JSON lines, in files that the service takes. The run exists from then
/// on, and waits for its answers.
/// </summary>
/// <param name="model">The model's name.</param>
/// <param name="remote">How requests are made.</param>
/// <param name="settings">What is asked.</param>
public sealed class BatchExport(string model, RemoteSettings remote, EvaluationSettings settings)
{
    /// <summary>The most requests in one file.</summary>
    public const int MostRequests = 50_000;

    private readonly RequestComposer _composer = new(model, remote);
    private readonly AnswerReader _reader = new(settings);

    /// <summary>The most bytes in one file: a little below the service's 200 MB.</summary>
    public long MostBytes { get; init; } = 190_000_000;

    /// <summary>Writes the requests of all questions that have no result yet.</summary>
    /// <param name="work">What is left, from <see cref="WorkPlan"/>.</param>
    /// <param name="decoding">Where frames come from; null when blind.</param>
    /// <param name="folder">The folder of the run.</param>
    /// <param name="write">Takes the lines of clips that cannot be read.</param>
    /// <param name="onClipDone">Told after each clip how many questions it had.</param>
    /// <param name="cancellationToken">Stops between two clips; the files written so far are removed.</param>
    /// <exception cref="InputException">The task takes two passes, or a question's name is too long.</exception>
    public async Task<BatchExportReport> WriteAsync(
        IReadOnlyList<ClipWork> work, DecodeAhead? decoding, string folder, Action<ResultLine> write, Action<int> onClipDone, CancellationToken cancellationToken)
    {
        if (settings.Prompt.Task == PromptTask.CaptionThenAnswer)
        {
            throw new InputException("--task caption-then-answer asks twice, the second time with the first answer; a batch asks once.");
        }

        using var files = new PartFiles(folder, MostBytes);
        var requests = 0;
        var failed = 0;
        await foreach (var clip in DecodeAsync(work, decoding, cancellationToken))
        {
            if (clip.Failure is { } failure)
            {
                failed++;
                foreach (var pending in clip.Work.Pending)
                {
                    write(_reader.Fail(pending, [.. Enumerable.Range(0, pending.Question.Options.Count)], failure));
                }
            }
            else
            {
                requests += Write(files, clip);
            }

            onClipDone(clip.Work.Pending.Count);
        }

        return new BatchExportReport(requests, files.Finish(), failed);
    }

    private static async IAsyncEnumerable<DecodedClip> DecodeAsync(
        IReadOnlyList<ClipWork> work, DecodeAhead? decoding, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (decoding is null)
        {
            foreach (var clip in work)
            {
                yield return new DecodedClip(clip, null, null, 0);
            }

            yield break;
        }

        await foreach (var clip in decoding.Start(work, cancellationToken).ReadAllAsync(cancellationToken))
        {
            yield return await clip;
        }
    }

    private int Write(PartFiles files, DecodedClip clip)
    {
        var controlled = clip.Frames is { } frames ? FrameControls.Apply(frames, settings.Control, clip.Work.Clip.NarrationId, settings.Seed) : null;
        var jpegs = controlled is null ? [] : JpegFrames.Encode(controlled.Frames, remote);
        var sheet = new PromptSheet(settings, clip.Work.Pending);
        var requests = sheet.AnswerRequests();
        for (var i = 0; i < clip.Work.Pending.Count; i++)
        {
            var pending = clip.Work.Pending[i];
            ReadOnlyMemory<byte>[] shown = controlled is null ? [] : [.. controlled.Shown[pending.Frames].Indices.Select(index => jpegs[index])];
            var name = new BatchRequestName(
                pending.Question.Strategy, pending.Question.Id, pending.Frames, pending.Rotation, QuestionHash.Of(pending.Question)[..QuestionHash.ShortDigits]);
            files.Write(_composer.Compose(requests.Of(i), shown).ToBatchLine(name.Write()));
        }

        return clip.Work.Pending.Count;
    }

    /// <summary>Numbered files below a size and a number of lines, renamed into place when all are whole.</summary>
    private sealed class PartFiles(string folder, long mostBytes) : IDisposable
    {
        private const string Unfinished = ".tmp";
        private readonly List<string> _paths = [];
        private FileStream? _file;
        private int _lines;

        public void Write(byte[] line)
        {
            if (_file is null || _lines == MostRequests || (_lines > 0 && _file.Length + line.Length > mostBytes))
            {
                _file?.Dispose();
                _paths.Add(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"requests-{_paths.Count + 1:000}.jsonl")));
                _file = new FileStream(_paths[^1] + Unfinished, FileMode.Create, FileAccess.Write);
                _lines = 0;
            }

            _file.Write(line);
            _lines++;
        }

        public IReadOnlyList<string> Finish()
        {
            _file?.Dispose();
            _file = null;
            foreach (var path in _paths)
            {
                File.Move(path + Unfinished, path, overwrite: true);
            }

            return [.. _paths.Select(path => Path.GetFileName(path)!)];
        }

        public void Dispose()
        {
            _file?.Dispose();
            foreach (var path in _paths)
            {
                File.Delete(path + Unfinished);
            }
        }
    }
}
