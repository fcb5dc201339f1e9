using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

/// <summary>The configurations of the repository's own golden models, key by key.</summary>
public sealed class ModelConfigurationGoldenTests
{
    private static readonly VisionConfiguration TinyVision = new(48, 3, 4, 96, 84, 14, 1e-6);

    private static readonly LanguageConfiguration TinyLanguage = new(64, 3, 4, 2, 16, 160, 2000, true, 1e6, 1e-6, 32768);

    [SkippableTheory]
    [InlineData("models/tiny-a/orig")]
    [InlineData("models/tiny-a/orig-bf16")]
    [InlineData("models/tiny-a/hf")]
    [InlineData("models/tiny-a/hf-fp16")]
    public void Both_layouts_of_one_model_have_one_configuration(string folder)
    {
        using var checkpoint = Open(folder);

        Assert.Equal(TinyVision, checkpoint.Configuration.Vision);
        Assert.Equal(TinyLanguage, checkpoint.Configuration.Language);
        Assert.Equal(NewlineMode.OneToken, checkpoint.Configuration.Newline);
        Assert.Equal(PoolingMode.Bilinear, checkpoint.Configuration.Pooling);
        Assert.Equal(ActionTokenMode.None, checkpoint.Configuration.ActionToken);
        Assert.Equal([1997], checkpoint.Configuration.Generation.EndOfSequenceIds);
        Assert.False(checkpoint.Configuration.HasRandomWeights);
    }

    [SkippableFact]
    public void The_newer_form_of_a_configuration_means_the_same()
    {
        using var older = Open("models/tiny-a/hf");
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(older.Folder))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        File.Move(folder["config_as_saved_by_transformers5.json"], folder["config.json"], overwrite: true);
        using var newer = Checkpoint.Open(folder.FullName);

        Assert.Equal(older.Configuration.Vision, newer.Configuration.Vision);
        Assert.Equal(older.Configuration.Language, newer.Configuration.Language);
        Assert.Equal(1999, newer.Configuration.VideoTokenId);
    }

    [SkippableFact]
    public void LLaVActions_extras_are_read()
    {
        using var checkpoint = Open("models/tiny-action/orig");

        Assert.Equal(TinyVision with { ImageSize = 76 }, checkpoint.Configuration.Vision);
        Assert.Equal(5, checkpoint.Configuration.Vision.GridSide);
        Assert.Equal(NewlineMode.Grid, checkpoint.Configuration.Newline);
        Assert.Equal(ActionTokenMode.ThreeTokens, checkpoint.Configuration.ActionToken);
        Assert.Equal(new ActionHeadSizes(7, 11, 13), checkpoint.Configuration.ActionHeads);
        Assert.Equal(TinyLanguage with { VocabularyRows = 2048, HasTiedEmbeddings = false }, checkpoint.Configuration.Language);
    }

    [SkippableFact]
    public void A_whole_tower_loses_its_last_layer()
    {
        using var checkpoint = Open("models/tiny-a/siglip-full");

        Assert.Equal(CheckpointFormat.VisionTower, checkpoint.Configuration.Format);
        Assert.Equal(TinyVision, checkpoint.Configuration.Vision);
        Assert.Null(checkpoint.Configuration.Language);
    }

    private static Checkpoint Open(string folder)
    {
        var path = GoldenFolder.PathOf(folder);
        Skip.IfNot(Directory.Exists(path), $"{folder} is not in the golden folder");
        return Checkpoint.Open(path);
    }
}
