using LLaVAction.Video.Frames;

namespace LLaVAction.Testing.Conformance;

/// <summary>Clips of made-up pixels, for tests of models.</summary>
public static class SyntheticClip
{
    /// <summary>A clip whose pixels follow from <paramref name="seed"/>.</summary>
    public static ClipFrames Of(int seed, int frameCount, int width = 64, int height = 48)
    {
        var frames = new ReadOnlyMemory<byte>[frameCount];
        for (var frame = 0; frame < frameCount; frame++)
        {
            var pixels = new byte[width * height * 3];
            var state = (uint)((seed * 7919) + frame + 1);
            for (var i = 0; i < pixels.Length; i++)
            {
                // A linear congruential step and a gradient: neither flat nor mere noise.
                state = (state * 1664525) + 1013904223;
                pixels[i] = (byte)(((state >> 24) / 4) + (i * (frame + 3) / 97));
            }

            frames[frame] = pixels;
        }

        var all = Enumerable.Range(0, frameCount).ToArray();
        return new ClipFrames
        {
            Width = width,
            Height = height,
            Frames = frames,
            Seconds = all.Select(i => (double)i).ToArray(),
            Selections = new Dictionary<int, IReadOnlyList<int>> { [frameCount] = all },
        };
    }
}
