using System.Globalization;
using System.Text.Json;
using LLaVAction.Benchmarks;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Remote.Requests;

namespace LLaVAction.Remote;

/// <summary>Opens models behind an OpenAI-compatible interface.</summary>
public static class RemoteModels
{
    /// <summary>The engine's name.</summary>
    public const string EngineName = "openai";

    private const string ProbeText = "Answer with the letter B and nothing else.";
    private static readonly string[] ProbeLetters = ["A", "B"];

    /// <summary>Opens a model; under <see cref="AnswerMode.Auto"/> it asks the server, once or twice, what it offers.</summary>
    /// <param name="model">The model's name, as the server knows it.</param>
    /// <param name="settings">The server and how it is used.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="InputException">The settings do not fit each other, or the server cannot be used.</exception>
    public static async Task<IVideoLanguageModel> OpenAsync(string model, RemoteSettings settings, ApiKey key, CancellationToken cancellationToken)
    {
        Check(settings);
        RefuseKeys(settings, key);
        var dispatcher = new ChatDispatcher(model, settings, key);
        try
        {
            var decided = settings with { Answers = await DecideAsync(dispatcher, settings, cancellationToken) };
            return new RemoteVideoLanguageModel(dispatcher, decided, Describe(model, decided));
        }
        catch
        {
            dispatcher.Dispose();
            throw;
        }
    }

    /// <summary>What identifies a model behind an interface, for the run's record.</summary>
    public static ModelDescription Describe(string model, RemoteSettings settings) => new()
    {
        Name = model,
        Engine = EngineName,
        Device = "remote",
        Precision = "unknown",
        Settings = Names(settings),
        OverriddenSettings = new SortedDictionary<string, string>(StringComparer.Ordinal),
        ScoresLetters = settings.Answers != AnswerMode.Text && settings.Layout == PromptLayout.Plain,
        WasTrainedWithTimeInstruction = settings.Layout == PromptLayout.PaperGpt4o,
    };

    /// <summary>Checks settings before anything is sent.</summary>
    /// <exception cref="InputException">A value is none that makes sense.</exception>
    public static void Check(RemoteSettings settings)
    {
        if (settings.BaseUrl is not { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" })
        {
            // The text is not repeated: it may hold a password.
            throw new InputException("--base-url: expected http:// or https://, a host and a path such as /v1, without user name, query or fragment; keys come from the environment.");
        }

        if (settings is { Concurrency: < 1 } or { RequestsPerMinute: < 1 } or { Retries: < 0 } or { JpegQuality: < 1 or > 100 } or { LongestSide: < 16 } or { Budget: <= 0 }
            || settings.Timeout <= TimeSpan.Zero)
        {
            throw new InputException("Expected --concurrency, --requests-per-minute and --request-timeout of 1 or more, --retries of 0 or more, --jpeg-quality 1 to 100, --longest-side of 16 or more, and a --budget above 0.");
        }

        foreach (var (name, value) in settings.ExtraFields)
        {
            try
            {
                using var _ = JsonDocument.Parse(value);
            }
            catch (JsonException exception)
            {
                throw new InputException($"--request-field {name}: the value is not JSON ({exception.Message}). Texts want quotes: name=\"text\".", exception);
            }
        }
    }

    // Both are stored with the run.
    private static void RefuseKeys(RemoteSettings settings, ApiKey key)
    {
        var stored = settings.BaseUrl + string.Concat(settings.ExtraFields.Select(field => field.Key + field.Value));
        if (key.Scrub(stored) != stored)
        {
            throw new InputException($"--base-url or --request-field holds a key, which would be stored with the run. Keys come from the environment alone, here from {key.Variable}.");
        }
    }

    private static async Task<AnswerMode> DecideAsync(ChatDispatcher dispatcher, RemoteSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Layout == PromptLayout.PaperGpt4o)
        {
            return settings.Answers is AnswerMode.Auto or AnswerMode.Structured ? AnswerMode.Structured : settings.Answers;
        }

        if (settings.Answers != AnswerMode.Auto)
        {
            return settings.Answers;
        }

        var composer = new RequestComposer(dispatcher.Model, settings with { Answers = AnswerMode.LogProbabilities });
        var probe = new PromptRequest(Prompts.ChatTemplate.Qwen15(ProbeText), ProbeLetters, 0);
        var outcome = await dispatcher.SendAsync(composer.Compose(probe, []), cancellationToken);
        if (outcome.Reply is { FirstTokens.Count: > 1 })
        {
            return AnswerMode.LogProbabilities;
        }

        Refuse(settings, outcome);
        composer = new RequestComposer(dispatcher.Model, settings with { Answers = AnswerMode.Structured });
        var structured = composer.Compose(probe, []);
        outcome = await dispatcher.SendAsync(structured, cancellationToken);
        Refuse(settings, outcome);
        return outcome.Reply?.Text is { } text && structured.Schema!.Read(text) is not null ? AnswerMode.Structured : AnswerMode.Text;
    }

    // A request that the server turned down says what it lacks; one that it never answered says that it cannot be used.
    private static void Refuse(RemoteSettings settings, ChatOutcome outcome)
    {
        if (outcome.Reply is null && !(outcome.Failure ?? "").StartsWith("HTTP 4", StringComparison.Ordinal))
        {
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture, $"{settings.BaseUrl}: {outcome.Failure}. Check --base-url and that the server is up; it was asked {settings.Retries + 1} times."));
        }
    }

    private static SortedDictionary<string, string> Names(RemoteSettings settings)
    {
        var names = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["answers"] = SettingNames.Of(settings.Answers),
            ["colours"] = settings.SwapsRedAndBlue ? "red and blue swapped" : "as decoded",
            ["frames"] = SettingNames.Of(settings.Frames),
            ["image_detail"] = settings.ImageDetail ?? "unset",
            ["jpeg_quality"] = settings.JpegQuality.ToString(CultureInfo.InvariantCulture),
            ["longest_side"] = settings.LongestSide?.ToString(CultureInfo.InvariantCulture) ?? "as decoded",
            ["prompt_layout"] = SettingNames.Of(settings.Layout),
            ["seed"] = settings.Seed?.ToString(CultureInfo.InvariantCulture) ?? "unset",
            ["service"] = settings.BaseUrl.HostNameType == UriHostNameType.Dns && !settings.BaseUrl.IsLoopback ? settings.BaseUrl.Host : "own server",
            ["temperature"] = settings.SendsTemperature ? "0" : "unset",
        };
        foreach (var (name, value) in settings.ExtraFields)
        {
            names["field " + name] = value;
        }

        return names;
    }
}
