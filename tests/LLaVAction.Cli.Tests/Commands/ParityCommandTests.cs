using System.Text.Json;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

public sealed class ParityCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_equal_engine_agrees()
    {
        var run = await CliProcess.RunAsync("parity", ParityPacks.Folder, "--model", ParityPacks.Checkpoint, "--format", "json");

        Assert.Equal(ExitCode.Done, run.ExitCode);
        var stages = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().Select(row => row.GetProperty("stage").GetString());
        Assert.Equal(
            ["tokens", "pixels", "vision", "projector", "video tokens", "language model", "logits", "whole", "continuation", "letters"], stages);
    }

    [Fact]
    public async Task A_difference_is_told_with_its_place()
    {
        var pack = ParityPacks.CopyTo(_folder);
        ParityPacks.AlterChannel(pack, "projector_output", 5);

        var run = await CliProcess.RunAsync("parity", pack, "--model", ParityPacks.Checkpoint, "--limit", "1");

        Assert.Equal(ExitCode.CheckFailed, run.ExitCode);
        Assert.Contains("DIFFERS first at 'projector' (clip random_0: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("channel 5", run.Output, StringComparison.Ordinal);
        Assert.Contains("[random weights]", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("last_logits", "last_logits is missing")]
    [InlineData("frames_uint8", "frames_uint8 is missing")]
    [InlineData("input_ids", "input_ids is missing")]
    public async Task A_pack_without_what_it_must_have_is_bad_input(string tensor, string said)
    {
        var pack = ParityPacks.CopyTo(_folder);
        ParityPacks.Change(pack, tensor, static (_, _) => null);

        var run = await CliProcess.RunAsync("parity", pack, "--model", ParityPacks.Checkpoint);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pack_of_another_model_is_bad_input()
    {
        var pack = ParityPacks.CopyTo(_folder);
        ParityPacks.Change(pack, "vision_selected", static (same, bytes) => TensorToWrite.Of(same.Name, ElementType.Float32, [same.Shape[0], same.Shape[1] / 2, same.Shape[2] * 2], bytes));

        var run = await CliProcess.RunAsync("parity", pack, "--model", ParityPacks.Checkpoint);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains("expected F32 [n, 36, 48] for this model", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--tolerance", "0")]
    [InlineData("--nats", "-1")]
    [InlineData("--limit", "0")]
    public async Task Options_out_of_range_are_bad_input(string option, string value)
    {
        var run = await CliProcess.RunAsync("parity", ParityPacks.Folder, "--model", ParityPacks.Checkpoint, option, value);

        Assert.Equal(ExitCode.BadInput, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }
}
