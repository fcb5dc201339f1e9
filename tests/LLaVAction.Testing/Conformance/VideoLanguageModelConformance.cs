using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;

namespace LLaVAction.Testing.Conformance;

/// <summary>
/// What every engine's model owes its callers, tried on the small models of the golden folder: an answer is its prompt's own,
/// whatever else is asked, in whatever order; frames are chosen by index; prompts of every shape work.
/// </summary>
public abstract class VideoLanguageModelConformance
{
    private const string Opening = "<|im_start|>user\n";
    private static readonly string[] Letters = ["A", "B", "C"];

    /// <summary>One row per checkpoint with a language model.</summary>
    public static IEnumerable<object?[]> Checkpoints()
        => GoldenFolder.RowsOf(GoldenFolder.Checkpoints().Where(folder => GoldenModel.HasLanguageModel(GoldenFolder.PathOf(folder))).ToArray());

    /// <summary>How far log-probabilities of one prompt may lie apart between calls; 0 for to the bit.</summary>
    protected virtual double CallTolerance => 0;

    /// <summary>Loads a checkpoint in float32.</summary>
    protected abstract IVideoLanguageModel Load(CheckpointPath path, ModelOptions options);

    /// <summary>Each prompt alone, all in one group, in reverse order, and beside another clip.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void An_answer_does_not_depend_on_what_else_is_asked(string? checkpoint)
    {
        using var opened = Open(checkpoint, new ModelOptions());
        var model = opened.Model;
        using var clip = Encode(model, 1);
        using var other = Encode(model, 2);
        PromptRequest[] requests =
        [
            Ask("What is done? A. cut onion, B. wash hand, C. open tap", 6),
            Ask("What is done? A. wash hand, B. cut onion, C. open tap", 0),
            Ask("What is done? A. wash hand, B. cut onion, C. open tap, and then a longer ending of this question", 3),
            new($"{Opening}You wrote: a knife. <image>\nA, B or C?<|im_end|>\n<|im_start|>assistant\n", Letters, 2),
        ];
        var alone = requests.Select(request => Answers(model, Group(clip, request))[0]).ToArray();

        AssertSame(alone, Answers(model, Group(clip, requests)));
        AssertSame([.. alone.Reverse()], Answers(model, Group(clip, [.. requests.Reverse()])));
        var both = model.Answer([Group(other, requests), Group(clip, requests)], CancellationToken.None);
        AssertSame(alone, both[1].Answers);
        Assert.NotEqual(alone[0].CandidateLogProbabilities, both[0].Answers[0].CandidateLogProbabilities);
    }

    /// <summary>A clip encoded beside others, and a selection of its frames, give what the frames give alone.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void A_selection_of_frames_answers_as_those_frames_alone(string? checkpoint)
    {
        using var opened = Open(checkpoint, new ModelOptions());
        var model = opened.Model;
        var frames = SyntheticClip.Of(3, 5);
        var chosen = frames with { Frames = [frames.Frames[1], frames.Frames[3], frames.Frames[3]] };
        var request = Ask("What is done?", 4);
        var clips = model.Encode([SyntheticClip.Of(4, 2), frames, chosen], CancellationToken.None);
        try
        {
            var selected = Answers(model, new PromptGroup(clips[1], [1, 3, 3], [request]))[0];
            AssertSame([selected], Answers(model, new PromptGroup(clips[2], [0, 1, 2], [request])));
            Assert.Equal(5, clips[1].FrameCount);
        }
        finally
        {
            foreach (var clip in clips)
            {
                clip.Dispose();
            }
        }
    }

    /// <summary>Prompts without video.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Prompts_without_video_are_answered(string? checkpoint)
    {
        using var opened = Open(checkpoint, new ModelOptions());
        PromptRequest[] requests = [Blind("Which one?", 3), Blind("Which other one?", 0), Blind("Which one?", 3)];
        var answers = Answers(opened.Model, new PromptGroup(null, [], requests));
        AssertSame([answers[0]], Answers(opened.Model, new PromptGroup(null, [], [requests[0]])));
        AssertSame([answers[0]], [answers[2]]);
        Assert.NotNull(answers[0].Text);
        Assert.Null(answers[1].Text);
        Assert.Equal(opened.Model.Tokenizer.Encode(requests[1].Prompt).Count, answers[1].PromptTokens);
        Assert.All(answers, answer => Assert.InRange(answer.CandidateLogProbabilities!.Sum(Math.Exp), 0, 1));
    }

    /// <summary>The lengths told are those of the prompt and of the video.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Prompt_lengths_count_the_visual_tokens(string? checkpoint)
    {
        foreach (var newline in VideoTokenModes.NewlineNames.Split(", "))
        {
            foreach (var pooling in VideoTokenModes.PoolingNames.Split(", "))
            {
                using var opened = Open(checkpoint, new ModelOptions { NewlineMode = newline, PoolingMode = pooling });
                using var clip = Encode(opened.Model, 5);
                var request = Ask("What is done?", 0);
                var pieces = request.Prompt.Split("<image>");
                var text = pieces.Sum(piece => opened.Model.Tokenizer.Encode(piece).Count);
                Assert.Equal(text + opened.Model.Description.VisualTokenCount!(clip.FrameCount), Answers(opened.Model, Group(clip, request))[0].PromptTokens);
                Assert.Equal(newline, opened.Model.Description.Settings["newline"]);
                Assert.Equal(pooling, opened.Model.Description.Settings["pooling"]);
            }
        }
    }

    /// <summary>A repetition penalty changes what is written, and generation ends at a stop token or at the limit.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Generation_obeys_penalty_stop_tokens_and_limit(string? checkpoint)
    {
        var request = Ask("What is done?", 8);
        using var plain = Open(checkpoint, new ModelOptions());
        var text = Generate(plain.Model, request);
        var tokens = plain.Model.Tokenizer.Encode(text);
        Assert.NotEmpty(tokens);

        var shorter = Generate(plain.Model, request with { MaxNewTokens = 2 });
        Assert.StartsWith(shorter.TrimEnd('\uFFFD'), text, StringComparison.Ordinal);

        var third = plain.Model.Tokenizer.Decode([tokens[0]], skipSpecialTokens: false);
        if (plain.Model.Tokenizer.IdOf(third) is not null)
        {
            using var stopped = Open(checkpoint, new ModelOptions { StopTokens = [third] });
            Assert.Equal("", Generate(stopped.Model, request));
            Assert.True(stopped.Model.Description.OverriddenSettings.ContainsKey("stop_tokens"));
        }

        using var penalised = Open(checkpoint, new ModelOptions { RepetitionPenalty = 1e6f });
        var varied = Generate(penalised.Model, request with { MaxNewTokens = 24 });
        Assert.Equal("1000000", penalised.Model.Description.Settings["repetition_penalty"]);
        Assert.NotEqual(Generate(plain.Model, request with { MaxNewTokens = 24 }), varied);
    }

    /// <summary>A cancelled call ends with the usual exception, and the model works on.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void A_cancelled_call_leaves_the_model_usable(string? checkpoint)
    {
        using var opened = Open(checkpoint, new ModelOptions());
        using var clip = Encode(opened.Model, 6);
        var cancelled = new CancellationToken(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => opened.Model.Encode([SyntheticClip.Of(6, 2)], cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => opened.Model.Answer([Group(clip, Ask("What?", 4))], cancelled));
        Assert.NotNull(Answers(opened.Model, Group(clip, Ask("What?", 4)))[0].Text);
    }

    /// <summary>Longer than the model's positions, two videos, or a candidate of two tokens: one clear message.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void Prompts_that_cannot_be_answered_are_refused_with_a_reason(string? checkpoint)
    {
        using var opened = Open(checkpoint, new ModelOptions());
        var model = opened.Model;
        var endless = string.Concat(Enumerable.Repeat("1 ", 40_000));
        Assert.Contains("max_position_embeddings", Refused(Blind(endless, 0)), StringComparison.Ordinal);
        Assert.Contains("more than once", Refused(Blind("<image><image>", 0)), StringComparison.Ordinal);
        Assert.Contains("one token", Refused(Blind("What?", 0) with { Candidates = ["A B C D"] }), StringComparison.Ordinal);

        string Refused(PromptRequest request)
            => Assert.Throws<InputException>(() => model.Answer([new PromptGroup(null, [], [request])], CancellationToken.None)).Message;
    }

    /// <summary>An adapter merged on loading answers as the model that was merged beforehand.</summary>
    [SkippableTheory]
    [MemberData(nameof(Checkpoints))]
    public void An_adapter_answers_as_the_merged_model(string? checkpoint)
    {
        using var plain = Open(checkpoint, new ModelOptions());
        using var folder = new TemporaryFolder();
        var adapter = new TestAdapter(plain.Folder.Folder);
        adapter.Write(folder["adapter"]);
        adapter.WriteMerged(folder["merged"]);
        var request = Ask("What is done? A. cut onion, B. wash hand, C. open tap", 6);
        using var adapted = Load(new CheckpointPath(folder["adapter"], plain.Folder.Folder), new ModelOptions());
        using var merged = Load(folder["merged"], new ModelOptions());

        var expected = AnswerOf(merged);

        AssertSame([expected], [AnswerOf(adapted)]);
        Assert.NotEqual(expected.CandidateLogProbabilities, AnswerOf(plain.Model).CandidateLogProbabilities);
        Assert.NotEqual(plain.Model.Description.Hash, adapted.Description.Hash);

        PromptAnswer AnswerOf(IVideoLanguageModel model)
        {
            using var clip = Encode(model, 1);
            return Answers(model, Group(clip, request))[0];
        }
    }

    /// <summary>A model in its folder.</summary>
    protected OpenedModel Open(string? checkpoint, ModelOptions options)
    {
        Skip.If(checkpoint is null, "no model goldens");
        var folder = new ModelWithTokenizer(GoldenFolder.PathOf(checkpoint));
        return new OpenedModel(Load(folder.Folder, options), folder);
    }

    /// <summary>The answers of one group.</summary>
    protected static IReadOnlyList<PromptAnswer> Answers(IVideoLanguageModel model, PromptGroup group)
        => Assert.Single(model.Answer([group], CancellationToken.None)).Answers;

    /// <summary>A prompt about a video.</summary>
    protected static PromptRequest Ask(string text, int maxNewTokens)
        => new($"{Opening}<image>\n{text}<|im_end|>\n<|im_start|>assistant\n", Letters, maxNewTokens);

    /// <summary>Prompts about all frames of a clip.</summary>
    protected static PromptGroup Group(IEncodedClip clip, params PromptRequest[] requests)
        => new(clip, Enumerable.Range(0, clip.FrameCount).ToArray(), requests);

    private static PromptRequest Blind(string text, int maxNewTokens)
        => new($"{Opening}{text}<|im_end|>\n<|im_start|>assistant\n", Letters, maxNewTokens);

    private static IEncodedClip Encode(IVideoLanguageModel model, int seed)
        => Assert.Single(model.Encode([SyntheticClip.Of(seed, 3)], CancellationToken.None));

    private static string Generate(IVideoLanguageModel model, PromptRequest request)
    {
        using var clip = Encode(model, 7);
        return Answers(model, Group(clip, request))[0].Text!;
    }

    private void AssertSame(PromptAnswer[] expected, IReadOnlyList<PromptAnswer> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Text, actual[i].Text);
            Assert.Equal(expected[i].PromptTokens, actual[i].PromptTokens);
            for (var j = 0; j < expected[i].CandidateLogProbabilities!.Count; j++)
            {
                var value = expected[i].CandidateLogProbabilities![j];
                Assert.InRange(actual[i].CandidateLogProbabilities![j], value - CallTolerance, value + CallTolerance);
            }
        }
    }

    /// <summary>A model and the folder it was loaded from.</summary>
    protected sealed record OpenedModel(IVideoLanguageModel Model, ModelWithTokenizer Folder) : IDisposable
    {
        /// <inheritdoc/>
        public void Dispose()
        {
            Model.Dispose();
            Folder.Dispose();
        }
    }
}
