namespace LLaVAction.Video.Frames;

/// <summary>Decoded RGB frames of one clip, in time order, and which of them each frame count uses.</summary>
public sealed record ClipFrames
{
    /// <summary>Width of every frame, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of every frame, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>The frames: 8-bit RGB, interleaved, row major, each <c>Width × Height × 3</c> bytes.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> Frames { get; init; }

    /// <summary>Presentation time of each frame, in seconds from the start of the video (not of the clip).</summary>
    public required IReadOnlyList<double> Seconds { get; init; }

    /// <summary>Frame count → indices into <see cref="Frames"/> (ascending; an index repeats where the clip is short).</summary>
    public required IReadOnlyDictionary<int, IReadOnlyList<int>> Selections { get; init; }
}
