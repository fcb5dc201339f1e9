using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Evaluation.Parity;
using LLaVAction.Testing;

namespace LLaVAction.Evaluation.Tests.Parity;

public sealed class ParityPackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pack_says_what_made_it()
    {
        var pack = ParityPack.Open(ParityPacks.Folder);

        Assert.StartsWith("transformers ", pack.Maker, StringComparison.Ordinal);
        Assert.Equal(("float32", "one_token", "bilinear", "none", true), (pack.Precision, pack.Newline, pack.Pooling, pack.ActionToken, pack.HasRandomWeights));
        Assert.Equal(["random_0", "random_1"], pack.Clips.Select(clip => clip.Id));
        Assert.All(pack.Clips, clip => Assert.Contains("<image>", clip.Prompt, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("schema_version", "2", "make the pack with the script of this version")]
    [InlineData("precision", "\"int8\"", "float32, bfloat16, float16")]
    [InlineData("settings", "null", "settings is missing")]
    [InlineData("clips", "[]", "one clip or more")]
    [InlineData("clips", "[{\"id\":\"a\",\"file\":\"../clip-000.safetensors\",\"prompt\":\"p\"}]", "beside pack.json")]
    [InlineData("clips", "[{\"id\":\"a\",\"file\":\"clip-000.safetensors\"}]", "prompt is missing")]
    public void A_malformed_description_is_refused(string key, string value, string said)
    {
        var pack = ParityPacks.CopyTo(_folder);
        var root = JsonNode.Parse(File.ReadAllText(Path.Combine(pack, "pack.json")))!;
        root[key] = JsonNode.Parse(value);
        File.WriteAllText(Path.Combine(pack, "pack.json"), root.ToJsonString());

        Assert.Contains(said, Assert.Throws<InputException>(() => ParityPack.Open(pack)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_no_pack_says_what_was_expected() =>
        Assert.Contains("make-parity-pack.py", Assert.Throws<InputException>(() => ParityPack.Open(_folder.FullName)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_damaged_description_is_a_clear_error_or_a_pack()
    {
        var pack = ParityPacks.CopyTo(_folder);
        var path = Path.Combine(pack, "pack.json");
        Prop.ForAll(Mutation.Of(File.ReadAllBytes(path)).ToArbitrary(), damaged =>
        {
            File.WriteAllBytes(path, damaged);
            try
            {
                Assert.NotEmpty(ParityPack.Open(pack).Clips);
            }
            catch (InputException failure)
            {
                Assert.DoesNotContain('\n', failure.Message);
            }
        }).QuickCheckThrowOnFailure();
    }
}
