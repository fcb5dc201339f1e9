using LLaVAction.Benchmarks;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Core.Tests.Benchmarks.Support;

/// <summary>The invariants of a set, written again from the contract, sharing no code with the builder or the verifier.</summary>
internal static class IndependentChecks
{
    public static void CheckQuestion(Question question, ClipAnnotation clip, BenchmarkSettings settings)
    {
        var k = settings.OptionsPerQuestion;
        Assert.Equal(
            (clip.NarrationId, clip.VideoId, clip.ParticipantId, clip.StartSeconds, clip.StopSeconds, clip.Narration, clip.Class.Verb, clip.Class.Noun),
            (question.Id, question.VideoId, question.ParticipantId, question.StartSeconds, question.StopSeconds, question.Narration, question.VerbClass, question.NounClass));
        Assert.Equal(k, question.Options.Count);
        Assert.Equal(k, question.OptionRanks.Count);
        Assert.Equal(k, question.AlsoTrue.Count);
        Assert.Equal(k, question.Options.Select(static text => text.Trim().ToLowerInvariant().TrimEnd('.')).Distinct().Count());
        Assert.Equal(k, question.OptionClasses.Distinct().Count());
        Assert.All(question.Options, text => Assert.False(string.IsNullOrWhiteSpace(text)));

        var truth = $"{clip.Class.Verb}:{clip.Class.Noun}";
        if (question.AnswerIndex is { } answer)
        {
            Assert.Equal(1, question.OptionClasses.Count(text => text == truth));
            Assert.Equal(truth, question.OptionClasses[answer]);
            Assert.Null(question.AlsoTrue[answer]);
            if (settings.Representation is Representation.Narration or Representation.GtKey)
            {
                Assert.Equal(clip.Narration, question.Options[answer]);
            }
        }
        else
        {
            Assert.Equal(Protocol.Recognition, settings.Protocol);
            Assert.DoesNotContain(truth, question.OptionClasses);
        }
    }

    /// <summary>The distractors are the K−1 best-ranked other classes, but for those recorded as passed over.</summary>
    public static void CheckCandidates(
        Question question, ClipAnnotation clip, PredictionDump dump, IReadOnlyList<PassedOverCandidate> passedOver, BenchmarkSettings settings)
    {
        var ranking = dump.Rankings[clip.NarrationId].Select(static ranked => ranked.Class.ToString()).ToList();
        var truth = $"{clip.Class.Verb}:{clip.Class.Noun}";
        var truthPlace = ranking.IndexOf(truth);
        Assert.Equal(truthPlace < 0 ? null : truthPlace + 1, question.GroundTruthRank);
        for (var i = 0; i < question.OptionClasses.Count; i++)
        {
            var place = ranking.IndexOf(question.OptionClasses[i]);
            Assert.Equal(place < 0 ? null : place + 1, question.OptionRanks[i]);
        }

        var skipped = passedOver.Where(candidate => candidate.Id == question.Id).Select(static candidate => candidate.Class).ToHashSet();
        var distractors = question.OptionClasses.Where((_, index) => index != question.AnswerIndex).ToHashSet();
        var usable = ranking.Where(text => text != truth && !skipped.Contains(text));
        if (settings.Protocol == Protocol.Training)
        {
            Assert.True(distractors.IsSubsetOf(ranking.Take((2 * settings.OptionsPerQuestion) + skipped.Count)));
        }
        else
        {
            Assert.Equal(usable.Take(distractors.Count).ToHashSet(), distractors);
        }
    }

    /// <summary>Why an option may be true as well, by the definition in the contract, on decimal times.</summary>
    public static string? AlsoTrue(ClipAnnotation clip, ActionClass option, IEnumerable<ClipAnnotation> pool)
    {
        if (option == clip.Class)
        {
            return null;
        }

        if (option.Verb == clip.Class.Verb && clip.AllNounClasses.Contains(option.Noun))
        {
            return "multi-noun";
        }

        var length = (decimal)clip.StopSeconds - (decimal)clip.StartSeconds;
        return pool.Any(other =>
            other.NarrationId != clip.NarrationId
            && other.VideoId == clip.VideoId
            && other.Class == option
            && Math.Min((decimal)clip.StopSeconds, (decimal)other.StopSeconds) - Math.Max((decimal)clip.StartSeconds, (decimal)other.StartSeconds) >= length / 2)
            ? "overlap"
            : null;
    }
}
