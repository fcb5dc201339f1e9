using LLaVAction.Epic;
using LLaVAction.Evaluation.Actions;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Prompts;

namespace LLaVAction.Testing.Conformance;

/// <summary>All action classes over one prefilled video are scored as each alone would be.</summary>
public abstract class ActionTextConformance
{
    private const int FrameCount = 2;
    private static readonly string[] Texts = ["take plate", "take plates", "take", "put down plate", "wash cutting board", "wash chopping board", "open drawer"];

    /// <summary>Loads a checkpoint in float32.</summary>
    protected abstract IVideoLanguageModel Load(string folder);

    /// <summary>Loads a checkpoint's stages in float32.</summary>
    protected abstract IStagedModel LoadStaged(string folder);

    /// <summary>The trie's scores against the softmax over whole sequences, run one by one without any cache.</summary>
    [SkippableFact]
    public void The_trie_scores_every_class_as_if_it_were_alone()
    {
        using var folder = Tiny();
        var clip = SyntheticClip.Of(3, FrameCount);
        ActionClass[] classes = [.. Enumerable.Range(0, Texts.Length).Select(static i => new ActionClass(0, i))];
        using var scorer = new ActionTextScorer(Load(folder.Folder), classes, Texts, FrameCount, takesPriorOut: true, CancellationToken.None);
        Assert.True(scorer.Contexts < Texts.Sum(static text => text.Length));

        var scored = scorer.Score([clip], CancellationToken.None)[0];

        using var model = LoadStaged(folder.Folder);
        var video = model.ArrangeVisualTokens(model.Pool(model.Project(model.EncodeVision(model.Preprocess(clip)))));
        using var whole = Load(folder.Folder);
        for (var i = 0; i < Texts.Length; i++)
        {
            var answer = whole.Tokenizer.Encode(Texts[i]);
            var alone = Alone(model, whole, Prompt(hasVideo: true), answer, video) - Alone(model, whole, Prompt(hasVideo: false), answer, null);
            Assert.Equal(alone, scored.Logits[i], 1e-4);
        }

        Assert.Equal(1, scored.Probabilities.Sum(), 1e-5);
    }

    /// <summary>The scores of a clip do not depend on which other classes are asked about.</summary>
    [SkippableFact]
    public void Fewer_classes_get_the_same_scores()
    {
        using var folder = Tiny();
        var clip = SyntheticClip.Of(5, FrameCount);
        using var all = Scorer(folder, Texts);
        using var few = Scorer(folder, [Texts[4], Texts[0]]);

        var expected = all.Score([clip], CancellationToken.None)[0].Logits;

        var found = few.Score([clip], CancellationToken.None)[0].Logits;
        Assert.Equal(expected[4], found[0], 1e-5);
        Assert.Equal(expected[0], found[1], 1e-5);
    }

    /// <summary>LLaVAction's heads, read by one pass up to the action token, against the whole prompt's hidden states there.</summary>
    [SkippableFact]
    public void The_action_head_reads_the_state_at_the_action_token()
    {
        var checkpoint = GoldenFolder.Checkpoints().FirstOrDefault(static folder => folder.Contains("tiny-action", StringComparison.Ordinal));
        Skip.If(checkpoint is null, "no tiny model with action heads in the golden folder");
        using var folder = new ModelWithTokenizer(GoldenFolder.PathOf(checkpoint));
        using var opened = Checkpoint.Open(folder.Folder);
        var tokens = VisualTokenLayout.Of(opened.Configuration).ActionReadoutCount;
        Skip.If(tokens == 0, "the model has no action token");
        var clip = SyntheticClip.Of(3, FrameCount);
        using var model = LoadStaged(folder.Folder);
        using var whole = Load(folder.Folder);
        var video = model.ArrangeVisualTokens(model.Pool(model.Project(model.EncodeVision(model.Preprocess(clip)))));
        var prompt = PromptTokens.Of(Prompt(hasVideo: true), whole.Tokenizer);
        var states = model.HiddenStates(model.Embed([.. prompt.BeforeVideo, PromptTokens.VideoPlaceholderId, .. prompt.AfterVideo], video));
        var end = (prompt.BeforeVideo.Count + video.Shape[0]) * states.Shape[1];
        var expected = model.ReadActionHeads(new StageTensor([tokens, states.Shape[1]], states.Values[(end - (tokens * states.Shape[1]))..end]))!.Action.Values;
        ActionClass[] classes = [.. Enumerable.Range(0, expected.Length).Select(static i => new ActionClass(0, i))];

        using var scorer = new ActionHeadScorer(LoadStaged(folder.Folder), whole.Description, whole.Tokenizer, tokens, classes, FrameCount);

        var found = scorer.Score([clip], CancellationToken.None)[0].Logits;
        Assert.All(expected.Zip(found), static pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        using var wrong = new ActionHeadScorer(LoadStaged(folder.Folder), whole.Description, whole.Tokenizer, tokens, classes[1..], FrameCount);
        Assert.Contains("its action head has", Assert.Throws<InputException>(() => wrong.Score([clip], CancellationToken.None)).Message, StringComparison.Ordinal);
    }

    private ActionTextScorer Scorer(ModelWithTokenizer folder, string[] texts) =>
        new(Load(folder.Folder), [.. Enumerable.Range(0, texts.Length).Select(static i => new ActionClass(0, i))], texts, FrameCount, takesPriorOut: false, CancellationToken.None);

    private static ModelWithTokenizer Tiny()
    {
        var checkpoint = GoldenFolder.Checkpoints().FirstOrDefault(static folder => folder.Contains("tiny-a", StringComparison.Ordinal) && GoldenModel.HasLanguageModel(GoldenFolder.PathOf(folder)));
        Skip.If(checkpoint is null, "no tiny model in the golden folder");
        return new ModelWithTokenizer(GoldenFolder.PathOf(checkpoint));
    }

    private static string Prompt(bool hasVideo) => PromptBuilder.Build(
        new PromptSettings { Task = PromptTask.Direct, HasVideo = hasVideo }, new PromptInput { DurationSeconds = 0, NamedFrames = 0 });

    private static double Alone(IStagedModel model, IVideoLanguageModel whole, string prompt, IReadOnlyList<int> answer, StageTensor? video)
    {
        var tokens = PromptTokens.Of(prompt, whole.Tokenizer);
        int[] ids = [.. tokens.BeforeVideo, .. video is null ? Array.Empty<int>() : [PromptTokens.VideoPlaceholderId], .. tokens.AfterVideo, .. answer];
        var logits = model.Logits(model.HiddenStates(model.Embed(ids, video)));
        var rows = logits.Shape[0];
        var vocabulary = whole.Tokenizer.VocabularySize;
        return Enumerable.Range(0, answer.Count).Average(i =>
        {
            var row = logits.Values.AsSpan((rows - answer.Count + i - 1) * logits.Shape[1], logits.Shape[1]);
            return NextToken.LogProbabilities(row, Math.Min(vocabulary, row.Length), [answer[i]])[0];
        });
    }
}
