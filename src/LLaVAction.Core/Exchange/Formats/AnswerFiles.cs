using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLaVAction.Exchange.Formats;

/// <summary>Files of answers that other programs write.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnswerFormat>))]
public enum AnswerFormat
{
    /// <summary>Told from the file itself.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>Output or error file of an OpenAI batch.</summary>
    [JsonStringEnumMemberName("openai-batch")]
    OpenAiBatch,

    /// <summary>Samples of lmms-eval: JSON lines, or the single document of 0.2.</summary>
    [JsonStringEnumMemberName("lmms-eval")]
    LmmsEval,

    /// <summary>Predictions of VLMEvalKit, as TSV or JSON.</summary>
    [JsonStringEnumMemberName("vlmevalkit")]
    VlmEvalKit,

    /// <summary>A table of ids and answers: CSV, TSV or JSON lines.</summary>
    [JsonStringEnumMemberName("table")]
    Table,
}

/// <summary>Reads files of answers in any of the formats.</summary>
public static class AnswerFiles
{
    /// <summary>Reads a file, or every file of a folder that can hold answers.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="format">Its format.</param>
    /// <returns>The format found, and the answers in file order.</returns>
    /// <exception cref="InputException">The file is missing, of no known format, or damaged.</exception>
    public static (AnswerFormat Format, IReadOnlyList<ForeignAnswer> Answers) Read(string path, AnswerFormat format)
    {
        string[] files = Directory.Exists(path)
            ? [.. Directory.GetFiles(path).Where(MayHoldAnswers).Order(StringComparer.Ordinal)]
            : [path];
        if (files.Length == 0)
        {
            throw new InputException($"{path}: a folder without files of answers; expected .jsonl, .json, .csv or .tsv.");
        }

        var answers = new List<ForeignAnswer>();
        foreach (var file in files)
        {
            var rows = RowFile.Read(file);
            format = format == AnswerFormat.Auto ? Detect(file, rows) : format;
            try
            {
                answers.AddRange(format switch
                {
                    AnswerFormat.OpenAiBatch => BatchOutput.ToAnswers(rows),
                    AnswerFormat.LmmsEval => LmmsEvalAnswers.Read(file, rows),
                    AnswerFormat.VlmEvalKit => VlmEvalKitAnswers.Read(rows),
                    _ => AnswerTable.Read(rows),
                });
            }
            catch (JsonException failure)
            {
                throw new InputException($"{file}: {failure.Message}. Write it again from the answers.", failure);
            }
        }

        return (format, answers);
    }

    private static bool MayHoldAnswers(string file) =>
        Path.GetExtension(file) is ".jsonl" or ".json" or ".csv" or ".tsv" && !Path.GetFileName(file).EndsWith("_results.json", StringComparison.Ordinal);

    private static AnswerFormat Detect(string file, IReadOnlyList<Row> rows)
    {
        var first = rows.Count > 0 ? rows[0] : throw new InputException($"{file}: holds no rows.");
        return first.Has("custom_id") ? AnswerFormat.OpenAiBatch
            : first.Has("doc_id") && (first.Has("filtered_resps") || first.Has("resps")) ? AnswerFormat.LmmsEval
            : first.Has("prediction") && first.Has("index") ? AnswerFormat.VlmEvalKit
            : first.Has("id") || first.Has("question_id") ? AnswerFormat.Table
            : throw new InputException(
                $"{first.Place}: columns {string.Join(", ", first.Names)}; expected those of an OpenAI batch (custom_id), of lmms-eval samples (doc_id, filtered_resps), "
                + "of VLMEvalKit predictions (index, prediction), or a table with id and answer.");
    }
}
