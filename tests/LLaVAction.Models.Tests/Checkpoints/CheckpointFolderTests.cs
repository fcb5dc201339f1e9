using System.Text.Json.Nodes;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Checkpoints;

public sealed class CheckpointFolderTests : IDisposable
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

    private static readonly ModelConfiguration Plain =
        KnownConfigurations.Tiny with { ActionToken = ActionTokenMode.None, ActionHeads = null, Newline = NewlineMode.OneToken };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_folder_above_a_training_run_s_checkpoints_names_the_last_of_them()
    {
        RandomCheckpoint.Write(_folder["run/checkpoint-500"], Plain);
        RandomCheckpoint.Write(_folder["run/checkpoint-1000"], Plain);

        Assert.Contains($"but {_folder["run/checkpoint-1000"]} is a checkpoint; give that folder", Refusal("run"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step/global_step500/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt", "step/global_step500")]
    [InlineData("step/zero_to_fp32.py", "step")]
    public void DeepSpeed_s_parts_come_with_the_command_that_joins_them(string file, string given)
    {
        _folder.Write(file, "x");

        Assert.Contains("zero_to_fp32.py . . --safe_serialization", Refusal(given), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_place_of_its_folder_is_said()
    {
        RandomCheckpoint.Write(_folder["model"], Plain);

        Assert.Contains($"give the folder it lies in: {_folder["model"]}.", Refusal("model/model.safetensors"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("merges.txt")]
    [InlineData("model.safetensors")]
    [InlineData("generation_config.json")]
    public void Pointers_and_links_to_nothing_are_named(string name)
    {
        RandomCheckpoint.Write(_folder["model"], Plain);
        _folder.Write("model/" + name, Pointer);
        Assert.Contains($"{_folder["model/" + name]}: this is a Git LFS pointer", Refusal("model"), StringComparison.Ordinal);

        File.Delete(_folder["model/" + name]);
        File.CreateSymbolicLink(_folder["model/" + name], "../blobs/0123");
        var message = Refusal("model");
        Assert.Contains($"{_folder["model/" + name]} is a link to ../blobs/0123, which is not there", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_shards_are_named_together()
    {
        RandomCheckpoint.Write(_folder["model"], Plain, new RandomCheckpointOptions { ShardBytes = 20_000 });
        var shards = Directory.GetFiles(_folder["model"], "*.safetensors").Order(StringComparer.Ordinal).ToArray();
        File.Delete(shards[0]);
        File.Delete(shards[2]);

        Assert.Contains(
            $"2 of the {shards.Length} weight files that model.safetensors.index.json names are missing: {Path.GetFileName(shards[0])}, {Path.GetFileName(shards[2])}",
            Refusal("model"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("do_center_crop", "true", "do_center_crop is true; expected false")]
    [InlineData("size", """{"shortest_edge":84}""", "size.shortest_edge is 84; expected height and width")]
    public void A_preprocessor_that_crops_is_refused(string key, string value, string reason)
    {
        RandomCheckpoint.Write(_folder["model"], Plain);
        _folder.Write("model/preprocessor_config.json", $$"""{"{{key}}":{{value}}}""");

        Assert.Contains(reason, Refusal("model"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    [InlineData(null, 0)]
    public void Untied_embeddings_without_a_head_are_an_assumption(bool? isTied, int assumptions)
    {
        RandomCheckpoint.Write(_folder["model"], Plain with { Language = Plain.Language! with { HasTiedEmbeddings = true } });
        var config = JsonNode.Parse(File.ReadAllText(_folder["model/config.json"]))!.AsObject();
        config.Remove("tie_word_embeddings");
        if (isTied is not null)
        {
            config["tie_word_embeddings"] = isTied;
        }

        _folder.Write("model/config.json", config.ToJsonString());
        using var checkpoint = Checkpoint.Open(_folder["model"]);

        Assert.True(checkpoint.Configuration.Language!.HasTiedEmbeddings);
        Assert.Equal(assumptions, checkpoint.Configuration.Assumptions.Count(static text => text.Contains("lm_head", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.base_model.model.")]
    public void What_wrapped_a_model_when_it_was_saved_is_no_part_of_its_names(string wrapper)
    {
        RandomCheckpoint.Write(_folder["plain"], Plain);
        RandomCheckpoint.WriteConfiguration(_folder.FullName, Plain, new RandomCheckpointOptions());
        using var plain = Checkpoint.Open(_folder["plain"]);
        SafetensorsWriter.Write(_folder["model.safetensors"], [.. plain.Tensors.Values.Select(tensor => TensorToWrite.Of(wrapper + tensor.Name, tensor.ElementType, [.. tensor.Shape], tensor.Bytes.ToArray()))]);

        using var wrapped = Checkpoint.Open(_folder.FullName);

        Assert.Equal(plain.Tensors.Keys.Order(StringComparer.Ordinal), wrapped.Tensors.Keys.Order(StringComparer.Ordinal));
    }

    private string Refusal(string name) => Assert.Throws<InputException>(() => Checkpoint.Open(_folder[name])).Message;
}
