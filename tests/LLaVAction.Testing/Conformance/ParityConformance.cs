using System.Runtime.InteropServices;
using LLaVAction.Evaluation.Parity;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;

namespace LLaVAction.Testing.Conformance;

/// <summary>Every engine agrees with the reference's pack, and says at which stage it does not. An engine's test class derives from it.</summary>
public abstract class ParityConformance
{
    /// <summary>The engine under test.</summary>
    protected abstract IEngine Engine { get; }

    /// <summary>The reference's figures are our own, within what float32 rounding explains.</summary>
    [SkippableFact]
    public void The_engine_agrees_with_the_reference()
    {
        var report = Run(ParityPacks.Folder);

        Assert.True(report.Agrees, report.First?.ToString());
        Assert.Equal(Enum.GetValues<ParityStage>(), report.ByStage.Select(stage => stage.Worst.Stage));
        Assert.All(report.Findings.Where(finding => finding.Difference is not null), finding => Assert.InRange(finding.Size, 0, 1e-5));
    }

    /// <summary>An altered stage is found there: what comes before agrees.</summary>
    [SkippableTheory]
    [InlineData("pixel_values", ParityStage.Pixels)]
    [InlineData("vision_selected", ParityStage.Vision)]
    [InlineData("projector_output", ParityStage.Projector)]
    [InlineData("video_features", ParityStage.VideoTokens)]
    [InlineData("hidden_last_postnorm", ParityStage.LanguageModel)]
    public void One_channel_that_differs_is_found_at_its_stage(string tensor, ParityStage stage)
    {
        using var folder = new TemporaryFolder();
        var pack = ParityPacks.CopyTo(folder);
        ParityPacks.AlterChannel(pack, tensor, channel: 7);

        var first = Run(pack).First;

        Assert.Equal((stage, "random_0", 7), (first!.Stage, first.Clip, first.Difference!.Channel));
    }

    /// <summary>Another head, other ids and another continuation are found as well.</summary>
    [SkippableTheory]
    [InlineData("last_logits", ParityStage.Logits)]
    [InlineData("input_ids", ParityStage.Tokens)]
    [InlineData("greedy_ids", ParityStage.Continuation)]
    public void Other_answers_are_found(string tensor, ParityStage stage)
    {
        using var folder = new TemporaryFolder();
        var pack = ParityPacks.CopyTo(folder);
        ParityPacks.Change(pack, tensor, (same, bytes) =>
        {
            if (same.ElementType == ElementType.Int32)
            {
                MemoryMarshal.Cast<byte, int>(bytes.AsSpan())[0] ^= 1;
            }
            else
            {
                MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[32] += 50;
            }

            return same;
        });

        Assert.Equal(stage, Run(pack).First!.Stage);
    }

    private ParityReport Run(string folder)
    {
        var pack = ParityPack.Open(folder);
        ModelConfiguration configuration;
        using (var checkpoint = Checkpoint.Open(ParityPacks.Checkpoint))
        {
            configuration = checkpoint.Configuration;
        }

        var options = new ModelOptions { Precision = "float32", Device = "cpu" };
        var run = new ParityRun(ParityTolerance.For(isFloat32: true), configuration);
        using var whole = Engine.LoadModel(ParityPacks.Checkpoint, options);
        using var staged = Engine.LoadStagedModel(ParityPacks.Checkpoint, options);
        foreach (var clip in pack.Clips)
        {
            run.CompareAnswer(whole, clip, CancellationToken.None);
            run.CompareStages(staged, clip);
        }

        return run.Report;
    }
}
