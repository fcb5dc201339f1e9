namespace LLaVAction.Testing.Videos;

/// <summary>
/// Numbers written into the pixels of test videos: sixteen black or white blocks, four by four, the lowest bit at the top
/// left. They survive lossy compression, so a test knows exactly which frame it got.
/// </summary>
public static class FrameCode
{
    private const int BlocksPerSide = 4;

    /// <summary>A grey frame that shows a number from 0 to 65535.</summary>
    public static byte[] Render(int number, int width, int height)
    {
        var frame = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var block = (y * BlocksPerSide / height * BlocksPerSide) + (x * BlocksPerSide / width);
                frame[(y * width) + x] = (byte)((number >> block & 1) == 1 ? 230 : 20);
            }
        }

        return frame;
    }

    /// <summary>The number that an RGB frame shows.</summary>
    public static int Read(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var number = 0;
        for (var block = 0; block < BlocksPerSide * BlocksPerSide; block++)
        {
            var x = ((block % BlocksPerSide * 2) + 1) * width / (2 * BlocksPerSide);
            var y = ((block / BlocksPerSide * 2) + 1) * height / (2 * BlocksPerSide);
            if (rgb[((y * width) + x) * 3] > 128)
            {
                number |= 1 << block;
            }
        }

        return number;
    }
}
