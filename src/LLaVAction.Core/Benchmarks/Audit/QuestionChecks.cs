using LLaVAction.Benchmarks.Building;
using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>The invariants that a question must meet by itself.</summary>
internal sealed class QuestionChecks(BenchmarkManifest manifest, SetEntry set, VerificationReport report)
{
    private readonly int _optionCount = manifest.OptionsPerQuestion;
    private readonly bool _showsOwnNarration = manifest.Representation is Representation.Narration or Representation.GtKey;

    // Whether the question is sound enough for checks that index into its options.
    public bool Check(Question question, int line)
    {
        void Fail(string invariant, string message) => report.Add(invariant, set.File, line, $"{question.Id}: {message}");

        if (question.Strategy != set.Strategy)
        {
            Fail("strategy", $"strategy '{question.Strategy}'; expected '{set.Strategy}'");
        }

        if (QuestionShape.FirstProblem(question, _optionCount, manifest.PublishedBenchmark is not null) is { } problem)
        {
            Fail(problem.Invariant, problem.Message);
            return false;
        }

        if (!question.HasActions)
        {
            CheckPublished(question, Fail);
            return true;
        }

        CheckTexts(question, Fail);
        CheckTruth(question, Fail);
        CheckClasses(question, Fail);
        CheckAlsoTrue(question, Fail);
        return true;
    }

    // Published texts are taken as they are, equal options too.
    private static void CheckPublished(Question question, Action<string, string> fail)
    {
        var truth = question.AnswerIndex is { } answer ? question.Options[answer] : "";
        if (question.Narration != truth)
        {
            fail("truth-text", $"the narration is '{question.Narration}'; expected the true option, '{truth}'");
        }

        if (question.AlsoTrue.Any(static reason => reason is not null) || question.OptionRanks.Any(static rank => rank is not null) || question.GroundTruthRank is not null)
        {
            fail("ranks", "a rank or a reason to be true as well; expected null: the options are no actions");
        }
    }

    private static void CheckTexts(Question question, Action<string, string> fail)
    {
        var texts = question.Options.Select(OptionText.Normalise).ToArray();
        for (var i = 0; i < texts.Length; i++)
        {
            if (texts[i].Length == 0)
            {
                fail("option-text", $"option {i} is empty");
            }

            var first = Array.IndexOf(texts, texts[i]);
            if (first < i)
            {
                fail("distinct-texts", $"options {first} and {i} are the same text: '{question.Options[first]}' and '{question.Options[i]}'");
            }
        }
    }

    private static void CheckClasses(Question question, Action<string, string> fail)
    {
        for (var i = 0; i < question.OptionClasses.Count; i++)
        {
            var text = question.OptionClasses[i];
            var first = question.OptionClasses.TakeWhile(other => other != text).Count();
            if (first < i)
            {
                fail("distinct-classes", $"options {first} and {i} are the same class, {text}");
            }
        }
    }

    private void CheckTruth(Question question, Action<string, string> fail)
    {
        var truth = new ActionClass(question.VerbClass, question.NounClass).ToString();
        var places = question.OptionClasses.Count(text => text == truth);
        if (question.AnswerIndex is not { } index)
        {
            if (manifest.Protocol != Protocol.Recognition || set.DumpFormat is null)
            {
                fail("truth-once", "answer_index is null; expected the place of the true class");
            }
            else if (places > 0)
            {
                fail("truth-once", $"answer_index is null, but the true class {truth} is among the options");
            }

            return;
        }

        if (places != 1)
        {
            fail("truth-once", $"the true class {truth} appears {places} times; expected once");
        }

        if (question.OptionClasses[index] != truth)
        {
            fail("answer-index", $"answer_index {index} is class {question.OptionClasses[index]}; the true class is {truth}");
        }

        if (_showsOwnNarration && question.Options[index] != question.Narration)
        {
            fail("truth-text", $"the true option is '{question.Options[index]}'; expected the narration '{question.Narration}', unchanged");
        }
    }

    private void CheckAlsoTrue(Question question, Action<string, string> fail)
    {
        for (var i = 0; i < _optionCount; i++)
        {
            if (question.AlsoTrue[i] is not { } reason)
            {
                continue;
            }

            _ = ActionClass.TryParse(question.OptionClasses[i], out var option);
            if (i == question.AnswerIndex)
            {
                fail("also-true", $"option {i} is the answer but is marked '{reason}'; expected null");
            }
            else if (reason == AlsoTrueIndex.MultiNoun && option.Verb != question.VerbClass)
            {
                fail("also-true", $"option {i} ({option}) is marked '{reason}' but has another verb class than {question.VerbClass}");
            }
            else if (reason is not (AlsoTrueIndex.MultiNoun or AlsoTrueIndex.Overlap))
            {
                fail("also-true", $"option {i} is marked '{reason}'; expected null, '{AlsoTrueIndex.MultiNoun}' or '{AlsoTrueIndex.Overlap}'");
            }

            if (manifest.Ambiguous != AmbiguousDistractors.Keep)
            {
                fail("also-true", $"option {i} may be true ('{reason}'), but the set was built with --ambiguous {SettingNames.Of(manifest.Ambiguous)}");
            }
        }
    }
}
