using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>What every engine owes, and what the cpu engine adds: the same bits with any number of threads.</summary>
public sealed class CpuModelTests : VideoLanguageModelConformance
{
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Answers_have_the_same_bits_with_any_number_of_threads(string? checkpoint)
    {
        var answers = new[] { 1, 2, 5 }.Select(Run).ToArray();
        Assert.All(answers, other => Assert.Equal(answers[0].Select(Bits), other.Select(Bits)));

        PromptAnswer[] Run(int threads)
        {
            using var opened = Open(checkpoint, new ModelOptions { Threads = threads });
            using var clip = Assert.Single(opened.Model.Encode([SyntheticClip.Of(11, 3)], CancellationToken.None));
            return [.. Answers(opened.Model, Group(clip, Ask("What is done?", 5), Ask("And then?", 0)))];
        }

        static string Bits(PromptAnswer answer)
            => answer.Text + string.Join(',', answer.CandidateLogProbabilities!.Select(BitConverter.DoubleToInt64Bits));
    }

    [Theory]
    [InlineData("cuda:0", "auto", null)]
    [InlineData("auto", "bfloat16", null)]
    [InlineData("auto", "auto", 0)]
    public void Options_of_another_stack_are_refused(string device, string precision, int? threads)
        => Assert.Throws<InputException>(() => new CpuEngine().LoadModel(
            "nowhere", new ModelOptions { Device = device, Precision = precision, Threads = threads }));

    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(CheckpointPath path, ModelOptions options)
        => new CpuEngine().LoadModel(path, options);
}
