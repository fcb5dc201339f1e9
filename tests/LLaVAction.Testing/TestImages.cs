namespace LLaVAction.Testing;

/// <summary>Pictures for tests of resizing and preprocessing.</summary>
public static class TestImages
{
    /// <summary>RGB bytes, row by row, the same for a size on every machine.</summary>
    public static byte[] Random(int width, int height)
    {
        var random = new KeyedRandom(7, $"{width}x{height}", "image");
        var image = new byte[width * height * 3];
        for (var i = 0; i < image.Length; i++)
        {
            // Extremes are as likely as all the rest, so that overshoot happens.
            var draw = random.NextInt32(512);
            image[i] = (byte)(draw < 256 ? draw : (draw & 1) * 255);
        }

        return image;
    }
}
