using System.Text.Json;
using LLaVAction.Testing;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Tests.Frames;

/// <summary>Frame indices computed by the original functions and by NumPy.</summary>
public sealed class SamplingGoldenTests
{
    public static IEnumerable<object?[]> Files() => GoldenFolder.Rows("sampling", "*.json");

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Indices_are_the_reference_s(string? file)
    {
        Skip.If(file is null, "no sampling goldens");

        Assert.All(GoldenFolder.Json(file).EnumerateArray(), Check);
    }

    private static void Check(JsonElement sample)
    {
        if (sample.TryGetProperty("second", out var second))
        {
            Assert.Equal(Integer(sample, "frame"), FrameSampler.NearestFrame(second.GetDouble(), sample.GetProperty("fps").GetDouble()));
            return;
        }

        var expected = sample.GetProperty("ids").EnumerateArray().Select(static id => id.GetInt32()).ToArray();
        var actual = sample.GetProperty("kind").GetString() switch
        {
            "llavaction_get_frame_ids" => FrameSampler.FrameIndices(
                Integer(sample, "start_frame"), Integer(sample, "end_frame"), Integer(sample, "num_segments")),
            "llava_video_linspace_int" => FrameSampler.UniformIndices(Integer(sample, "total_frames"), expected.Length),
            var kind => throw new InvalidOperationException($"Unknown kind of sampling: {kind}."),
        };
        Assert.Equal(expected, actual);
    }

    private static int Integer(JsonElement sample, string name) => sample.GetProperty(name).GetInt32();
}
