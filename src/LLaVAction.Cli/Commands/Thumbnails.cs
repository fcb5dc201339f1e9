using LLaVAction.Cli.Output;
using LLaVAction.Remote;
using LLaVAction.Reports;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>Takes a few small frames of each example's clip out of its video.</summary>
internal static class Thumbnails
{
    private const int FramesPerClip = 4;
    private static readonly RemoteSettings Small = new() { LongestSide = 240, JpegQuality = 80 };

    // Adds thumbnails; an example whose frames cannot be read stays without them, and the log says why.
    public static async Task<IReadOnlyList<ReportExample>> AddAsync(
        IReadOnlyList<ReportExample> examples, IFrameReader reader, CommandContext context)
    {
        var shown = new List<ReportExample>(examples.Count);
        foreach (var example in examples)
        {
            var question = example.Question;
            var clip = new ClipReference(
                question.Id, question.ParticipantId, question.VideoId, question.StartSeconds, question.StopSeconds, question.StartFrame, question.StopFrame);
            try
            {
                var frames = await reader.ReadAsync(clip, new FramePolicy(FramePolicyKind.Midpoint), [FramesPerClip], context.CancellationToken);
                var images = JpegFrames.Encode(frames, Small);
                shown.Add(example with { Images = [.. frames.Selections[FramesPerClip].Select(index => images[index].ToArray())] });
            }
            catch (FrameReadException exception)
            {
                context.Log.Warning("{Id}: no thumbnails ({Reason})", question.Id, exception.Message);
                shown.Add(example);
            }
        }

        return shown;
    }
}
