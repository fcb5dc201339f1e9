using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLaVAction.Remote.Tests;

/// <summary>A request as the fake server sees it.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Body">Its body.</param>
/// <param name="Authorization">Its authorization header.</param>
/// <param name="Path">Its path.</param>
internal sealed record SeenRequest(int Number, JsonNode Body, string Authorization, string Path)
{
    public string Text => Body.ToJsonString();
}

/// <summary>The fake server's side of one request.</summary>
internal sealed class FakeContext(HttpListenerContext context)
{
    /// <summary>Answers.</summary>
    public async Task WriteAsync(int status, string json, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        var bytes = Encoding.UTF8.GetBytes(json);
        context.Response.ContentLength64 = bytes.Length;
        await context.Response.OutputStream.WriteAsync(bytes);
        context.Response.Close();
    }

    /// <summary>Begins an answer and breaks the connection.</summary>
    public async Task BreakAsync(string beginning)
    {
        var bytes = Encoding.UTF8.GetBytes(beginning);
        context.Response.ContentLength64 = bytes.Length + 1000;
        await context.Response.OutputStream.WriteAsync(bytes);
        await context.Response.OutputStream.FlushAsync();
        Abort();
    }

    /// <summary>Breaks the connection.</summary>
    public void Abort() => context.Response.Abort();

    /// <summary>Leaves the caller waiting.</summary>
    public async Task StallAsync(TimeSpan time)
    {
        await Task.Delay(time);
        Abort();
    }
}

/// <summary>A chat completions server on the loopback interface, which answers as a test tells it to.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<SeenRequest, FakeContext, Task> _answer;
    private readonly Task _serving;
    private int _count;
    private int _atOnce;

    private FakeServer(HttpListener listener, Uri baseUrl, Func<SeenRequest, FakeContext, Task> answer)
    {
        _listener = listener;
        _answer = answer;
        BaseUrl = baseUrl;
        _serving = ServeAsync();
    }

    public Uri BaseUrl { get; }

    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    public int MostAtOnce { get; private set; }

    public static Task<FakeServer> StartAsync(Func<SeenRequest, FakeContext, Task> answer)
    {
        while (true)
        {
            // A port that was free a moment ago; another process may be faster.
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var address = FormattableString.Invariant($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/v1");
            probe.Stop();
            var listener = new HttpListener { Prefixes = { address + "/" } };
            try
            {
                listener.Start();
                return Task.FromResult(new FakeServer(listener, new Uri(address), answer));
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }

    public static Task<FakeServer> StartAsync(Func<SeenRequest, string> answer) => StartAsync((request, context) => context.WriteAsync(200, answer(request)));

    public static Task WriteAsync(FakeContext context, int status, string json, params (string Name, string Value)[] headers) =>
        context.WriteAsync(status, json, headers);

    /// <summary>An answer as OpenAI gives it.</summary>
    public static string Reply(
        string? text, string finish = "stop", (string Token, double LogProbability)[]? top = null, int promptTokens = 100, int completionTokens = 10,
        string model = "fake-2026-01-01", string? refusal = null, string? fingerprint = null) => new JsonObject
        {
            ["id"] = "chatcmpl-1",
            ["object"] = "chat.completion",
            ["created"] = 1,
            ["model"] = model,
            ["system_fingerprint"] = fingerprint,
            ["choices"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text, ["refusal"] = refusal },
                ["finish_reason"] = finish,
                ["logprobs"] = top is null ? null : new JsonObject
                {
                    ["content"] = new JsonArray(new JsonObject
                    {
                        ["token"] = top[0].Token,
                        ["logprob"] = top[0].LogProbability,
                        ["top_logprobs"] = new JsonArray([.. top.Select(one => new JsonObject { ["token"] = one.Token, ["logprob"] = one.LogProbability })]),
                    }),
                },
            }),
            ["usage"] = new JsonObject { ["prompt_tokens"] = promptTokens, ["completion_tokens"] = completionTokens, ["total_tokens"] = promptTokens + completionTokens },
        }.ToJsonString();

    /// <summary>An error as OpenAI gives it.</summary>
    public static string Error(string message, string? code = null) =>
        JsonSerializer.Serialize(new { error = new { message, type = "error", code } });

    public RemoteSettings Settings(Func<RemoteSettings, RemoteSettings>? change = null)
    {
        var settings = new RemoteSettings { BaseUrl = BaseUrl, RetryDelay = TimeSpan.FromMilliseconds(1), Timeout = TimeSpan.FromSeconds(20) };
        return change is null ? settings : change(settings);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => HandleAsync(context));
        }
    }

    private async Task HandleAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var body = JsonNode.Parse(await reader.ReadToEndAsync())!;
            var request = new SeenRequest(Interlocked.Increment(ref _count), body, context.Request.Headers["Authorization"] ?? "", context.Request.Url!.AbsolutePath);
            Seen.Enqueue(request);
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            await _answer(request, new FakeContext(context));
        }
        catch (Exception exception) when (exception is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The caller went away, as some tests make it.
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }
}

/// <summary>Keys of tests.</summary>
internal static class Keys
{
    public const string Secret = "sk-test-0123456789abcdefSECRET";

    public static ApiKey Of(Uri server, string? value = Secret) => ApiKey.Read("TEST_KEY", server, _ => value);
}
