using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Exchange.Formats;

namespace LLaVAction.Exchange.Published;

/// <summary>Questions of another benchmark, read from its published metadata.</summary>
/// <param name="Questions">The questions, in the order of the metadata.</param>
/// <param name="Remarks">What a user must know of them, one sentence each.</param>
public sealed record PublishedQuestions(IReadOnlyList<Question> Questions, IReadOnlyList<string> Remarks)
{
    private const string NoOption = "N/A";

    /// <summary>Reads metadata.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="files">Its files (JSON, JSON lines, CSV, TSV or Parquet); MVBench has one a task, named by the task.</param>
    /// <param name="hasBounds">MVBench: whether questions are about <c>start</c> to <c>end</c> of uncut videos; else about whole files.</param>
    /// <exception cref="InputException">A row is not as published, or an id comes twice.</exception>
    public static PublishedQuestions Read(PublishedBenchmark benchmark, IReadOnlyList<string> files, bool hasBounds)
    {
        var reader = new Reader(benchmark, hasBounds);
        foreach (var file in files)
        {
            var rows = RowFile.Read(file);
            for (var index = 0; index < rows.Count; index++)
            {
                reader.Add(rows[index], Path.GetFileNameWithoutExtension(file), index);
            }
        }

        return reader.Done(files);
    }

    private sealed class Reader(PublishedBenchmark benchmark, bool hasBounds)
    {
        private readonly List<Question> _questions = [];
        private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
        private readonly List<string> _unlettered = [];
        private readonly List<string> _repeated = [];

        public void Add(Row row, string file, int index)
        {
            var question = benchmark switch
            {
                PublishedBenchmark.EgoSchema => EgoSchema(row),
                PublishedBenchmark.MvBench => MvBench(row, file, index),
                PublishedBenchmark.VideoMme => VideoMme(row),
                PublishedBenchmark.LongVideoBench => LongVideoBench(row),
                PublishedBenchmark.NextQa => NextQa(row),
                _ => PerceptionTest(row),
            };
            if (question.Options.Count is < BenchmarkSettings.FewestOptions or > BenchmarkSettings.MostOptions)
            {
                throw new InputException($"{row.Place}: {question.Options.Count} options; expected {BenchmarkSettings.FewestOptions} to {BenchmarkSettings.MostOptions}.");
            }

            if (!_places.TryAdd(question.Id, row.Place))
            {
                throw new InputException($"{row.Place}: question '{question.Id}' comes a second time; the first is {_places[question.Id]}.");
            }

            if (question.Options.Distinct(StringComparer.Ordinal).Count() < question.Options.Count)
            {
                _repeated.Add(question.Id);
            }

            _questions.Add(question);
        }

        public PublishedQuestions Done(IReadOnlyList<string> files)
        {
            if (_questions.Count == 0)
            {
                throw new InputException($"{string.Join(", ", files)}: no questions.");
            }

            var remarks = new List<string>();
            Remark(_unlettered, "have options without the letters that the published prompt shows; it shows them with letters here");
            Remark(_repeated, "have two options of the same text, as published");
            var withoutTruth = _questions.Count(static question => question.AnswerIndex is null);
            if (withoutTruth > 0)
            {
                remarks.Add($"{withoutTruth} of {_questions.Count} questions have no published answer.");
            }

            return new PublishedQuestions(_questions, remarks);

            void Remark(List<string> ids, string what)
            {
                const int Shown = 5;
                if (ids.Count > 0)
                {
                    remarks.Add($"{ids.Count} questions {what}: {string.Join(", ", ids.Take(Shown))}{(ids.Count > Shown ? ", …" : "")}.");
                }
            }
        }

        private Question EgoSchema(Row row)
        {
            var video = row.Required("video_idx");
            var options = row.Texts("option") ?? throw Missing(row, "option");
            return Make(row, video, video, row.Required("question"), WithoutLetters(video, options), row.Integer("answer"));
        }

        private Question MvBench(Row row, string file, int index)
        {
            if (!PublishedCategories.MvBenchTasks.Contains(file, StringComparer.Ordinal))
            {
                throw new InputException($"{row.Place}: MVBench's files are named by their task, for example action_antonym.json; '{file}' is none of its {PublishedCategories.MvBenchTasks.Count}.");
            }

            var options = row.Texts("candidates") ?? throw Missing(row, "candidates");
            var answer = row.Required("answer");
            var truth = options.TakeWhile(option => option != answer).Count();
            if (truth == options.Count)
            {
                throw new InputException($"{row.Place}: the answer '{answer}' is none of the candidates.");
            }

            var question = Make(
                row, string.Create(CultureInfo.InvariantCulture, $"{file}_{index}"), VideoOf(row, "video"), row.Required("question"), options, truth, ("task", file));
            return !hasBounds || row.Number("start") is not { } start || row.Number("end") is not { } end ? question
                : start >= 0 && end > start ? question with { StartSeconds = start, StopSeconds = end }
                : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{row.Place}: from {start} to {end} s; expected a start of at least 0 and a later end."));
        }

        private Question VideoMme(Row row)
        {
            var id = row.Required("question_id");
            var options = row.Texts("options") ?? throw Missing(row, "options");
            return Make(
                row, id, row.Required("videoID"), row.Required("question"), WithoutLetters(id, options), LetterOf(row, "answer"),
                Categories(row, "duration", "domain", "sub_category", "task_type"));
        }

        private static Question LongVideoBench(Row row)
        {
            var all = row.Texts("candidates") ?? [.. Enumerable.Range(0, 5).Select(i => row.Text($"option{i}") ?? NoOption)];
            var options = all.Where(static option => option != NoOption).ToArray();
            var choice = row.Integer("correct_choice") is { } given and >= 0 ? given : (int?)null;
            if (choice >= all.Count || (choice is { } chosen && all[chosen] == NoOption))
            {
                throw new InputException($"{row.Place}: correct_choice {choice} is none of the {options.Length} options.");
            }

            return Make(
                row, row.Required("id"), VideoOf(row, "video_path"), row.Required("question"), options,
                choice is { } index ? index - all.Take(index).Count(static option => option == NoOption) : null,
                Categories(row, "duration_group", "question_category", "topic_category"));
        }

        private static Question NextQa(Row row)
        {
            var video = row.Required("video");
            var type = row.Required("type");
            return Make(
                row, $"{video}_{row.Required("qid")}", video, row.Required("question").Trim(),
                [.. Enumerable.Range(0, 5).Select(i => row.Required($"a{i}").Trim())], row.Integer("answer"),
                ("type", type), ("group", PublishedCategories.NextQaGroup(type) ?? throw new InputException($"{row.Place}: type '{type}'; expected one of CW, CH, TN, TC, TP, DC, DL, DO and DB.")));
        }

        private static Question PerceptionTest(Row row)
        {
            var video = row.Required("video_name");
            return Make(
                row, $"{video}_{row.Required("question_id")}", video, row.Required("question"), row.Texts("options") ?? throw Missing(row, "options"), row.Integer("answer_id"),
                Categories(row, "area", "reasoning"));
        }

        private static Question Make(
            Row row, string id, string video, string text, IReadOnlyList<string> options, int? answer, params (string Kind, string Category)[] categories)
        {
            if (answer < 0 || answer >= options.Count)
            {
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{row.Place}: the answer is option {answer}; expected 0 to {options.Count - 1}."));
            }

            if (options.Any(string.IsNullOrWhiteSpace))
            {
                throw new InputException($"{row.Place}: an option is empty.");
            }

            return new Question
            {
                Id = id,
                VideoId = video,
                ParticipantId = "",
                StartSeconds = 0,
                StopSeconds = 0,
                StartFrame = 0,
                StopFrame = 0,
                Narration = answer is { } truth ? options[truth] : "",
                VerbClass = -1,
                NounClass = -1,
                Strategy = "",
                Options = options,
                OptionClasses = [],
                OptionRanks = new int?[options.Count],
                AlsoTrue = new string?[options.Count],
                AnswerIndex = answer,
                GroundTruthRank = null,
                Text = text,
                Categories = categories.Length == 0 ? null : categories.ToDictionary(static pair => pair.Kind, static pair => pair.Category, StringComparer.Ordinal),
            };
        }

        // The prompt writes the letters; the published options bring theirs along.
        private string[] WithoutLetters(string id, IReadOnlyList<string> options)
        {
            if (options.Where((option, i) => !option.StartsWith($"{(char)('A' + i)}. ", StringComparison.Ordinal)).Any())
            {
                _unlettered.Add(id);
                return [.. options];
            }

            return [.. options.Select(static option => option["A. ".Length..])];
        }

        // Videos are found by name, wherever they lie.
        private static string VideoOf(Row row, string column)
        {
            var name = row.Required(column).Replace('\\', '/').Split('/')[^1];
            return Path.GetExtension(name) is { Length: > 1 and <= 5 } extension && extension.AsSpan(1).IndexOfAnyInRange('0', '9') is not 0 ? name[..^extension.Length] : name;
        }

        private static int LetterOf(Row row, string column) => row.Required(column) is [>= 'A' and <= 'Z' and var letter]
            ? letter - 'A'
            : throw new InputException($"{row.Place}: '{column}' is '{row.Text(column)}'; expected a letter.");

        private static (string Kind, string Category)[] Categories(Row row, params IReadOnlyList<string> columns) =>
            [.. columns.Where(row.Has).Select(column => (column, row.Required(column)))];

        private static InputException Missing(Row row, string column) =>
            new($"{row.Place}: '{column}' is missing; the row has {string.Join(", ", row.Names)}.");
    }
}
