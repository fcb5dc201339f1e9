using System.Globalization;
using LLaVAction.Exchange;
using LLaVAction.Remote;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Exchange;

/// <summary>Writes what VLMEvalKit takes from its data folder: a table per set, and the frames of each clip as JPEG files.</summary>
/// <param name="folder">The folder, VLMEvalKit's <c>LMUData</c>.</param>
/// <param name="remote">How frames become JPEG files.</param>
public sealed class VlmEvalKitExport(string folder, RemoteSettings remote)
{
    private const string TablePrefix = "EPIC_MQA_";

    /// <summary>Writes the sets.</summary>
    /// <param name="sets">The questions.</param>
    /// <param name="frames">How many frames are shown.</param>
    /// <param name="decoding">Where frames come from.</param>
    /// <param name="onClipDone">Told after each clip.</param>
    /// <param name="cancellationToken">Stops between two clips.</param>
    /// <returns>Why clips have no frames; their questions are in no table.</returns>
    public async Task<IReadOnlyList<string>> WriteAsync(
        IReadOnlyList<AskedSet> sets, int frames, DecodeAhead decoding, Action onClipDone, CancellationToken cancellationToken)
    {
        var work = WorkOf(sets, frames);
        var shown = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var failures = new List<string>();
        await foreach (var decoded in decoding.Start(work, cancellationToken).ReadAllAsync(cancellationToken))
        {
            var clip = await decoded;
            if (clip.Failure is { } failure)
            {
                failures.Add(failure.Message);
            }
            else
            {
                shown.Add(clip.Work.Clip.NarrationId, WriteFrames(clip.Work.Clip, clip.Frames!, frames));
            }

            onClipDone();
        }

        foreach (var set in sets)
        {
            var table = new VlmEvalKitTable(Path.Combine(folder, TablePrefix + set.Strategy + ".tsv"));
            foreach (var question in set.Questions.Where(question => shown.ContainsKey(question.Id)))
            {
                table.Add(question, shown[question.Id]);
            }

            table.Write();
        }

        return failures;
    }

    private static ClipWork[] WorkOf(IReadOnlyList<AskedSet> sets, int frames)
    {
        var questions = sets.SelectMany(set => set.Questions).DistinctBy(question => question.Id, StringComparer.Ordinal);
        return
        [
            .. questions.Select(question =>
            {
                var clip = WorkPlan.Reference(question);
                return new ClipWork(clip, clip, [new PendingQuestion(question, frames, 0)]);
            }),
        ];
    }

    private List<string> WriteFrames(ClipReference clip, ClipFrames frames, int count)
    {
        var jpegs = JpegFrames.Encode(frames, remote);
        var images = Path.Combine(Path.GetFullPath(folder), "images", "EPIC_MQA", clip.NarrationId);
        Directory.CreateDirectory(images);
        var paths = new List<string>();
        foreach (var (index, place) in frames.Selections[count].Select((index, place) => (index, place)))
        {
            var path = Path.Combine(images, string.Create(CultureInfo.InvariantCulture, $"frame-{place + 1}-of-{count}.jpg"));
            AtomicFile.Write(path, jpegs[index].Span);
            paths.Add(path);
        }

        return paths;
    }
}
