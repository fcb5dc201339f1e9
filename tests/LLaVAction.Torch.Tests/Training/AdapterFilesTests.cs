using System.Text.Json;
using System.Text.RegularExpressions;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Torch.Training;

namespace LLaVAction.Torch.Tests.Training;

/// <summary>Adapters stored alone.</summary>
public sealed class AdapterFilesTests
{
    private static readonly TrainerSettings Settings = TrainingRunTests.Settings with
    {
        ActionToken = ActionTokenMode.None,
        Frozen = [ModelPart.Tower, ModelPart.Projector, ModelPart.Heads],
        Lora = new LoraSettings(4, 8, 0, LoraSettings.AllTargets),
    };

    [SkippableFact]
    public void Adapters_alone_are_what_merging_adds_and_the_same_run_merges_them_later()
    {
        using var folder = TrainingRunTests.Open(out var model);
        var alone = TrainingRunTests.Run(model, folder["run"], Settings, content: CheckpointContent.Adapter).Checkpoint;
        Assert.False(File.Exists(Path.Combine(alone, "model.safetensors")));
        using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(alone, "adapter_config.json")));
        var adapters = Tensors(Path.Combine(alone, "adapter_model.safetensors"));

        var merged = Tensors(Path.Combine(TrainingRunTests.Run(model, folder["run"], Settings).Checkpoint, "model.safetensors"));

        var origin = Tensors(Path.Combine(model, "model.safetensors"));
        var scale = configuration.RootElement.GetProperty("lora_alpha").GetDouble() / configuration.RootElement.GetProperty("r").GetInt32();
        var targets = new Regex($"^(?:{configuration.RootElement.GetProperty("target_modules").GetString()})$");
        var changed = 0;
        foreach (var (name, values) in merged)
        {
            var module = name[..^".weight".Length];
            var isAdapted = adapters.TryGetValue($"base_model.model.{module}.lora_A.weight", out var a);
            Assert.Equal(targets.IsMatch(module), isAdapted);
            if (isAdapted)
            {
                var (outputs, inputs) = (values.Shape[0], values.Shape[1]);
                var b = adapters[$"base_model.model.{module}.lora_B.weight"];
                for (var i = 0; i < values.Values.Length; i++)
                {
                    var sum = 0.0;
                    for (var k = 0; k < 4; k++)
                    {
                        sum += (double)b.Values[(i / inputs * 4) + k] * a.Values[(k * inputs) + (i % inputs)];
                    }

                    Assert.Equal(origin[name].Values[i] + (scale * sum), values.Values[i], 1e-5);
                }

                changed += outputs > 0 && !values.Values.AsSpan().SequenceEqual(origin[name].Values) ? 1 : 0;
            }
        }

        Assert.False(File.Exists(Path.Combine(alone, "adapter_config.json")));
        Assert.Equal(3 * 7, changed);
        Assert.Equal(2 * 3 * 7, adapters.Count);
    }

    [SkippableFact]
    public void Adapters_alone_answer_as_the_merged_model_on_both_engines()
    {
        using var folder = TrainingRunTests.Open(out var model);
        var alone = TrainingRunTests.Run(model, folder["alone"], Settings, content: CheckpointContent.Adapter).Checkpoint;
        var merged = TrainingRunTests.Run(model, folder["merged"], Settings).Checkpoint;
        CheckpointPath path = new(alone, CheckpointPath.BaseNamedIn(alone));
        Assert.Equal(Path.GetFullPath(model), path.Base);

        using var expected = TestEngine.Load(merged, new ModelOptions());
        using var torch = TestEngine.Engine.LoadModel(path, TestEngine.OnCpu(new ModelOptions()));
        using var cpu = new LLaVAction.Cpu.CpuEngine().LoadModel(path, new ModelOptions());
        double[] Ask(IVideoLanguageModel asked) =>
            [.. asked.Answer([new PromptGroup(null, [], [new PromptRequest("What is done?", ["A", "B"], 0)])], CancellationToken.None)[0].Answers[0].CandidateLogProbabilities!];

        Assert.All(Ask(torch).Zip(Ask(expected)), static pair => Assert.InRange(pair.First - pair.Second, -1e-5, 1e-5));
        Assert.All(Ask(cpu).Zip(Ask(expected)), static pair => Assert.InRange(pair.First - pair.Second, -1e-3, 1e-3));
    }

    [SkippableFact]
    public void Parts_that_adapters_cannot_hold_are_refused()
    {
        using var folder = TrainingRunTests.Open(out var model);
        var settings = Settings with { Frozen = [ModelPart.Tower] };
        var message = Assert.Throws<InputException>(() => TrainingRunTests.Run(model, folder["run"], settings, content: CheckpointContent.Adapter)).Message;
        Assert.Contains("--freeze tower,projector,heads", message, StringComparison.Ordinal);
    }

    private static Dictionary<string, (long[] Shape, float[] Values)> Tensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Tensors.ToDictionary(static tensor => tensor.Key, static tensor => ((long[])[.. tensor.Value.Shape], tensor.Value.ToFloat32()), StringComparer.Ordinal);
    }
}
