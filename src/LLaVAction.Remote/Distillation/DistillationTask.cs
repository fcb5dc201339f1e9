using System.Text.Json.Serialization;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Prompts;
using LLaVAction.Training;

namespace LLaVAction.Remote.Distillation;

/// <summary>What a teacher is asked for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DistillationKind>))]
public enum DistillationKind
{
    /// <summary>A description of each multiple-choice row's clip.</summary>
    [JsonStringEnumMemberName("caption")]
    Caption,

    /// <summary>Three questions and answers about each description.</summary>
    [JsonStringEnumMemberName("open-questions")]
    OpenQuestions,
}

/// <summary>What became of a row.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DistillationVerdict>))]
public enum DistillationVerdict
{
    /// <summary>It became training rows.</summary>
    [JsonStringEnumMemberName("kept")]
    Kept,

    /// <summary>The teacher disagrees with the annotation; the row is left out.</summary>
    [JsonStringEnumMemberName("disagreed")]
    Disagreed,

    /// <summary>The teacher or a filter declined.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The answer was cut off.</summary>
    [JsonStringEnumMemberName("truncated")]
    Truncated,

    /// <summary>The answer is not of the schema, or says nothing.</summary>
    [JsonStringEnumMemberName("malformed")]
    Malformed,

    /// <summary>The service gave no answer.</summary>
    [JsonStringEnumMemberName("no_answer")]
    NoAnswer,

    /// <summary>The clip's frames cannot be read.</summary>
    [JsonStringEnumMemberName("no_frames")]
    NoFrames,

    /// <summary>Its turn has not come.</summary>
    [JsonStringEnumMemberName("not_asked")]
    NotAsked,
}

/// <summary>Makes requests of training rows, and training rows of answers.</summary>
/// <param name="kind">What the teacher is asked for.</param>
/// <param name="model">The teacher's name.</param>
/// <param name="settings">The server and how it is used.</param>
/// <param name="maxTokens">The most tokens of an answer.</param>
public sealed class DistillationTask(DistillationKind kind, string model, RemoteSettings settings, int maxTokens)
{
    /// <summary>Frames that the teacher sees of a clip, as in the original.</summary>
    public const int Frames = 4;

    private const string Reasoning = "answer_with_reasoning";
    private const string Disagrees = "disagree_with_human_annotation";
    private static readonly string[] Ordinals = ["first", "second", "third"];

    private static readonly AnswerSchema CaptionSchema = new("caption", [new SchemaProperty(Reasoning, []), new SchemaProperty(Disagrees, [], IsBoolean: true)]);

    private static readonly AnswerSchema QuestionSchema = new(
        "question_answer_pairs",
        [.. Ordinals.SelectMany(ordinal => new[] { new SchemaProperty(ordinal + "_question", []), new SchemaProperty(ordinal + "_answer", []) })]);

    /// <summary>Whether the teacher sees frames.</summary>
    public bool NeedsFrames => kind == DistillationKind.Caption;

    /// <summary>Checks that a row is one that the task works on.</summary>
    /// <returns>What is wrong with it; null where it is right.</returns>
    public string? Refuse(TrainingRow row) => kind switch
    {
        DistillationKind.Caption when !QuestionTypes.IsMultipleChoice(row.QuestionType) || row is not { StartTimestamp: not null, EndTimestamp: not null, Video: not null } =>
            $"question_type '{row.QuestionType}'; captions are made of multiple-choice rows with a video and times",
        DistillationKind.OpenQuestions when row.QuestionType != QuestionTypes.Caption =>
            $"question_type '{row.QuestionType}'; open questions are made of caption rows ({QuestionTypes.Caption})",
        _ => row.Conversations is [_, { Value.Length: > 0 }] ? null : "expected a question and an answer",
    };

    /// <summary>The request of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="jpegs">The frames' JPEG files; empty where none are needed.</param>
    public ChatRequest Ask(TrainingRow row, IReadOnlyList<ReadOnlyMemory<byte>> jpegs) => new()
    {
        Model = model,
        Messages =
        [
            ChatMessage.OfText("system", kind == DistillationKind.Caption
                ? DistillationPrompts.Caption(row.Conversations[1].Value, row.EndTimestamp!.Value - row.StartTimestamp!.Value)
                : DistillationPrompts.OpenQuestions(row.Conversations[1].Value)),
            kind == DistillationKind.Caption
                ? new ChatMessage("user", [new ChatText(""), .. jpegs.Select(jpeg => new ChatImage(jpeg, settings.ImageDetail))])
                : ChatMessage.OfText("user", ""),
        ],
        MaxTokens = maxTokens,
        MaxTokensField = settings.MaxTokensField,
        Temperature = settings.SendsTemperature ? 0 : null,
        Seed = settings.Seed,
        Schema = kind == DistillationKind.Caption ? CaptionSchema : QuestionSchema,
        ExtraFields = settings.ExtraFields,
    };

    /// <summary>The training rows of an answer; none unless it is kept.</summary>
    public (DistillationVerdict Verdict, IReadOnlyList<TrainingRow> Rows) Read(TrainingRow row, ChatReply reply)
    {
        if (reply.IsRefused)
        {
            return (DistillationVerdict.Refused, []);
        }

        if (reply.IsTruncated)
        {
            return (DistillationVerdict.Truncated, []);
        }

        var values = (kind == DistillationKind.Caption ? CaptionSchema : QuestionSchema).Read(reply.Text ?? "");
        if (values is null || values.Values.Any(string.IsNullOrWhiteSpace))
        {
            return (DistillationVerdict.Malformed, []);
        }

        if (kind == DistillationKind.OpenQuestions)
        {
            return (DistillationVerdict.Kept,
            [
                .. Ordinals.Select(ordinal => Made(row, QuestionTypes.OpenQuestion, values[ordinal + "_question"], values[ordinal + "_answer"])),
            ]);
        }

        return values[Disagrees] == "true"
            ? (DistillationVerdict.Disagreed, [])
            : (DistillationVerdict.Kept, [Made(row, QuestionTypes.Caption, row.Conversations[0].Value, values[Reasoning])]);
    }

    private static TrainingRow Made(TrainingRow row, string questionType, string question, string answer) => row with
    {
        QuestionType = questionType,
        Conversations = [new ConversationTurn("human", question), new ConversationTurn("gpt", answer)],
        PriorActions = null,
    };
}
