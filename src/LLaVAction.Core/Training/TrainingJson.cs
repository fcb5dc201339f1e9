using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LLaVAction.Files;
using LLaVAction.Prompts;

namespace LLaVAction.Training;

/// <summary>
/// The JSON of training rows: the original's keys, order and types, UTF-8, text unescaped but for what JSON demands and
/// for line separators that other readers take for the end of a line.
/// </summary>
public static class TrainingJson
{
    private static readonly JsonWriterOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The lines of rows, each with its line feed.</summary>
    public static byte[] ToLines(IEnumerable<TrainingRow> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Layout);
        foreach (var row in rows)
        {
            Write(json, row);
            json.Flush();
            json.Reset();
            buffer.Write("\n"u8);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads one row; keys that are not known are passed over, as the original's loader does.</summary>
    /// <exception cref="JsonException">The text is no JSON, or a value is not what a row has; the message says which.</exception>
    public static TrainingRow Parse(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        return FromElement(document.RootElement);
    }

    /// <summary>The same for an element of a JSON list.</summary>
    /// <exception cref="JsonException">A value is not what a row has; the message says which.</exception>
    public static TrainingRow FromElement(JsonElement row)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"found {row.ValueKind}, expected an object with id, video and conversations");
        }

        var (video, image) = (Text(row, "video"), Image(row));
        return new TrainingRow
        {
            Video = video is null || image is null ? video : throw new JsonException("the row shows a video and an image; expected one of them, or text alone"),
            Image = image,
            Conversations = Turns(row),
            Id = Text(row, "id") ?? throw new JsonException("id is missing"),
            Split = Text(row, "split"),
            QuestionType = Text(row, "question_type"),
            DatasetName = Text(row, "dataset_name"),
            DataSource = Text(row, "data_source"),
            StartTimestamp = Seconds(row, "start_timestamp"),
            EndTimestamp = Seconds(row, "end_timestamp"),
            VerbId = Integer(row, "verb_id") ?? -1,
            NounId = Integer(row, "noun_id") ?? -1,
            ActionId = Integer(row, "action_id") ?? -1,
            NarrationId = Text(row, "narration_id"),
            PriorActions = Priors(row),
            Fold = Integer(row, "fold"),
        };
    }

    private static void Write(Utf8JsonWriter json, TrainingRow row)
    {
        json.WriteStartObject();
        if (row.Video is not null)
        {
            json.WriteString("video"u8, row.Video);
        }

        if (row.Image is not null)
        {
            json.WriteString("image"u8, row.Image);
        }

        json.WriteStartArray("conversations"u8);
        foreach (var turn in row.Conversations)
        {
            json.WriteStartObject();
            json.WriteString("from"u8, turn.From);
            json.WriteString("value"u8, turn.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("id"u8, row.Id);
        if (row.QuestionType is not null)
        {
            WriteClip(json, row, row.QuestionType);
        }
        else if (row.DataSource is not null)
        {
            json.WriteString("data_source"u8, row.DataSource);
        }

        json.WriteEndObject();
    }

    private static void WriteClip(Utf8JsonWriter json, TrainingRow row, string questionType)
    {
        json.WriteString("split"u8, row.Split);
        json.WriteString("task_instruction"u8, ""u8);
        json.WriteNumber("num_samples"u8, 1);
        json.WriteString("question_type"u8, questionType);
        json.WriteString("dataset_name"u8, row.DatasetName);
        WriteSeconds(json, "start_timestamp", row.StartTimestamp, questionType);
        WriteSeconds(json, "end_timestamp", row.EndTimestamp, questionType);
        json.WriteNumber("verb_id"u8, row.VerbId);
        json.WriteNumber("noun_id"u8, row.NounId);
        json.WriteNumber("action_id"u8, row.ActionId);
        if (row.NarrationId is not null)
        {
            json.WriteString("narration_id"u8, row.NarrationId);
        }

        if (row.PriorActions is not null)
        {
            json.WriteStartArray("prior_actions"u8);
            foreach (var prior in row.PriorActions)
            {
                json.WriteStartObject();
                json.WritePropertyName("seconds_ago"u8);
                json.WriteRawValue(PythonNumber.Text(prior.SecondsAgo));
                json.WriteString("text"u8, prior.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (row.Fold is { } fold)
        {
            json.WriteNumber("fold"u8, fold);
        }
    }

    // Numbers with a point, so that every reader takes the column as floating; texts in rows of temporal detection, as the
    // original has it.
    private static void WriteSeconds(Utf8JsonWriter json, string name, double? seconds, string questionType)
    {
        if (seconds is not { } value)
        {
            json.WriteNull(name);
        }
        else if (questionType == QuestionTypes.TemporalDetection)
        {
            json.WriteString(name, PythonNumber.Text(value));
        }
        else
        {
            json.WritePropertyName(name);
            json.WriteRawValue(PythonNumber.Text(value));
        }
    }

    private static ConversationTurn[] Turns(JsonElement row)
    {
        if (!row.TryGetProperty("conversations"u8, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw new JsonException("conversations is missing or empty; expected a list of turns");
        }

        return [.. list.EnumerateArray().Select(static turn =>
        {
            if (turn.ValueKind != JsonValueKind.Object || Text(turn, "from") is not { } from || Text(turn, "value") is not { } value)
            {
                throw new JsonException("a turn of conversations lacks from or value");
            }

            return from is "human" or "gpt"
                ? new ConversationTurn(from, value)
                : throw new JsonException($"a turn of conversations is from '{from}'; expected human or gpt");
        })];
    }

    private static PriorAction[]? Priors(JsonElement row)
    {
        if (!row.TryGetProperty("prior_actions"u8, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == 2
            ? [.. list.EnumerateArray().Select(static prior => prior.ValueKind == JsonValueKind.Object
                && Seconds(prior, "seconds_ago") is { } seconds && Text(prior, "text") is { } text
                    ? new PriorAction(seconds, text)
                    : throw new JsonException("an entry of prior_actions lacks seconds_ago or text"))]
            : throw new JsonException("prior_actions must hold two actions");
    }

    // A path; a list in files of rows with several images, of which only lists of one are read.
    private static string? Image(JsonElement row) => row.TryGetProperty("image"u8, out var list) && list.ValueKind == JsonValueKind.Array
        ? list.GetArrayLength() == 1 && list[0].ValueKind == JsonValueKind.String ? list[0].GetString()
            : throw new JsonException($"the row shows {list.GetArrayLength()} images; expected one")
        : Text(row, "image");

    // A text; ids are numbers in some published files.
    private static string? Text(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => JsonText.Of(value, name),
            JsonValueKind.Number when name == "id" => value.GetRawText(),
            _ => throw new JsonException($"{name} is {value.ValueKind}; expected a text"),
        };
    }

    private static int? Integer(JsonElement row, string name) =>
        !row.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= -1 ? number
        : throw new JsonException($"{name} is {value.GetRawText()}; expected an integer of at least -1");

    private static double? Seconds(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var seconds = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetDouble(),
            JsonValueKind.String when double.TryParse(value.GetRawText().Trim('"'), NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) => parsed,
            _ => double.NaN,
        };
        return double.IsFinite(seconds) ? seconds : throw new JsonException($"{name} is {value.GetRawText()}; expected seconds");
    }
}
