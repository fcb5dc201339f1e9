using LLaVAction.Testing;
using LLaVAction.Video.Resizing;

namespace LLaVAction.Video.Tests.Resizing;

public sealed class BicubicResizeTests
{
    public static TheoryData<int, int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int>
        {
            { 1, 1, 1, 1 },
            { 1, 1, 7, 5 },
            { 2, 3, 384, 384 },
            { 5, 4, 1, 1 },
            { 13, 9, 13, 5 },
            { 13, 9, 6, 9 },
            { 384, 384, 384, 384 },
            { 456, 256, 384, 384 },
            { 1920, 1080, 84, 84 },
            { 2003, 3, 2, 11 },
        };
        var random = new KeyedRandom(1, "shapes", "resize");
        for (var i = 0; i < 60; i++)
        {
            shapes.Add(1 + random.NextInt32(90), 1 + random.NextInt32(90), 1 + random.NextInt32(70), 1 + random.NextInt32(70));
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Vectors_give_what_the_plain_version_gives(int sourceWidth, int sourceHeight, int width, int height)
    {
        var source = TestImages.Random(sourceWidth, sourceHeight);
        var expected = new byte[width * height * 3];
        var actual = new byte[width * height * 3];

        BicubicResizeScalar.Resize(source, sourceWidth, sourceHeight, expected, width, height);
        BicubicResize.Resize(source, sourceWidth, sourceHeight, actual, width, height);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Black_and_white_edges_are_clipped_and_not_wrapped()
    {
        // A checkerboard overshoots in both directions.
        var source = new byte[16 * 16 * 3];
        for (var pixel = 0; pixel < 256; pixel++)
        {
            source.AsSpan(pixel * 3, 3).Fill((byte)(((pixel / 16 / 4) + (pixel % 16 / 4)) % 2 * 255));
        }

        var result = new byte[64 * 64 * 3];
        BicubicResize.Resize(source, 16, 16, result, 64, 64);

        Assert.Equal(0, result[(8 * 64 * 3) + (8 * 3)]);
        Assert.Equal(255, result[(8 * 64 * 3) + (24 * 3)]);
    }

    [Fact]
    public void A_constant_image_stays_constant()
    {
        for (var value = 0; value < 256; value += 17)
        {
            var source = new byte[37 * 21 * 3];
            source.AsSpan().Fill((byte)value);
            var result = new byte[24 * 55 * 3];

            BicubicResize.Resize(source, 37, 21, result, 24, 55);

            Assert.All(result, sample => Assert.Equal(value, sample));
        }
    }

    [Fact]
    public void Buffers_of_another_size_are_refused()
    {
        Assert.Throws<ArgumentException>(() => BicubicResize.Resize(new byte[10], 2, 2, new byte[12], 2, 2));
        Assert.Throws<ArgumentException>(() => BicubicResize.Resize(new byte[12], 2, 2, new byte[11], 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => BicubicResize.Resize([], 0, 2, new byte[12], 2, 2));
    }
}
