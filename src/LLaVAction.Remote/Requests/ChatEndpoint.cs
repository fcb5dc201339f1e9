using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Files;
using OpenAI;
using OpenAI.Chat;

namespace LLaVAction.Remote.Requests;

/// <summary>
/// Sends one body to the chat completions interface and tells what came of it. Whatever the server sends goes through the
/// key's scrubbing first, so that no answer or error message can carry the key further.
/// </summary>
internal sealed class ChatEndpoint : IDisposable
{
    private const int LongestMessage = 300;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly HttpClient _http;
    private readonly ChatClient _client;
    private readonly ApiKey _key;
    private readonly TimeSpan _timeout;

    public ChatEndpoint(Uri baseUrl, string model, ApiKey key, TimeSpan timeout)
    {
        _key = key;
        _timeout = timeout;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        _client = new ChatClient(model, new ApiKeyCredential(key.Value), new OpenAIClientOptions
        {
            Endpoint = baseUrl,
            NetworkTimeout = timeout,
            RetryPolicy = new ClientRetryPolicy(0),
            Transport = new HttpClientPipelineTransport(_http),
        });
    }

    /// <summary>Sends a body once.</summary>
    /// <exception cref="OperationCanceledException">The user interrupted.</exception>
    public async Task<ChatAttempt> SendAsync(byte[] body, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_timeout);
        try
        {
            using var content = BinaryContent.Create(BinaryData.FromBytes(body));
            var options = new RequestOptions { ErrorOptions = ClientErrorBehaviors.NoThrow, CancellationToken = patience.Token };
            var result = await _client.CompleteChatAsync(content, options);
            return Read(result.GetRawResponse());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ChatAttempt
            {
                Failure = string.Create(CultureInfo.InvariantCulture, $"no answer within {_timeout.TotalSeconds:0.###} s"),
                IsTransient = true,
                MayBeCharged = true,
            };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or ClientResultException)
        {
            return new ChatAttempt { Failure = "connection failed: " + Shorten(Innermost(exception)), IsTransient = true, MayBeCharged = true };
        }
    }

    public void Dispose() => _http.Dispose();

    private ChatAttempt Read(PipelineResponse response)
    {
        var text = _key.Scrub(Encoding.UTF8.GetString(response.Content.ToMemory().Span));
        if (response.Status is not (>= 200 and < 300))
        {
            return ReadError(response, text);
        }

        try
        {
            return new ChatAttempt { Reply = ChatReply.Parse(Encoding.UTF8.GetBytes(text)) };
        }
        catch (JsonException exception)
        {
            return new ChatAttempt { Failure = "the answer is not of the chat completions interface: " + Shorten(exception.Message), IsTransient = true, MayBeCharged = true };
        }
    }

    private static ChatAttempt ReadError(PipelineResponse response, string text)
    {
        var (message, code) = ErrorOf(text);
        var status = (HttpStatusCode)response.Status;
        var isOutOfCredit = code is "insufficient_quota" or "billing_hard_limit_reached" || status == HttpStatusCode.PaymentRequired;
        var isBusy = status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or (HttpStatusCode)425;
        return new ChatAttempt
        {
            Failure = string.Create(CultureInfo.InvariantCulture, $"HTTP {response.Status}{(message.Length == 0 ? "" : ": ")}{Shorten(message)}"),
            IsTransient = !isOutOfCredit && (isBusy || response.Status >= 500),
            IsFatal = isOutOfCredit || status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed
                || response.Status is >= 300 and < 400,
            IsRefusal = code is "content_filter" or "content_policy_violation",
            RetryAfter = RetryAfter(response),
        };
    }

    private static (string Message, string? Code) ErrorOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return (text, null);
            }

            var error = root.TryGetProperty("error", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : root;
            string? Text(string name) => error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? JsonText.Of(value) : null;
            return (Text("message") ?? text, Text("code") ?? Text("type"));
        }
        catch (JsonException)
        {
            return (text, null);
        }
    }

    private static TimeSpan? RetryAfter(PipelineResponse response)
    {
        TimeSpan? wait = null;
        if (response.Headers.TryGetValue("retry-after-ms", out var milliseconds) && double.TryParse(milliseconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
        {
            wait = Finite(exact / 1000);
        }
        else if (response.Headers.TryGetValue("Retry-After", out var header))
        {
            wait = double.TryParse(header, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? Finite(seconds)
                : DateTimeOffset.TryParse(header, CultureInfo.InvariantCulture, out var moment) ? moment - DateTimeOffset.UtcNow
                : null;
        }

        return wait is { } asked ? TimeSpan.FromTicks(Math.Clamp(asked.Ticks, 0, LongestWait.Ticks)) : null;
    }

    private static TimeSpan? Finite(double seconds) =>
        double.IsFinite(seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestWait.TotalSeconds)) : null;

    private string Innermost(Exception exception) => _key.Scrub(exception.InnerException is { } inner ? Innermost(inner) : exception.Message);

    private static string Shorten(string message)
    {
        var line = string.Join(' ', message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestMessage ? line : line[..LongestMessage] + " …";
    }
}
