using LLaVAction.Cli.Options;
using LLaVAction.Remote;

namespace LLaVAction.Cli.Commands;

/// <summary>A service behind an OpenAI-compatible interface; shared by the commands that ask one.</summary>
internal sealed record RemoteService
{
    [Option("--base-url", "Address of the service, up to and including /v1.", Value = "URL")]
    public string BaseUrl { get; init; } = "https://api.openai.com/v1";

    [Option("--api-key-variable", "Environment variable that holds the key.", Value = "NAME")]
    public string KeyVariable { get; init; } = "OPENAI_API_KEY";

    [Option("--answers", "How a letter is learned; auto takes the best that the service offers.")]
    public AnswerMode Answers { get; init; }

    [Option("--prompt-layout", "The run's own prompt, or the paper's GPT-4o form of it.")]
    public PromptLayout Layout { get; init; }

    [Option("--as-published", "Swap red and blue, as the paper's GPT-4o scripts did by mistake.")]
    public bool SwapsColours { get; init; }

    [Option("--frames-as", "Send frames as images, or as one video (vLLM).")]
    public FrameForm Frames { get; init; }

    [Option("--image-detail", "Detail of the images, where the service knows it.", Value = "low|high|auto")]
    public string? ImageDetail { get; init; }

    [Option("--longest-side", "Shrink larger frames to this before they are sent [default: as decoded].", Value = "PIXELS", Minimum = 16, Maximum = 16_384)]
    public int? LongestSide { get; init; }

    [Option("--jpeg-quality", "Quality of the JPEG files sent.", Value = "N", Minimum = 1, Maximum = 100)]
    public int JpegQuality { get; init; } = 90;

    [Option("--request-seed", "Seed sent with each request.", Value = "N")]
    public long? Seed { get; init; }

    [Option("--no-temperature", "Do not send the temperature of 0; some models refuse the field.")]
    public bool OmitsTemperature { get; init; }

    [Option("--max-tokens-field", "Name of the field that limits an answer's length.", Value = "max_tokens|max_completion_tokens")]
    public string MaxTokensField { get; init; } = "max_tokens";

    [Option("--request-field", "Further field of each request; repeatable.", Value = "NAME=JSON")]
    public IReadOnlyList<string> Fields { get; init; } = [];

    [Option("--concurrency", "Requests in flight at a time.", Value = "N", Minimum = 1, Maximum = 1024)]
    public int Concurrency { get; init; } = 8;

    [Option("--requests-per-minute", "Most requests to start in a minute.", Value = "N", Minimum = 1)]
    public int? RequestsPerMinute { get; init; }

    [Option("--request-timeout", "How long one attempt may take.", Value = "SECONDS", Minimum = 0.1, Maximum = 86_400)]
    public double TimeoutSeconds { get; init; } = 120;

    [Option("--retries", "Attempts after the first.", Value = "N", Minimum = 0, Maximum = 100)]
    public int Retries { get; init; } = 6;

    [Option("--prices", "Price table.", Value = "FILE")]
    public string? PriceFile { get; init; }

    [Option("--budget", "Most to spend, in the price table's currency.", Value = "AMOUNT", Minimum = 0.000_001, Maximum = 1e9)]
    public double? Budget { get; init; }

    [Option("--requests-to", "Keep the body of each request in this folder, without the key.", Value = "DIR")]
    public string? BodiesFolder { get; init; }

    /// <summary>The settings of a client.</summary>
    /// <param name="logFile">The log of requests; null keeps none.</param>
    /// <exception cref="InputException">A value is none that the option takes.</exception>
    public RemoteSettings ToSettings(string? logFile)
    {
        var settings = new RemoteSettings
        {
            BaseUrl = Uri.TryCreate(BaseUrl, UriKind.Absolute, out var url)
                ? url
                : throw new InputException("--base-url: expected an address such as http://localhost:8000/v1."),
            KeyVariable = KeyVariable,
            Answers = Answers,
            Layout = Layout,
            SwapsRedAndBlue = SwapsColours,
            Frames = Frames,
            ImageDetail = ImageDetail,
            LongestSide = LongestSide,
            JpegQuality = JpegQuality,
            Seed = Seed,
            SendsTemperature = !OmitsTemperature,
            MaxTokensField = MaxTokensField is "max_tokens" or "max_completion_tokens"
                ? MaxTokensField
                : throw new InputException($"--max-tokens-field {MaxTokensField}: expected max_tokens or max_completion_tokens."),
            ExtraFields = ReadFields(),
            Concurrency = Concurrency,
            RequestsPerMinute = RequestsPerMinute,
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
            Retries = Retries,
            PriceFile = PriceFile,
            Budget = (decimal?)Budget,
            BodiesFolder = BodiesFolder,
            LogFile = logFile,
        };
        RemoteModels.Check(settings);
        return settings;
    }

    /// <summary>The key for a service, from the environment.</summary>
    /// <exception cref="InputException">It is missing.</exception>
    public static ApiKey ReadKey(RemoteSettings settings) => ApiKey.Read(settings.KeyVariable, settings.BaseUrl, Environment.GetEnvironmentVariable);

    private SortedDictionary<string, string> ReadFields()
    {
        var fields = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in Fields)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);

            // The text is not repeated: it may hold what should stay secret.
            fields[at < 1 ? throw new InputException("--request-field: expected NAME=JSON, for example top_k=1.") : text[..at]] = text[(at + 1)..];
        }

        return fields;
    }
}
