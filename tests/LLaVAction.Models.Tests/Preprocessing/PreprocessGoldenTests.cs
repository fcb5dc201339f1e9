using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using LLaVAction.Models.Preprocessing;
using LLaVAction.Testing;
using LLaVAction.Video.Resizing;

namespace LLaVAction.Models.Tests.Preprocessing;

/// <summary>Pillow's own results: the images of the <c>preprocess</c> folder, and the frames of every model's vision goldens.</summary>
public sealed partial class PreprocessGoldenTests
{
    public static IEnumerable<object?[]> TensorFiles() => GoldenFolder.Rows("preprocess", "golden_preprocess_*.safetensors");

    public static IEnumerable<object?[]> RawFiles() => GoldenFolder.Rows("preprocess", "pil_bicubic_*_to_*.u8.gz");

    public static IEnumerable<object?[]> VisionFiles() => GoldenFolder.Rows("models", "golden_vision*.safetensors");

    [SkippableTheory]
    [MemberData(nameof(TensorFiles))]
    public void Resized_images_and_pixel_values_are_the_reference_s(string? file)
    {
        Skip.If(file is null, "no preprocessing goldens");
        using var golden = GoldenTensors.Open(file);
        var compared = 0;
        foreach (var name in golden.Names)
        {
            if (ResizeName().Match(name) is not { Success: true } match)
            {
                continue;
            }

            var image = $"img_{match.Groups["image"].Value}";
            var size = int.Parse(match.Groups["size"].Value, CultureInfo.InvariantCulture);
            if (match.Groups["what"].Value == "pil_bicubic")
            {
                Assert.Equal(golden.UInt8(name), Resize(golden.UInt8(image), golden.Shape(image), size));
            }
            else
            {
                Assert.Equal(golden.Float32(name), PixelValues(golden.UInt8(image), golden.Shape(image), size));
            }

            compared++;
        }

        Assert.NotEqual(0, compared);
    }

    [SkippableTheory]
    [MemberData(nameof(RawFiles))]
    public void Images_are_resized_to_the_tower_s_size_as_by_Pillow(string? file)
    {
        Skip.If(file is null, "no raw resize goldens (they come with LLAVACTION_GOLDEN)");
        var match = RawName().Match(file);
        Assert.True(match.Success, file);
        var image = $"img_{match.Groups["image"].Value}";
        var source = GoldenFolder.Files("preprocess", "golden_preprocess_*.safetensors").FirstOrDefault(candidate => Holds(candidate, image));
        Skip.If(source is null, $"the source image {image} is not there");

        using var golden = GoldenTensors.Open(source);
        var size = int.Parse(match.Groups["size"].Value, CultureInfo.InvariantCulture);
        Assert.Equal(Unzip(file), Resize(golden.UInt8(image), golden.Shape(image), size));
    }

    [SkippableTheory]
    [MemberData(nameof(VisionFiles))]
    public void Frames_of_the_vision_goldens_are_preprocessed_as_there(string? file)
    {
        Skip.If(file is null, "no vision goldens");
        using var golden = GoldenTensors.Open(file);
        Skip.IfNot(golden.Has("frames_uint8"), "holds no frames");
        var shape = golden.Shape("frames_uint8");
        var frames = golden.UInt8("frames_uint8");
        var frameLength = shape[1] * shape[2] * 3;
        var size = golden.Shape(golden.Has("pixel_values") ? "pixel_values" : "resized_uint8")[2];

        var resized = new List<byte>();
        var values = new List<float>();
        for (var i = 0; i < shape[0]; i++)
        {
            var frame = frames.AsSpan(i * frameLength, frameLength).ToArray();
            resized.AddRange(Resize(frame, shape[1..], size));
            values.AddRange(PixelValues(frame, shape[1..], size));
        }

        if (golden.Has("resized_uint8"))
        {
            Assert.Equal(golden.UInt8("resized_uint8"), resized);
        }

        if (golden.Has("pixel_values"))
        {
            Assert.Equal(golden.Float32("pixel_values"), values);
        }
    }

    private static byte[] Resize(byte[] image, int[] shape, int size)
    {
        var result = new byte[size * size * 3];
        BicubicResize.Resize(image, shape[1], shape[0], result, size, size);
        return result;
    }

    private static float[] PixelValues(byte[] image, int[] shape, int size)
    {
        var preprocessor = new ImagePreprocessor(size);
        var values = new float[preprocessor.ValuesPerFrame];
        preprocessor.ToPixelValues(image, shape[1], shape[0], values);
        return values;
    }

    private static bool Holds(string file, string tensor)
    {
        using var golden = GoldenTensors.Open(file);
        return golden.Has(tensor);
    }

    private static byte[] Unzip(string file)
    {
        using var zipped = new GZipStream(File.OpenRead(GoldenFolder.PathOf(file)), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zipped.CopyTo(raw);
        return raw.ToArray();
    }

    [GeneratedRegex(@"^(?<what>pil_bicubic|pixel_values)_(?<image>\d+x\d+)_to_(?<size>\d+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ResizeName();

    [GeneratedRegex(@"pil_bicubic_(?<image>\d+x\d+)_to_(?<size>\d+)\.u8\.gz$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RawName();
}
