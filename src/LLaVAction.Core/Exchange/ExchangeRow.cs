using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Prompts;

namespace LLaVAction.Exchange;

/// <summary>A question as it is handed to other programs: flat columns, each of one type, the prompt spelt out.</summary>
public sealed record ExchangeRow
{
    /// <summary>Id of the question within its set.</summary>
    public required string QuestionId { get; init; }

    /// <summary>Strategy of the set.</summary>
    public required string Strategy { get; init; }

    /// <summary>Video.</summary>
    public required string VideoId { get; init; }

    /// <summary>Participant.</summary>
    public required string ParticipantId { get; init; }

    /// <summary>Start of the clip in its video, in seconds.</summary>
    public required double Start { get; init; }

    /// <summary>End of the clip in its video, in seconds.</summary>
    public required double End { get; init; }

    /// <summary>The user's message, options included, without the place of the video.</summary>
    public required string Prompt { get; init; }

    /// <summary>The options.</summary>
    public required IReadOnlyList<string> Options { get; init; }

    /// <summary>Letter of the true option; empty where none is true.</summary>
    public required string Answer { get; init; }

    /// <summary>Index of the true option; −1 where none is true.</summary>
    public required int AnswerIndex { get; init; }

    /// <summary>The clip's narration.</summary>
    public required string Narration { get; init; }

    /// <summary>The true verb class.</summary>
    public required int VerbClass { get; init; }

    /// <summary>The true noun class.</summary>
    public required int NounClass { get; init; }

    /// <summary>SHA-256 of the question's line.</summary>
    public required string QuestionSha256 { get; init; }

    /// <summary>The row of a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="prompts">Who acts in its prompt, and whose prompt it is.</param>
    public static ExchangeRow Of(Question question, PromptSettings prompts) => new()
    {
        QuestionId = question.Id,
        Strategy = question.Strategy,
        VideoId = question.VideoId,
        ParticipantId = question.ParticipantId,
        Start = question.StartSeconds,
        End = question.StopSeconds,
        Prompt = PromptBuilder.Message(prompts with { HasVideo = false }, new PromptInput
        {
            DurationSeconds = question.DurationSeconds,
            NamedFrames = 0,
            Options = question.Options,
            Question = question.Text,
            Subtitles = question.Subtitles,
        }),
        Options = question.Options,
        Answer = question.AnswerIndex is { } answer ? OptionList.Letter(answer).ToString() : "",
        AnswerIndex = question.AnswerIndex ?? -1,
        Narration = question.Narration,
        VerbClass = question.VerbClass,
        NounClass = question.NounClass,
        QuestionSha256 = QuestionHash.Of(question),
    };

    /// <summary>The columns, in order: a text, a list of texts, a whole number or a number.</summary>
    public IReadOnlyList<(string Name, object Value)> Columns =>
    [
        ("question_id", QuestionId),
        ("strategy", Strategy),
        ("video_id", VideoId),
        ("participant_id", ParticipantId),
        ("start", Start),
        ("end", End),
        ("prompt", Prompt),
        ("options", Options),
        ("answer", Answer),
        ("answer_index", AnswerIndex),
        ("narration", Narration),
        ("verb_class", VerbClass),
        ("noun_class", NounClass),
        ("question_sha256", QuestionSha256),
    ];

    /// <summary>The row as one line of JSON, with its line feed.</summary>
    public string ToLine() => PythonJson.Write(Columns, indent: null) + "\n";

    /// <summary>
    /// The hash by which lmms-eval names a row: SHA-256 of what Python's <c>json.dumps(row, indent=2, ensure_ascii=False)</c>
    /// writes.
    /// </summary>
    public string LmmsEvalHash() =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PythonJson.Write(Columns, indent: 2))));
}

/// <summary>JSON as Python's <c>json.dumps(…, ensure_ascii=False)</c> writes it.</summary>
internal static class PythonJson
{
    /// <summary>Writes an object.</summary>
    /// <param name="members">Its members, in order.</param>
    /// <param name="indent">Spaces per level; null for one line with a space after commas and colons.</param>
    public static string Write(IReadOnlyList<(string Name, object Value)> members, int? indent)
    {
        var text = new StringBuilder();
        Write(text, '{', '}', members.Count, indent, 1, i =>
        {
            Text(text, members[i].Name);
            text.Append(": ");
            Value(text, members[i].Value, indent);
        });
        return text.ToString();
    }

    private static void Write(StringBuilder text, char open, char close, int count, int? indent, int level, Action<int> item)
    {
        text.Append(open);
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : indent is null ? ", " : ",");
            NewLine(text, indent, level);
            item(i);
        }

        if (count > 0)
        {
            NewLine(text, indent, level - 1);
        }

        text.Append(close);
    }

    private static void NewLine(StringBuilder text, int? indent, int level)
    {
        if (indent is { } spaces)
        {
            text.Append('\n').Append(' ', spaces * level);
        }
    }

    private static void Value(StringBuilder text, object value, int? indent)
    {
        switch (value)
        {
            case string single:
                Text(text, single);
                break;
            case IReadOnlyList<string> list:
                Write(text, '[', ']', list.Count, indent, 2, i => Text(text, list[i]));
                break;
            case double number:
                text.Append(PythonNumber.Text(number));
                break;
            default:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void Text(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }
}
