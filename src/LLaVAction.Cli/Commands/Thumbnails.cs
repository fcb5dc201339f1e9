using LLaVAction.Cli.Output;
using LLaVAction.Reports;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Resizing;

namespace LLaVAction.Cli.Commands;

/// <summary>Takes a few small frames of each example's clip out of its video.</summary>
internal static class Thumbnails
{
    private const int FramesPerClip = 4;
    private const int Width = 160;

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
                shown.Add(example with { Thumbnails = [.. frames.Selections[FramesPerClip].Select(index => Shrink(frames, index))] });
            }
            catch (FrameReadException exception)
            {
                context.Log.Warning("{Id}: no thumbnails ({Reason})", question.Id, exception.Message);
                shown.Add(example);
            }
        }

        return shown;
    }

    private static byte[] Shrink(ClipFrames frames, int index)
    {
        var height = Math.Max(1, (int)Math.Round((double)Width * frames.Height / frames.Width, MidpointRounding.AwayFromZero));
        var small = new byte[Width * height * 3];
        BicubicResize.Resize(frames.Frames[index].Span, frames.Width, frames.Height, small, Width, height);
        return PngEncoder.Encode(small, Width, height);
    }
}
