using System.Text.Json;
using System.Text.Json.Serialization;
using LLaVAction.Exchange.OpenAi;

namespace LLaVAction.Remote.Requests;

/// <summary>What a model costs, per million tokens.</summary>
public sealed record ModelPrice
{
    /// <summary>Tokens sent.</summary>
    public required decimal InputPerMillion { get; init; }

    /// <summary>Tokens written.</summary>
    public required decimal OutputPerMillion { get; init; }

    /// <summary>Tokens sent that the server had cached; null for the price of the others.</summary>
    public decimal? CachedInputPerMillion { get; init; }

    /// <summary>
    /// The most tokens that one frame becomes, by which what a request may cost is bounded before it is sent; null for
    /// <see cref="UsualTokensPerImage"/>.
    /// </summary>
    public int? TokensPerImage { get; init; }

    /// <summary>More than most models make of an image of a megapixel.</summary>
    public const int UsualTokensPerImage = 1700;
}

/// <summary>The price file: a currency, and prices by model.</summary>
public sealed record PriceTable
{
    private const decimal Million = 1_000_000;

    // Tokens that a request has beyond its texts and images: roles, separators, the schema.
    private const int OverheadTokens = 200;

    private const int UnlimitedTokens = 4096;

    /// <summary>Name of the currency.</summary>
    public required string Currency { get; init; }

    /// <summary>Prices by the model's name.</summary>
    public required IReadOnlyDictionary<string, ModelPrice> Models { get; init; }

    /// <summary>Reads a price file.</summary>
    /// <exception cref="InputException">The file is missing or is no price table.</exception>
    public static PriceTable Read(string path)
    {
        try
        {
            var table = JsonSerializer.Deserialize(File.ReadAllBytes(path), PriceJson.Default.PriceTable)
                ?? throw new JsonException("The document is 'null'.");
            var wrong = table.Models.FirstOrDefault(model => model.Value is { InputPerMillion: < 0 } or { OutputPerMillion: < 0 } or { CachedInputPerMillion: < 0 } or { TokensPerImage: < 1 });
            return wrong.Key is null
                ? table
                : throw new InputException($"{path}: the prices of '{wrong.Key}' are negative, or its tokens_per_image is less than 1.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot read the price table ({exception.Message.TrimEnd('.')}).", exception);
        }
        catch (JsonException exception)
        {
            throw new InputException(
                $"{path}: not a price table ({exception.Message}). Expected {{\"currency\": \"USD\", \"models\": {{\"NAME\": {{\"input_per_million\": 2.5, \"output_per_million\": 10}}}}}}.",
                exception);
        }
    }

    /// <summary>The prices of a model.</summary>
    /// <exception cref="InputException">The table does not have it.</exception>
    public ModelPrice Of(string model, string path) => Models.TryGetValue(model, out var price)
        ? price
        : throw new InputException($"{path}: has no prices of '{model}'; it has {(Models.Count == 0 ? "none" : string.Join(", ", Models.Keys.Order(StringComparer.Ordinal)))}. Add it, or use the exact name.");

    /// <summary>What an answer cost; null where the server does not tell its tokens.</summary>
    public static decimal? Cost(ModelPrice price, ChatReply reply)
    {
        if (reply is not { PromptTokens: { } input, CompletionTokens: { } output })
        {
            return null;
        }

        var cached = Math.Min(reply.CachedTokens, input);
        return (((input - cached) * price.InputPerMillion)
            + (cached * (price.CachedInputPerMillion ?? price.InputPerMillion))
            + (output * price.OutputPerMillion)) / Million;
    }

    /// <summary>The most that a request may cost: no token is shorter than a byte of UTF-8.</summary>
    public static decimal Bound(ModelPrice price, ChatRequest request)
    {
        var perImage = price.TokensPerImage ?? ModelPrice.UsualTokensPerImage;
        long input = OverheadTokens;
        foreach (var part in request.Messages.SelectMany(message => message.Parts))
        {
            input += part switch
            {
                ChatText text => System.Text.Encoding.UTF8.GetByteCount(text.Text),
                ChatVideo video => (long)video.Jpegs.Count * perImage,
                _ => perImage,
            };
        }

        return ((input * price.InputPerMillion) + ((request.MaxTokens ?? UnlimitedTokens) * price.OutputPerMillion)) / Million;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(PriceTable))]
internal sealed partial class PriceJson : JsonSerializerContext;
