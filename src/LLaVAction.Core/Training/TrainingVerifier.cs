using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Epic;
using LLaVAction.Prompts;

namespace LLaVAction.Training;

/// <summary>Re-derives every hash, count and invariant of a training set from its files.</summary>
public static class TrainingVerifier
{
    /// <summary>Verifies a set; what is wrong is in the report.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static VerificationReport Verify(TrainingFolder folder)
    {
        var report = new VerificationReport();
        foreach (var entry in folder.Manifest.Files)
        {
            new FileChecks(folder.Manifest, entry, report).Check(BenchmarkVerifier.Read(Path.Combine(folder.Path, entry.File)));
        }

        return report;
    }

    private sealed class FileChecks(TrainingManifest manifest, TrainingFileEntry entry, VerificationReport report)
    {
        private readonly int[] _positions = new int[manifest.Settings.OptionsPerQuestion];

        public void Check(byte[] content)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(content));
            if (hash != entry.Sha256)
            {
                report.Add("sha256", entry.File, null, $"SHA-256 is {hash}; {BenchmarkFolder.ManifestName} says {entry.Sha256}");
            }

            var ids = new HashSet<string>(StringComparer.Ordinal);
            var rows = 0;
            var withPriors = 0;
            foreach (var line in new SetLines(content))
            {
                rows++;
                if (Parse(line) is not { } row)
                {
                    continue;
                }

                withPriors += row.PriorActions is null ? 0 : 1;
                if (row.NarrationId is null || !ids.Add(row.NarrationId))
                {
                    report.Add("unique-ids", entry.File, line.Number, $"narration_id '{row.NarrationId}' is missing or comes a second time");
                }

                if (FirstProblem(row) is { } problem)
                {
                    report.Add(problem.Invariant, entry.File, line.Number, $"{row.NarrationId}: {problem.Message}");
                }
            }

            Expect("rows", entry.Rows, rows);
            Expect("rows_with_prior_actions", entry.RowsWithPriorActions, withPriors);
            Expect("rows + excluded", entry.Rows + entry.Excluded, manifest.Clips);
            AnswerPositions.Check(_positions, entry.File, report);
        }

        private TrainingRow? Parse(SetLine line)
        {
            try
            {
                var row = TrainingJson.Parse(line.Bytes);
                if (!line.Bytes.Span.SequenceEqual(TrainingJson.ToLines([row]).AsSpan()[..^1]))
                {
                    report.Add("lines", entry.File, line.Number, "the line is not written as the format has it (key order, white space or number text)");
                }

                return row;
            }
            catch (JsonException error)
            {
                report.Add("lines", entry.File, line.Number, $"not a training row ({error.Message})");
                return null;
            }
        }

        private (string Invariant, string Message)? FirstProblem(TrainingRow row)
        {
            if (row.QuestionType != entry.QuestionType)
            {
                return ("question-type", $"question_type '{row.QuestionType}'; expected '{entry.QuestionType}'");
            }

            if (row.Conversations is not [{ From: "human" } question, { From: "gpt", Value.Length: > 0 } answer])
            {
                return ("turns", "expected a turn of the human and an answer");
            }

            if (!(row.StartTimestamp >= 0 && row.EndTimestamp > row.StartTimestamp))
            {
                return ("times", "expected a start of at least 0 and a later end");
            }

            if (row.VerbId is < 0 or > ActionClass.Maximum || row.NounId is < 0 or > ActionClass.Maximum || row.ActionId < 0 || row.ActionId >= manifest.ActionClasses)
            {
                return ("classes", string.Create(CultureInfo.InvariantCulture, $"classes {row.VerbId}, {row.NounId}, {row.ActionId}; expected verb, noun and one of {manifest.ActionClasses} actions"));
            }

            return entry.Task switch
            {
                TrainingTask.MultipleChoice => OptionsProblem(question.Value, answer.Value),
                TrainingTask.TemporalDetection => TimesProblem(row, answer.Value),
                _ => question.Value.Length > 0 ? ("turns", "a question; expected none, the prompt is chosen at load time") : null,
            };
        }

        private (string Invariant, string Message)? OptionsProblem(string question, string answer)
        {
            if (!PythonListLiteral.TryParseStrings(question, out var options, out var problem) || options.Count != manifest.Settings.OptionsPerQuestion)
            {
                return ("option-count", $"no Python list of {manifest.Settings.OptionsPerQuestion} options ({(problem.Length > 0 ? problem : options.Count.ToString(CultureInfo.InvariantCulture))})");
            }

            var texts = new HashSet<string>(StringComparer.Ordinal);
            for (var place = 0; place < options.Count; place++)
            {
                var letter = $"{OptionList.Letter(place)}. ";
                if (!options[place].StartsWith(letter, StringComparison.Ordinal) || !texts.Add(OptionText.Normalise(options[place][letter.Length..])))
                {
                    return ("distinct-texts", $"option {place} is '{options[place]}'; expected '{letter}' and a text that no other option has");
                }
            }

            var answerPlace = options.ToList().IndexOf(answer);
            if (answerPlace < 0)
            {
                return ("answer", $"the answer '{answer}' is none of the options");
            }

            _positions[answerPlace]++;
            return null;
        }

        private (string Invariant, string Message)? TimesProblem(TrainingRow row, string answer)
        {
            const double rounding = 0.011;
            var length = row.EndTimestamp.GetValueOrDefault() - row.StartTimestamp.GetValueOrDefault();
            return answer.Split(", ") is [var first, var second]
                && double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out var start)
                && double.TryParse(second, NumberStyles.Float, CultureInfo.InvariantCulture, out var stop)
                && start >= 0 && stop > start && stop <= length + rounding
                && length - (stop - start) <= manifest.Settings.DeltaSeconds + rounding
                ? null
                : ("answer", $"the answer '{answer}' is no start and end within the {length.ToString("0.##", CultureInfo.InvariantCulture)} s shown, with at most {manifest.Settings.DeltaSeconds.ToString(CultureInfo.InvariantCulture)} s of padding");
        }

        private void Expect(string figure, int stated, int found)
        {
            if (stated != found)
            {
                report.Add("manifest-figures", BenchmarkFolder.ManifestName, null, string.Create(CultureInfo.InvariantCulture, $"{entry.File}: {figure} is {stated}; expected {found}"));
            }
        }
    }
}
