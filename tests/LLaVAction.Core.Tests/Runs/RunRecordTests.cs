using LLaVAction.Runs;

namespace LLaVAction.Tests.Runs;

public sealed class RunRecordTests
{
    private static readonly RunIdentity Identity = new SyntheticRun(2).Record.Identity;

    [Theory]
    [InlineData("embedded", "cpu", "cpu")]
    [InlineData("embedded cpu", "cpu", "cpu")]
    [InlineData("torch cpu", "torch", "cpu")]
    [InlineData("torch cuda", "torch", "cuda")]
    [InlineData("openai", "openai", "cpu")]
    public void Engine_and_device_that_earlier_versions_wrote_as_one_are_read_as_two(string written, string engine, string device)
    {
        var text = System.Text.Encoding.UTF8.GetString(RunJson.ToBytes(new SyntheticRun(2).Record))
            .Replace("\"engine\": \"fake\"", $"\"engine\": \"{written}\"", StringComparison.Ordinal)
            .Replace("      \"device\": \"cpu\",\n", "", StringComparison.Ordinal);

        var model = RunJson.ParseRecord(System.Text.Encoding.UTF8.GetBytes(text)).Identity.Model;

        Assert.Equal((engine, device), (model.Engine, model.Device));
        Assert.Equal("cuda", (model with { Device = "cuda" }).Device);
    }

    [Fact]
    public void Models_are_one_by_their_hash_and_by_name_only_without_one()
    {
        var model = Identity.Model;
        var unknown = model with { Hash = null };

        Assert.True(model.HasSameContent(model with { Name = "other" }));
        Assert.False(model.HasSameContent(model with { Hash = "other" }));
        Assert.False(model.HasSameContent(unknown));
        Assert.False(unknown.HasSameContent(model));
        Assert.True(unknown.HasSameContent(unknown with { Precision = "bfloat16" }));
        Assert.False(unknown.HasSameContent(unknown with { Name = "other" }));
    }

    [Fact]
    public void Settings_are_the_same_in_any_order()
    {
        var model = Identity.Model with { Settings = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } };

        Assert.True(model.HasSameSettings(model with { Settings = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } }));
        Assert.False(model.HasSameSettings(model with { Settings = new Dictionary<string, string> { ["a"] = "2", ["b"] = "1" } }));
        Assert.False(model.HasSameSettings(model with { Precision = "bfloat16" }));
    }

    [Theory]
    [InlineData("benchmark.clips", true)]
    [InlineData("benchmark.sets[0].questions_asked", true)]
    [InlineData("benchmark.sets[1].asked_sha256", true)]
    [InlineData("benchmark.sets[1].sha256", false)]
    [InlineData("other.questions_asked", false)]
    [InlineData("control", false)]
    public void What_says_how_many_questions_are_asked_is_of_extent(string name, bool isOfExtent) =>
        Assert.Equal(isOfExtent, new RunIdentityDifference(name, "1", "2").IsOfExtent);

    [Fact]
    public void Differences_are_named_by_their_place_on_either_side()
    {
        var sets = Identity.Benchmark.Sets;
        var other = Identity with
        {
            Benchmark = Identity.Benchmark with { Sets = [sets[0], sets[1] with { Sha256 = "x" }] },
            Model = Identity.Model with { Settings = new SortedDictionary<string, string> { ["pooling"] = "bilinear", ["newline"] = "grid" } },
        };

        Assert.Equal(["benchmark.sets[1].sha256", "model.settings.newline"], RunIdentityDifference.Between(Identity, other).Select(static difference => difference.Name));
        Assert.Equal(["benchmark.sets[1].sha256", "model.settings.newline"], RunIdentityDifference.Between(other, Identity).Select(static difference => difference.Name));
        Assert.Equal("--mm-newline", RunIdentityDifference.Between(Identity, other)[1].Option);
    }
}
