using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Sequences;

namespace LLaVAction.Testing.Conformance;

/// <summary>
/// Spatial pooling and newline layouts of the original functions, at the real 27 × 27 grid and small ones. An engine's own test
/// class derives from this and says how it pools.
/// </summary>
public abstract class PoolingGoldens
{
    /// <summary>One row per golden file.</summary>
    public static IEnumerable<object?[]> Files() => GoldenFolder.Rows("pooling", "*.safetensors");

    /// <summary>Pools [frames, side², columns] and gives [frames, pooled side², columns].</summary>
    protected abstract float[] Pool(float[] values, int frames, int side, int columns, PoolingMode mode, int stride);

    /// <summary>Tensors <c>{mode}_{side}_stride{stride}</c> from <c>in_{side}</c>.</summary>
    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Pooled_grids_equal_the_reference(string? file)
    {
        Skip.If(file is null, "no pooling goldens");
        using var golden = GoldenTensors.Open(file);
        var compared = 0;
        foreach (var name in golden.Names)
        {
            var parts = name.Split('_');
            if (parts is not [var modeName, var sideText, var strideText] || VideoTokenModes.ParsePooling(modeName) is not { } mode)
            {
                continue;
            }

            var side = int.Parse(sideText, CultureInfo.InvariantCulture);
            var stride = int.Parse(strideText["stride".Length..], CultureInfo.InvariantCulture);
            var shape = golden.Shape($"in_{side}");
            var pooled = Pool(golden.Float32($"in_{side}"), shape[0], side, shape[2], mode, stride);
            Tolerances.AssertClose(name, golden.Float32(name), pooled, Tolerances.Golden);
            compared++;
        }

        Skip.If(compared == 0, "the file holds no pooled grids");
    }

    /// <summary>Tensors <c>nl_{mode}</c> from <c>nl_in</c>, whose newline vector is all −1.</summary>
    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Newline_layouts_equal_the_reference(string? file)
    {
        Skip.If(file is null, "no pooling goldens");
        using var golden = GoldenTensors.Open(file);
        Skip.IfNot(golden.Has("nl_in"), "the file holds no newline layouts");
        var shape = golden.Shape("nl_in");
        var columns = shape[2];
        float[] source = [.. golden.Float32("nl_in"), .. Enumerable.Repeat(-1f, columns)];
        foreach (var name in golden.Names.Where(name => name.StartsWith("nl_", StringComparison.Ordinal) && name != "nl_in"))
        {
            var mode = VideoTokenModes.ParseNewline(name["nl_".Length..]) ?? throw new InvalidOperationException(name);
            var layout = new VisualTokenLayout((int)Math.Sqrt(shape[1]), mode, ActionTokenMode.None);
            var sequence = layout.Sequence(shape[0]);
            Assert.Equal(golden.Shape(name)[0], layout.Count(shape[0]));
            Assert.Equal(golden.Float32(name), sequence.SelectMany(row => source.Skip(row * columns).Take(columns)));
        }
    }
}
