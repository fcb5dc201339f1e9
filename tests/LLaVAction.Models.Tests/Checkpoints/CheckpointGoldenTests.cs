using System.Text.Json;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

public sealed class CheckpointGoldenTests
{
    public static IEnumerable<object?[]> Folders() => GoldenFolder.RowsOf(GoldenFolder.Checkpoints());

    public static IEnumerable<object?[]> NameFiles() => GoldenFolder.Rows("models", "weight_names.json");

    public static IEnumerable<object?[]> ModelFiles() => GoldenFolder.Rows("models", "golden_vision.safetensors");

    [SkippableTheory]
    [MemberData(nameof(Folders))]
    public void Every_checkpoint_opens_with_all_its_tensors(string? folder)
    {
        Skip.If(folder is null, "no checkpoints in the golden folder");

        using var checkpoint = Checkpoint.Open(GoldenFolder.PathOf(folder));

        foreach ((var name, var shape) in CheckpointLayout.Expected(checkpoint.Configuration))
        {
            Assert.Equal(shape, checkpoint[name].Shape);
            Assert.All(checkpoint[name].ToFloat32(), value => Assert.True(float.IsFinite(value)));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(NameFiles))]
    public void All_naming_schemes_lead_to_one(string? file)
    {
        Skip.If(file is null, "no weight_names.json in the golden folder");
        var schemes = GoldenFolder.Json(file).EnumerateObject().Select(scheme => Canonical(scheme.Value)).ToArray();

        Assert.NotEmpty(schemes);
        Assert.All(schemes, names => Assert.Equal(schemes[0], names));
    }

    [SkippableTheory]
    [MemberData(nameof(ModelFiles))]
    public void The_tower_has_the_sizes_of_its_golden(string? file)
    {
        Skip.If(file is null, "no golden_vision.safetensors in the golden folder");
        using var golden = GoldenTensors.Open(file);
        var model = file[..file.LastIndexOf('/')];

        foreach (var folder in GoldenFolder.Checkpoints().Where(folder => folder.StartsWith(model + "/", StringComparison.Ordinal)))
        {
            using var checkpoint = Checkpoint.Open(GoldenFolder.PathOf(folder));
            var vision = checkpoint.Configuration.Vision;
            Assert.Equal(golden.Shape("pixel_values")[^1], vision.ImageSize);
            Assert.Equal(golden.Shape("vision_selected")[1..], new[] { vision.Patches, vision.Hidden });
            Assert.Equal(golden.Shape("vision_layer_outputs")[0], vision.Layers);
        }
    }

    // lm_head.weight appears in memory beside a tied embedding and not in files; known leftovers are no part of the model.
    private static string Canonical(JsonElement names) => string.Join('\n', names.EnumerateArray()
        .Select(name => CanonicalNames.Of(name.GetString()!))
        .Where(name => !CanonicalNames.IsKnownUnused(name) && name != CanonicalNames.OutputHead)
        .Order(StringComparer.Ordinal));
}
