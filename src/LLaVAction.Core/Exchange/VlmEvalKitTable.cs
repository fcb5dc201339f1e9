using System.Globalization;
using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
using LLaVAction.Runs;

namespace LLaVAction.Exchange;

/// <summary>
/// The table that VLMEvalKit's <c>CustomMCQDataset</c> takes from its data folder (<c>LMUData/NAME.tsv</c>): options in
/// columns by letter, frames as image files. The columns that join its predictions to the questions travel along.
/// </summary>
/// <param name="path">The file.</param>
public sealed class VlmEvalKitTable(string path)
{
    private readonly StringBuilder _rows = new();
    private int _options;
    private readonly List<(Question Question, IReadOnlyList<string> Frames)> _questions = [];

    /// <summary>Adds a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="framePaths">The files of its frames, in time order.</param>
    public void Add(Question question, IReadOnlyList<string> framePaths)
    {
        _questions.Add((question, framePaths));
        _options = Math.Max(_options, question.Options.Count);
    }

    /// <summary>Writes the table.</summary>
    public void Write()
    {
        var letters = OptionList.Letters(_options);
        Line(["index", "question", .. letters, "answer", "image_path", "question_id", "strategy", "video_id", "question_sha256"]);
        for (var i = 0; i < _questions.Count; i++)
        {
            var (question, frames) = _questions[i];
            Line(
            [
                i.ToString(CultureInfo.InvariantCulture),
                question.Text ?? PromptPerspective.Egocentric.Opening().Trim(),
                .. letters.Select((_, option) => option < question.Options.Count ? question.Options[option] : ""),
                question.AnswerIndex is { } answer ? letters[answer] : "",
                PythonList(frames),
                question.Id,
                question.Strategy,
                question.VideoId,
                QuestionHash.Of(question),
            ]);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(_rows.ToString()));
    }

    // It reads the column back as a Python literal.
    private static string PythonList(IReadOnlyList<string> paths) =>
        "[" + string.Join(", ", paths.Select(path => "'" + path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'")) + "]";

    private void Line(IReadOnlyList<string> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            _rows.Append(i == 0 ? "" : "\t").Append(Quote(fields[i]));
        }

        _rows.Append('\n');
    }

    private static string Quote(string field) => field.AsSpan().IndexOfAny("\t\n\r\"") < 0
        ? field
        : "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
