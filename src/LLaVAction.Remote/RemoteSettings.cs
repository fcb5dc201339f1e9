using System.Text.Json.Serialization;

namespace LLaVAction.Remote;

/// <summary>How the letter of an answer is learned from a server.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnswerMode>))]
public enum AnswerMode
{
    /// <summary>The best of the others that the server offers, found by asking it.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>From the log-probabilities of the first token.</summary>
    [JsonStringEnumMemberName("logprobs")]
    LogProbabilities,

    /// <summary>From an answer that must be JSON with one of the letters.</summary>
    [JsonStringEnumMemberName("structured")]
    Structured,

    /// <summary>From free text, by the parsers.</summary>
    [JsonStringEnumMemberName("text")]
    Text,
}

/// <summary>How frames travel.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FrameForm>))]
public enum FrameForm
{
    /// <summary>One image per frame.</summary>
    [JsonStringEnumMemberName("images")]
    Images,

    /// <summary>All frames as one video (vLLM).</summary>
    [JsonStringEnumMemberName("video")]
    Video,
}

/// <summary>The preset of the prompt.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PromptLayout>))]
public enum PromptLayout
{
    /// <summary>The run's own prompt as the user's message, frames where the video stands.</summary>
    [JsonStringEnumMemberName("plain")]
    Plain,

    /// <summary>The paper's GPT-4o evaluation: the text as the system message, the frames as the user's, the answer as JSON.</summary>
    [JsonStringEnumMemberName("paper-gpt-4o")]
    PaperGpt4o,
}

/// <summary>A server, and how it is used.</summary>
public sealed record RemoteSettings
{
    /// <summary>Where the interface is, up to and with <c>/v1</c>.</summary>
    public Uri BaseUrl { get; init; } = new("https://api.openai.com/v1");

    /// <summary>The environment variable that holds the key.</summary>
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    /// <summary>How letters are learned.</summary>
    public AnswerMode Answers { get; init; }

    /// <summary>The prompt's layout.</summary>
    public PromptLayout Layout { get; init; }

    /// <summary>How frames travel.</summary>
    public FrameForm Frames { get; init; }

    /// <summary>The <c>detail</c> field of images; null leaves it out.</summary>
    public string? ImageDetail { get; init; }

    /// <summary>The longest side of an image sent, in pixels; larger frames are made smaller. Null sends them as decoded.</summary>
    public int? LongestSide { get; init; }

    /// <summary>JPEG quality, 1 to 100.</summary>
    public int JpegQuality { get; init; } = 90;

    /// <summary>Swaps red and blue, as the paper's GPT-4o evaluation did by mistake.</summary>
    public bool SwapsRedAndBlue { get; init; }

    /// <summary>Seed sent with each request; null for none.</summary>
    public long? Seed { get; init; }

    /// <summary>Whether a temperature of 0 is sent; some models refuse the field.</summary>
    public bool SendsTemperature { get; init; } = true;

    /// <summary>The name of the field for the most tokens.</summary>
    public string MaxTokensField { get; init; } = "max_tokens";

    /// <summary>Further fields of each request, as JSON by name.</summary>
    public IReadOnlyDictionary<string, string> ExtraFields { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Requests under way at a time.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>The most requests started in a minute; null for no limit but the server's.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Attempts after the first.</summary>
    public int Retries { get; init; } = 6;

    /// <summary>Wait before the first retry; doubled with each, where the server does not say how long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most that may be spent, in the price table's currency; null for no limit.</summary>
    public decimal? Budget { get; init; }

    /// <summary>The file of prices; null for none.</summary>
    public string? PriceFile { get; init; }

    /// <summary>The log of requests and answers that a later start resumes from; null keeps none.</summary>
    public string? LogFile { get; init; }

    /// <summary>A folder that receives the body of every request sent, without the key; null for none.</summary>
    public string? BodiesFolder { get; init; }
}
