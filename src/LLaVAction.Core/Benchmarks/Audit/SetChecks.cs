using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using LLaVAction.Benchmarks.OptionsOnly;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>Checks one set: its hash, its lines, its questions, and the figures that the manifest gives for it.</summary>
internal sealed class SetChecks(BenchmarkManifest manifest, SetEntry set, VerificationReport report)
{
    // Checks the bytes of the set's file and returns its questions with their lines, for checks across sets.
    public IReadOnlyList<(int Line, Question Question)> Check(byte[] content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (hash != set.Sha256)
        {
            report.Add("sha256", set.File, null, $"SHA-256 is {hash}; {BenchmarkFolder.ManifestName} says {set.Sha256}");
        }

        if (content.Length > 0 && content[^1] != '\n')
        {
            report.Add("lines", set.File, null, "the last line does not end with a line feed; the file may be cut short");
        }

        var questions = new List<(int Line, Question Question)>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var questionChecks = new QuestionChecks(manifest, set, report);
        var candidateChecks = new CandidateChecks(manifest, set, report);
        var areSound = true;
        foreach (var line in new SetLines(content))
        {
            if (Parse(line) is not { } question)
            {
                continue;
            }

            questions.Add((line.Number, question));
            if (!ids.Add(question.Id))
            {
                report.Add("unique-ids", set.File, line.Number, $"id '{question.Id}' comes a second time");
            }

            if (!questionChecks.Check(question, line.Number))
            {
                areSound = false;
            }
            else if (question.HasActions)
            {
                candidateChecks.Check(question, line.Number);
            }
        }

        candidateChecks.CheckRecords(ids);
        if (manifest.PublishedBenchmark is null)
        {
            CheckAnswerPositions(questions);
        }

        CheckFigures([.. questions.Select(static item => item.Question)], areSound);
        return questions;
    }

    private Question? Parse(SetLine line)
    {
        try
        {
            var question = BenchmarkJson.ParseLine(line.Bytes.Span);
            if (!line.Bytes.Span.SequenceEqual(BenchmarkJson.ToLine(question).Span))
            {
                report.Add("lines", set.File, line.Number, $"{question.Id}: the line is not written as the format has it (key order, white space or number text)");
            }

            return question;
        }
        catch (JsonException error)
        {
            report.Add("lines", set.File, line.Number, $"not a question ({error.Message})");
            return null;
        }
    }

    private void CheckAnswerPositions(List<(int Line, Question Question)> questions)
    {
        var counts = new int[manifest.OptionsPerQuestion];
        foreach (var (_, question) in questions)
        {
            if (question.AnswerIndex is { } index && index >= 0 && index < counts.Length)
            {
                counts[index]++;
            }
        }

        AnswerPositions.Check(counts, set.File, report);
    }

    private void CheckFigures(Question[] questions, bool areSound)
    {
        Expect("questions", set.Questions, questions.Length);
        Expect("questions_with_also_true", set.QuestionsWithAlsoTrue, SetFigures.WithAlsoTrue(questions));
        Expect("truth_in_first_k", set.TruthInFirstK, set.DumpFormat is null ? null : SetFigures.TruthInFirst(questions, manifest.OptionsPerQuestion));
        Expect("substitutions", set.Substitutions, SetFigures.Substitutions(set.PassedOver));
        Expect("chance", set.Chance, SetFigures.Chance(questions, manifest.OptionsPerQuestion));
        foreach (var judge in set.Judges)
        {
            Expect($"accuracy of judge '{judge.Dump}'", judge.Accuracy, questions.Length == 0 ? 0 : (double)judge.Correct / questions.Length);
        }

        if (set.OptionsOnly is { } stated && areSound)
        {
            var classes = questions.Select(OptionClasses.Of).ToArray();
            Expect("options_only.centrality", stated.Centrality, OptionGuess.CentralityAccuracy(classes));
            Expect("options_only.logistic_model", stated.LogisticModel, OptionsOnlyModel.CrossValidate(classes).Accuracy);
        }

        if (manifest.Ambiguous == AmbiguousDistractors.Exclude)
        {
            Expect("questions + excluded", set.Questions + set.Excluded, manifest.ClipsAsked);
        }
        else
        {
            Expect("excluded", set.Excluded, 0);
            Expect("questions", set.Questions, manifest.ClipsAsked);
        }
    }

    private void Expect<T>(string figure, T stated, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(stated, found))
        {
            report.Add(
                "manifest-figures",
                BenchmarkFolder.ManifestName,
                null,
                string.Create(CultureInfo.InvariantCulture, $"set {set.Strategy}: {figure} is {stated}; its questions give {found}"));
        }
    }
}
