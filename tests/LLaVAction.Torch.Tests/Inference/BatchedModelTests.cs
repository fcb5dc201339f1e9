using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;
using LLaVAction.Torch.Inference;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>
/// What every engine owes, in batches as a GPU has them: chunks of frames that clips share, several prompts in a pass,
/// padding in both.
/// </summary>
public sealed class BatchedModelTests : VideoLanguageModelConformance
{
    private static readonly BatchShape Shape = new(4, 3, 32);

    /// <summary>A row's place in a batch may decide which of two vector loops it goes through.</summary>
    protected override double CallTolerance => 1e-5;

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Batches_of_any_shape_give_the_answers_of_none(string? checkpoint)
    {
        PromptRequest[] requests =
        [
            Ask("What is done? A. cut onion, B. wash hand, C. open tap", 4),
            Ask("What?", 6),
            Ask("What is done? A. wash hand, B. cut onion, C. open tap, and then a longer ending of this question", 0),
        ];
        var expected = AnswersIn(BatchShape.Single);
        foreach (var shape in new[] { Shape, new BatchShape(1, 1, 16), new BatchShape(8, 8, 32), new BatchShape(2, 2, 1) })
        {
            var answers = AnswersIn(shape);
            for (var i = 0; i < requests.Length; i++)
            {
                Assert.Equal(expected[i].Text, answers[i].Text);
                Assert.Equal(expected[i].PromptTokens, answers[i].PromptTokens);
                Assert.All(
                    expected[i].CandidateLogProbabilities!.Zip(answers[i].CandidateLogProbabilities!),
                    pair => Assert.InRange(pair.Second, pair.First - 1e-4, pair.First + 1e-4));
            }
        }

        IReadOnlyList<PromptAnswer> AnswersIn(BatchShape shape)
        {
            Skip.If(checkpoint is null, "no model goldens");
            using var folder = new ModelWithTokenizer(Testing.GoldenFolder.PathOf(checkpoint));
            using var model = TestEngine.Load(folder.Folder, new ModelOptions(), shape);
            using var clip = Assert.Single(model.Encode([SyntheticClip.Of(3, 5)], CancellationToken.None));
            return Answers(model, Group(clip, requests));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Long_prompts_are_answered_alike_alone_and_beside_short_ones(string? checkpoint)
    {
        using var opened = Open(checkpoint, new ModelOptions());
        using var clip = Assert.Single(opened.Model.Encode([SyntheticClip.Of(3, 2)], CancellationToken.None));
        var endless = Ask(string.Concat(Enumerable.Repeat("what then? ", 700)), 2);
        Skip.If(opened.Model.Tokenizer.Encode(endless.Prompt).Count is < BatchShape.MostSuffixTokens or > 7000, "not a long prompt in this vocabulary");
        var alone = Answers(opened.Model, Group(clip, endless))[0];

        var beside = Answers(opened.Model, Group(clip, Ask("What?", 3), endless))[1];
        var unbatched = Answers(opened.Model.Unbatched, Group(clip, endless))[0];

        Assert.Equal(alone.CandidateLogProbabilities, beside.CandidateLogProbabilities);
        Assert.Equal(alone.Text, beside.Text);
        Assert.All(
            alone.CandidateLogProbabilities!.Zip(unbatched.CandidateLogProbabilities!),
            pair => Assert.InRange(pair.Second, pair.First - 1e-4, pair.First + 1e-4));
    }

    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(CheckpointPath path, ModelOptions options)
        => TestEngine.Load(path, options, Shape);
}
