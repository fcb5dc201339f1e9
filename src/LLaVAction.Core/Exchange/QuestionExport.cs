using System.Globalization;
using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
using LLaVAction.Runs;

namespace LLaVAction.Exchange;

/// <summary>Where a benchmark can be handed to, without frames.</summary>
public static class QuestionExport
{
    /// <summary>
    /// Writes a task folder for lmms-eval (<c>--include_path</c>): one task per set, with its own prompts, parser and
    /// clusters.
    /// </summary>
    /// <param name="folder">The folder, made where it is missing.</param>
    /// <param name="sets">The questions.</param>
    /// <param name="prompts">Who acts in the prompts, and whose prompts they are.</param>
    public static void ToLmmsEval(string folder, IReadOnlyList<AskedSet> sets, PromptSettings prompts)
    {
        WriteRows(folder, sets, prompts);
        AtomicFile.Write(Path.Combine(folder, "utils.py"), Template("utils.py"));
        AtomicFile.Write(Path.Combine(folder, "_default_template_yaml"), Template("_default_template_yaml"));
        var group = prompts.Published is null ? "epic_mqa" : "imported";
        foreach (var set in sets)
        {
            Write(folder, $"{group}_{set.Strategy}.yaml",
                $"include: _default_template_yaml\ntask: {group}_{set.Strategy}\ndataset_kwargs:\n  data_files:\n    test: data/{set.Strategy}.jsonl\n");
        }

        Write(folder, $"{group}.yaml",
            $"group: {group}\ntask:\n" + string.Concat(sets.Select(set => $"  - {group}_{set.Strategy}\n")) + "metadata:\n  version: 1.0\n");
    }

    /// <summary>Writes a dataset folder as the Hugging Face Hub and its <c>datasets</c> library take it: a card, and a file per set.</summary>
    /// <param name="folder">The folder, made where it is missing.</param>
    /// <param name="benchmark">The benchmark that the questions are of.</param>
    /// <param name="sets">The questions.</param>
    /// <param name="prompts">Who acts in the prompts, and whose prompts they are.</param>
    /// <param name="isParquet">True for Parquet files, false for JSON lines.</param>
    public static async Task ToHuggingFaceAsync(
        string folder, BenchmarkFolder benchmark, IReadOnlyList<AskedSet> sets, PromptSettings prompts, bool isParquet)
    {
        if (!isParquet)
        {
            WriteRows(folder, sets, prompts);
        }

        foreach (var set in isParquet ? sets : [])
        {
            using var content = new MemoryStream();
            await ExchangeParquet.WriteAsync(content, [.. set.Questions.Select(question => ExchangeRow.Of(question, prompts))]);
            Directory.CreateDirectory(Path.Combine(folder, "data"));
            AtomicFile.Write(Path.Combine(folder, "data", set.Strategy + ".parquet"), content.ToArray());
        }

        Write(folder, "README.md", Card(benchmark, sets, isParquet ? "parquet" : "jsonl"));
    }

    private static void WriteRows(string folder, IReadOnlyList<AskedSet> sets, PromptSettings prompts)
    {
        foreach (var set in sets)
        {
            Write(folder, $"data/{set.Strategy}.jsonl", string.Concat(set.Questions.Select(question => ExchangeRow.Of(question, prompts).ToLine())));
        }
    }

    private static string Card(BenchmarkFolder benchmark, IReadOnlyList<AskedSet> sets, string extension)
    {
        var manifest = benchmark.Manifest;
        var questions = sets.Sum(set => set.Questions.Count);
        var size = questions < 1000 ? "n<1K" : questions < 10_000 ? "1K<n<10K" : questions < 100_000 ? "10K<n<100K" : "100K<n<1M";
        var card = new StringBuilder();
        card.Append("---\n");
        var published = manifest.PublishedBenchmark is { } benchmarkName ? SettingNames.Of(benchmarkName) : null;
        card.Append($"license: {(published is null ? "cc-by-nc-4.0" : "other")}\n");
        card.Append("task_categories:\n- video-text-to-text\n- visual-question-answering\nlanguage:\n- en\n");
        card.Append(CultureInfo.InvariantCulture, $"size_categories:\n- {size}\n");
        var name = published ?? "EPIC-KITCHENS-100-MQA";
        card.Append($"pretty_name: {name}\nconfigs:\n");
        foreach (var set in sets)
        {
            card.Append($"- config_name: {set.Strategy}\n  data_files:\n  - split: test\n    path: data/{set.Strategy}.{extension}\n");
        }

        card.Append($"---\n\n# {name}\n\n");
        card.Append(published is null
            ? "Multiple-choice questions about the actions of EPIC-KITCHENS-100 clips, one configuration per way of choosing the wrong options. "
            : $"The questions of {published}, as its owners publish them, with the prompts that lmms-eval asks. ");
        card.Append("The videos are not part of it; they are to be had from their owners under their own terms.\n\n");
        card.Append("| configuration | questions | options | predictions behind it | chance |\n|--|--:|--:|--|--:|\n");
        foreach (var set in sets)
        {
            var entry = manifest.Sets.First(entry => entry.Strategy == set.Strategy);
            card.Append(CultureInfo.InvariantCulture, $"| {set.Strategy} | {set.Questions.Count} | {manifest.OptionsPerQuestion} | {SettingNames.Of(entry.Provenance)} | {entry.Chance:0.0%} |\n");
        }

        card.Append("\nColumns: `question_id`, `strategy`, `video_id`, `participant_id`, `start` and `end` (seconds), `prompt` (the user's message), ");
        card.Append("`options`, `answer` (a letter, empty where no option is true), `answer_index` (from 0, −1 where none is true), `narration`, `verb_class`, `noun_class`, ");
        card.Append("`question_sha256` (of the question's line in the set; answers are joined by it).\n\n");
        card.Append(CultureInfo.InvariantCulture, $"Built by llavaction {manifest.ToolVersion}, seed {manifest.Seed}; SHA-256 of the manifest {benchmark.ManifestSha256}.\n\n");
        card.Append($"## Licence\n\n{manifest.Licence}\n");
        return card.ToString();
    }

    private static byte[] Template(string name)
    {
        using var stream = typeof(QuestionExport).Assembly.GetManifestResourceStream("LLaVAction.Exchange.Templates." + name)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private static void Write(string folder, string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text));
    }
}
