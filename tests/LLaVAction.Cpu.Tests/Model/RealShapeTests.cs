using System.Diagnostics;
using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;
using Xunit.Abstractions;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>
/// Checkpoints of the published sizes, with random weights, load and answer. Too large for every run:
/// <c>LLAVACTION_REAL_SHAPES=0.5b</c> needs 2 GB of disk and of memory, <c>7b</c> needs 16 GB of each.
/// </summary>
[Collection(nameof(SoakTests))]
[Trait("Category", "RealShapes")]
public sealed class RealShapeTests(ITestOutputHelper output)
{
    private const string Variable = "LLAVACTION_REAL_SHAPES";
    private const long ShardBytes = 500_000_000;

    [SkippableFact]
    public void The_half_billion_shape_answers_alike_from_either_layout_and_from_shards()
    {
        Skip.If(Environment.GetEnvironmentVariable(Variable) != "0.5b", $"{Variable} is not 0.5b");
        var original = Answer(KnownConfigurations.HalfBillion, new RandomCheckpointOptions(), 1);
        Assert.Equal(original, Answer(KnownConfigurations.HalfBillion, new RandomCheckpointOptions { Naming = TensorNaming.HuggingFace }, 1));
        Assert.Equal(original, Answer(KnownConfigurations.HalfBillion, new RandomCheckpointOptions { ShardBytes = ShardBytes }, 1));
    }

    [SkippableFact]
    public void The_half_billion_shape_answers_about_16_frames_in_less_than_one_and_a_half_times_its_file()
    {
        Skip.If(Environment.GetEnvironmentVariable(Variable) != "0.5b", $"{Variable} is not 0.5b");
        Answer(KnownConfigurations.HalfBillion, new RandomCheckpointOptions(), 16);
    }

    [SkippableFact]
    public void The_seven_billion_shape_answers_in_less_than_20_GiB()
    {
        Skip.If(Environment.GetEnvironmentVariable(Variable) != "7b", $"{Variable} is not 7b");
        Answer(KnownConfigurations.SevenBillion, new RandomCheckpointOptions { ShardBytes = 10 * ShardBytes }, 1);
        using var process = Process.GetCurrentProcess();
        Assert.InRange(process.PeakWorkingSet64, 0, 20L << 30);
    }

    private IReadOnlyList<double> Answer(ModelConfiguration configuration, RandomCheckpointOptions options, int frames)
    {
        using var folder = new TemporaryFolder();
        RandomCheckpoint.Write(folder.FullName, configuration, options);
        var tokenizer = Directory.Exists(GoldenFolder.PathOf("tokenizer/qwen2")) ? "tokenizer/qwen2" : "tokenizer/tiny";
        foreach (var file in new[] { "vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json" })
        {
            File.Copy(Path.Combine(GoldenFolder.PathOf(tokenizer), file), folder[file]);
        }

        var fileBytes = Directory.EnumerateFiles(folder.FullName, "*.safetensors").Sum(file => new FileInfo(file).Length);
        var clock = Stopwatch.StartNew();
        using var model = new CpuEngine().LoadModel(folder.FullName, new ModelOptions());
        Report("load", clock);
        using var clip = Assert.Single(model.Encode([SyntheticClip.Of(1, frames, 456, 256)], CancellationToken.None));
        Report($"vision of {frames} frame(s)", clock);
        var request = new PromptRequest("<|im_start|>user\n<image>\nWhat is done? A. cut onion, B. wash hand<|im_end|>\n<|im_start|>assistant\n", ["A", "B"], 2);
        var group = new PromptGroup(clip, Enumerable.Range(0, frames).ToArray(), [request]);
        var answer = Assert.Single(Assert.Single(model.Answer([group], CancellationToken.None)).Answers);
        Report($"answer over {answer.PromptTokens} tokens", clock);
        Assert.All(answer.CandidateLogProbabilities!, value => Assert.InRange(value, -100, 0));
        using var process = Process.GetCurrentProcess();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"file {fileBytes / 1e9:0.00} GB, resident {process.WorkingSet64 / 1e9:0.00} GB"));
        Assert.InRange(process.WorkingSet64, 0, fileBytes * 3 / 2);
        return answer.CandidateLogProbabilities!;
    }

    private void Report(string what, Stopwatch clock)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {clock.Elapsed.TotalSeconds:0.00} s"));
        clock.Restart();
    }
}
