using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Testing;
using LLaVAction.Video.Frames;

namespace LLaVAction.Models.Tests.Preprocessing;

public sealed class ImagePreprocessorTests
{
    [Fact]
    public void Samples_become_values_between_minus_one_and_one_by_channel()
    {
        byte[] frame = [0, 255, 51, 0, 255, 51, 0, 255, 51, 0, 255, 51];
        var values = new float[12];

        new ImagePreprocessor(2).ToPixelValues(frame, 2, 2, values);

        var blue = ((float)(51 * (1 / 255.0)) - 0.5f) / 0.5f;
        Assert.Equal([-1, -1, -1, -1, 1, 1, 1, 1, blue, blue, blue, blue], values);
    }

    [Fact]
    public void A_clip_is_its_frames_one_after_the_other()
    {
        var first = TestImages.Random(30, 20);
        var second = new byte[30 * 20 * 3];
        var preprocessor = new ImagePreprocessor(12);
        var clip = new ClipFrames
        {
            Width = 30,
            Height = 20,
            Frames = [first, second],
            Seconds = [0, 1],
            Selections = new Dictionary<int, IReadOnlyList<int>> { [2] = [0, 1] },
        };

        var values = preprocessor.ToPixelValues(clip);

        var expected = new float[preprocessor.ValuesPerFrame];
        preprocessor.ToPixelValues(first, 30, 20, expected);
        Assert.Equal(expected, values[..expected.Length]);
        Assert.All(values[expected.Length..], value => Assert.Equal(-1f, value));
    }

    [Fact]
    public void Mean_and_deviation_are_applied_per_channel_in_single_precision()
    {
        var values = new float[3];
        var settings = new PixelSettings { Mean = [0.1f, 0.48f, 0.2f], StandardDeviation = [0.3f, 0.26f, 0.4f] };

        new ImagePreprocessor(1, settings).ToPixelValues([10, 20, 30], 1, 1, values);

        Assert.Equal(((float)(10 * (1 / 255.0)) - 0.1f) / 0.3f, values[0]);
        Assert.Equal(((float)(20 * (1 / 255.0)) - 0.48f) / 0.26f, values[1]);
        Assert.Equal(((float)(30 * (1 / 255.0)) - 0.2f) / 0.4f, values[2]);
    }

    [Fact]
    public void Frames_and_results_of_another_size_are_refused()
    {
        var preprocessor = new ImagePreprocessor(4);

        Assert.Throws<ArgumentException>(() => preprocessor.ToPixelValues(new byte[11], 2, 2, new float[48]));
        Assert.Throws<ArgumentException>(() => preprocessor.ToPixelValues(new byte[12], 2, 2, new float[47]));
    }
}
