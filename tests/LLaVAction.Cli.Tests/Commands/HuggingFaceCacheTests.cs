using LLaVAction.Cli.Commands;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

public sealed class HuggingFaceCacheTests : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private readonly TemporaryFolder _cache = new();

    public void Dispose() => _cache.Dispose();

    [Theory]
    [InlineData("org/name")]
    [InlineData("org/name@main")]
    [InlineData("org/name@v1.0")]
    [InlineData("org/name@" + Commit)]
    public void A_hub_id_is_its_snapshot_in_the_cache(string id)
    {
        var snapshot = Snapshot("org", "name", Commit, "main", "v1.0");

        Assert.Equal(snapshot, HuggingFaceCache.Resolve(id, _cache.FullName));
    }

    [Fact]
    public void A_single_snapshot_needs_no_branch()
    {
        var snapshot = Snapshot("org", "name", Commit);

        Assert.Equal(snapshot, HuggingFaceCache.Resolve("org/name", _cache.FullName));
    }

    [Theory]
    [InlineData("org/other", "hf download org/other")]
    [InlineData("org/name@v2", "hf download org/name --revision v2")]
    [InlineData("nowhere", "nowhere: no such folder; expected the folder of a checkpoint, or a hub id")]
    [InlineData("org/name/", "no such folder")]
    [InlineData("../name", "no such folder")]
    [InlineData("org/na me", "no such folder")]
    public void What_is_not_there_comes_with_what_to_do(string id, string expected)
    {
        Snapshot("org", "name", Commit, "main");

        Assert.Contains(expected, Assert.Throws<InputException>(() => HuggingFaceCache.Resolve(id, _cache.FullName)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_itself_but_not_the_cache_folder_above_the_snapshots()
    {
        var snapshot = Snapshot("org", "name", Commit, "main");

        Assert.Equal(snapshot, HuggingFaceCache.Resolve(snapshot, "nowhere"));
        Assert.Contains(
            "use --model org/name",
            Assert.Throws<InputException>(() => HuggingFaceCache.Resolve(_cache["models--org--name"], "nowhere")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_s_base_is_the_one_it_names_unless_another_is_given()
    {
        var snapshot = Snapshot("org", "name", Commit, "main");
        _cache.Write("adapter/adapter_config.json", """{"peft_type":"LORA","base_model_name_or_path":"org/name"}""");
        _cache.Write("lost/adapter_config.json", """{"peft_type":"LORA","base_model_name_or_path":"/home/someone/model"}""");
        _cache.Write("model/config.json", "{}");

        Assert.Equal(new CheckpointPath(_cache["adapter"], snapshot), HuggingFaceCache.Locate(_cache["adapter"], null, _cache.FullName));
        Assert.Equal(new CheckpointPath(_cache["lost"], _cache["model"]), HuggingFaceCache.Locate(_cache["lost"], _cache["model"], _cache.FullName));
        Assert.Equal(new CheckpointPath(_cache["model"]), HuggingFaceCache.Locate(_cache["model"], null, _cache.FullName));
        Assert.Contains("LoRA adapter of /home/someone/model, which is not there. Give the model under it by --base-model", Refusal("lost", null), StringComparison.Ordinal);
        Assert.Contains("hf download org/other", Refusal("adapter", "org/other"), StringComparison.Ordinal);
        Assert.Contains("is a file; give the folder it lies in", Refusal("model/config.json", null), StringComparison.Ordinal);

        string Refusal(string model, string? baseModel) => Assert.Throws<InputException>(() => HuggingFaceCache.Locate(_cache[model], baseModel, _cache.FullName)).Message;
    }

    [Fact]
    public void The_cache_is_where_the_hub_s_own_variables_say()
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal) { ["XDG_CACHE_HOME"] = "/x" };
        string Find() => HuggingFaceCache.CacheFolder(name => variables.GetValueOrDefault(name)).Replace('\\', '/');

        Assert.Equal("/x/huggingface/hub", Find());
        variables["HF_HOME"] = "/home/hf";
        Assert.Equal("/home/hf/hub", Find());
        variables["HF_HUB_CACHE"] = "/cache";
        Assert.Equal("/cache", Find());
    }

    private string Snapshot(string organisation, string name, string commit, params string[] references)
    {
        var repository = $"models--{organisation}--{name}";
        var snapshot = Directory.CreateDirectory(_cache[$"{repository}/snapshots/{commit}"]).FullName;
        foreach (var reference in references)
        {
            Directory.CreateDirectory(_cache[$"{repository}/refs"]);
            File.WriteAllText(_cache[$"{repository}/refs/{reference}"], commit + "\n");
        }

        return snapshot;
    }
}
