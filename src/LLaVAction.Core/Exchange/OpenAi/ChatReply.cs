using System.Text.Json;
using LLaVAction.Files;

namespace LLaVAction.Exchange.OpenAi;

/// <summary>A token and the natural logarithm of its probability under the whole vocabulary.</summary>
public readonly record struct TokenProbability(string Token, double LogProbability);

/// <summary>What a server of the chat completions interface answered.</summary>
public sealed record ChatReply
{
    /// <summary>The text written; null where there is none.</summary>
    public string? Text { get; init; }

    /// <summary>What the model wrote instead of an answer; null where it did not refuse.</summary>
    public string? Refusal { get; init; }

    /// <summary>Why it stopped: <c>stop</c>, <c>length</c>, <c>content_filter</c>, or another word of the server's.</summary>
    public string FinishReason { get; init; } = "";

    /// <summary>The most probable tokens at the first position, most probable first; empty where the server gives none.</summary>
    public IReadOnlyList<TokenProbability> FirstTokens { get; init; } = [];

    /// <summary>Tokens of the request; null where the server does not tell.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>How many of them the server had cached.</summary>
    public int CachedTokens { get; init; }

    /// <summary>Tokens written; null where the server does not tell.</summary>
    public int? CompletionTokens { get; init; }

    /// <summary>The model that answered, often a dated snapshot of the one asked for.</summary>
    public string? Model { get; init; }

    /// <summary>The server's name for its own configuration; null where it gives none.</summary>
    public string? SystemFingerprint { get; init; }

    /// <summary>True where the model or a filter declined to answer.</summary>
    public bool IsRefused => !string.IsNullOrEmpty(Refusal) || FinishReason == "content_filter";

    /// <summary>True where the answer was cut off at the most tokens allowed.</summary>
    public bool IsTruncated => FinishReason == "length";

    /// <summary>Reads the body of an answer.</summary>
    /// <exception cref="JsonException">The body is not an answer of a chat completions server.</exception>
    public static ChatReply Parse(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return Read(document.RootElement);
    }

    /// <summary>Reads an answer that stands within another document.</summary>
    /// <exception cref="JsonException">The object is not an answer of a chat completions server.</exception>
    public static ChatReply Read(JsonElement body)
    {
        if (Member(body, "choices") is not { ValueKind: JsonValueKind.Array } choices || choices.GetArrayLength() == 0)
        {
            throw new JsonException("There are no 'choices'.");
        }

        var choice = choices[0];
        if (Member(choice, "message") is not { ValueKind: JsonValueKind.Object } message)
        {
            throw new JsonException("The choice has no 'message'.");
        }

        var usage = Member(body, "usage");
        return new ChatReply
        {
            Text = TextOf(message, "content"),
            Refusal = TextOf(message, "refusal"),
            FinishReason = TextOf(choice, "finish_reason") ?? "",
            FirstTokens = ReadFirstTokens(Member(choice, "logprobs")),
            PromptTokens = Count(usage, "prompt_tokens"),
            CachedTokens = Count(Member(usage, "prompt_tokens_details"), "cached_tokens") ?? 0,
            CompletionTokens = Count(usage, "completion_tokens"),
            Model = TextOf(body, "model"),
            SystemFingerprint = TextOf(body, "system_fingerprint"),
        };
    }

    private static List<TokenProbability> ReadFirstTokens(JsonElement? logProbabilities)
    {
        var tokens = new List<TokenProbability>();
        if (Member(logProbabilities, "content") is not { ValueKind: JsonValueKind.Array } positions || positions.GetArrayLength() == 0
            || Member(positions[0], "top_logprobs") is not { ValueKind: JsonValueKind.Array } top)
        {
            return tokens;
        }

        foreach (var one in top.EnumerateArray())
        {
            var value = Member(one, "logprob");
            if (TextOf(one, "token") is not { } token || value is not { ValueKind: JsonValueKind.Number } || !value.Value.TryGetDouble(out var number))
            {
                throw new JsonException("A log-probability has no token or no number.");
            }

            // Rounding may lift the logarithm of a probability of 1 a little; anything more is no probability.
            if (!double.IsFinite(number) || number > 1e-3)
            {
                throw new JsonException(FormattableString.Invariant($"The log-probability {number} of '{token}' is that of no probability."));
            }

            tokens.Add(new TokenProbability(token, Math.Min(number, 0)));
        }

        return [.. tokens.OrderByDescending(token => token.LogProbability)];
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string? TextOf(JsonElement? parent, string name) => Member(parent, name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => JsonText.Of(text),
        { ValueKind: JsonValueKind.Array } parts => Joined(parts),
        _ => throw new JsonException($"'{name}' is not a text."),
    };

    // Some servers give the content in parts, as requests do.
    private static string Joined(JsonElement parts) =>
        string.Concat(parts.EnumerateArray().Select(part => part.ValueKind == JsonValueKind.Object ? TextOf(part, "text") : null));

    private static int? Count(JsonElement? parent, string name) =>
        Member(parent, name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0 ? count
        : throw new JsonException($"'{name}' is not a count.");
}
