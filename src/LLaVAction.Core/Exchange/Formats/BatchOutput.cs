using System.Globalization;
using System.Text.Json;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Files;

namespace LLaVAction.Exchange.Formats;

/// <summary>The name that a request of a batch carries, and by which its answer is found again.</summary>
/// <param name="Strategy">Strategy of the set.</param>
/// <param name="Id">Id of the question.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="Rotation">Rotation of the options.</param>
/// <param name="Hash">The first digits of the question's hash.</param>
public sealed record BatchRequestName(string Strategy, string Id, int Frames, int Rotation, string Hash)
{
    /// <summary>The most characters that services take.</summary>
    public const int MostCharacters = 64;

    /// <summary>The name: <c>strategy/id/frames/rotation/hash</c>.</summary>
    /// <exception cref="InputException">It is too long.</exception>
    public string Write()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Strategy}/{Id}/{Frames}/{Rotation}/{Hash}");
        return name.Length <= MostCharacters
            ? name
            : throw new InputException($"'{name}': {name.Length} characters; a batch's custom_id takes {MostCharacters}. Build the set under a shorter name.");
    }

    /// <summary>Reads a name; null where it is none of ours.</summary>
    public static BatchRequestName? Read(string name)
    {
        var parts = name.Split('/');
        return parts.Length >= 5
            && int.TryParse(parts[^3], NumberStyles.None, CultureInfo.InvariantCulture, out var frames)
            && int.TryParse(parts[^2], NumberStyles.None, CultureInfo.InvariantCulture, out var rotation)
            ? new BatchRequestName(parts[0], string.Join('/', parts[1..^3]), frames, rotation, parts[^1])
            : null;
    }
}

/// <summary>One line of a batch's output or error file.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Name">The request's name.</param>
/// <param name="Reply">The answer; null where there is none.</param>
/// <param name="Failure">Why there is none; null with an answer.</param>
public sealed record BatchReply(string Place, string Name, ChatReply? Reply, string? Failure);

/// <summary>Output and error files of an OpenAI batch.</summary>
public static class BatchOutput
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">The file is missing, or a line is none of a batch's output.</exception>
    public static IReadOnlyList<BatchReply> Read(string path) => [.. RowFile.Read(path).Select(Read)];

    internal static IEnumerable<ForeignAnswer> ToAnswers(IReadOnlyList<Row> rows) => rows.Select(row =>
    {
        var reply = Read(row);
        var name = BatchRequestName.Read(reply.Name)
            ?? throw new InputException($"{row.Place}: custom_id '{reply.Name}' is not one of 'export-benchmark --to openai-batch'.");
        return new ForeignAnswer
        {
            Place = row.Place,
            Strategy = name.Strategy,
            Id = name.Id,
            Frames = name.Frames,
            Rotation = name.Rotation,
            QuestionHash = name.Hash,
            Reply = reply.Reply,
            Text = reply.Reply?.Text,
            Failure = reply.Failure,
        };
    });

    private static BatchReply Read(Row row)
    {
        var name = row.Text("custom_id") ?? throw new InputException($"{row.Place}: expected 'custom_id', as in the output of an OpenAI batch; found {string.Join(", ", row.Names)}.");
        BatchReply Failed(string reason) => new(row.Place, name, null, reason);
        if (row.Value("error") is { } error)
        {
            return Failed("batch: " + Message(error));
        }

        if (row.Value("response") is not { ValueKind: JsonValueKind.Object } response || !response.TryGetProperty("body", out var body))
        {
            return Failed("batch: neither a response nor an error");
        }

        var status = response.TryGetProperty("status_code", out var code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out var number) ? number : 200;
        if (status is < 200 or >= 300)
        {
            return Failed(string.Create(CultureInfo.InvariantCulture, $"HTTP {status}: {Message(body)}"));
        }

        try
        {
            return new BatchReply(row.Place, name, ChatReply.Read(body), null);
        }
        catch (JsonException exception)
        {
            return Failed("the answer is not of the chat completions interface: " + exception.Message);
        }
    }

    private static string Message(JsonElement element)
    {
        var inner = element.ValueKind == JsonValueKind.Object && element.TryGetProperty("error", out var error) ? error : element;
        return inner.ValueKind == JsonValueKind.Object && inner.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
            ? JsonText.Of(message)
            : inner.GetRawText();
    }
}
