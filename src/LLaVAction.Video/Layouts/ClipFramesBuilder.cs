using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>Puts decoded frames together into the frames of a clip.</summary>
internal static class ClipFramesBuilder
{
    /// <summary>Builds the clip from one frame per moment of the plan; moments that share a frame share its index.</summary>
    /// <param name="clip">The clip, for messages.</param>
    /// <param name="plan">Which moments each frame count uses.</param>
    /// <param name="frames">The frame of each moment, and its time in the video.</param>
    /// <exception cref="FrameReadException">The frames are not all of one size.</exception>
    public static ClipFrames Build<T>(ClipReference clip, FramePlan<T> plan, IReadOnlyList<(double Seconds, DecodedFrame Frame)> frames)
        where T : IComparable<T>
    {
        var distinct = new List<(double Seconds, DecodedFrame Frame)>();
        var indexOfMoment = new int[frames.Count];
        for (var i = 0; i < frames.Count; i++)
        {
            if (i == 0 || !ReferenceEquals(frames[i].Frame, frames[i - 1].Frame))
            {
                distinct.Add(frames[i]);
            }

            indexOfMoment[i] = distinct.Count - 1;
        }

        var first = distinct[0].Frame;
        foreach (var (_, frame) in distinct)
        {
            if (frame.Width != first.Width || frame.Height != first.Height)
            {
                throw new FrameReadException(
                    FrameReadFailure.DecodeError,
                    $"{clip.NarrationId}: its frames are not of one size ({first.Width}x{first.Height} and {frame.Width}x{frame.Height}).");
            }
        }

        return new ClipFrames
        {
            Width = first.Width,
            Height = first.Height,
            Frames = distinct.ConvertAll(static entry => (ReadOnlyMemory<byte>)entry.Frame.Rgb),
            Seconds = distinct.ConvertAll(static entry => entry.Seconds),
            Selections = plan.Selections.ToDictionary(
                static selection => selection.Key,
                selection => (IReadOnlyList<int>)selection.Value.Select(moment => indexOfMoment[moment]).ToArray()),
        };
    }
}
