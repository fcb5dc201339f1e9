using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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

/// <summary>A chat completions server on the loopback interface, which answers as a test tells it to.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _count;

    private FakeServer(WebApplication app, Uri baseUrl)
    {
        _app = app;
        BaseUrl = baseUrl;
    }

    public Uri BaseUrl { get; }

    public ConcurrentQueue<SeenRequest> Seen { get; } = [];

    public int MostAtOnce { get; private set; }

    public static async Task<FakeServer> StartAsync(Func<SeenRequest, HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        FakeServer? server = null;
        var atOnce = 0;
        app.Run(async context =>
        {
            server!.MostAtOnce = Math.Max(server.MostAtOnce, Interlocked.Increment(ref atOnce));
            try
            {
                using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
                var body = JsonNode.Parse(await reader.ReadToEndAsync())!;
                var request = new SeenRequest(
                    Interlocked.Increment(ref server._count), body, context.Request.Headers.Authorization.ToString(), context.Request.Path);
                server.Seen.Enqueue(request);
                await answer(request, context);
            }
            finally
            {
                Interlocked.Decrement(ref atOnce);
            }
        });
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server = new FakeServer(app, new Uri(address + "/v1"));
        return server;
    }

    public static Task<FakeServer> StartAsync(Func<SeenRequest, string> answer) => StartAsync((request, context) => WriteAsync(context, 200, answer(request)));

    public static async Task WriteAsync(HttpContext context, int status, string json, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(json);
    }

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

    public string Told => string.Create(CultureInfo.InvariantCulture, $"{Seen.Count} requests");

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>Keys of tests.</summary>
internal static class Keys
{
    public const string Secret = "sk-test-0123456789abcdefSECRET";

    public static ApiKey Of(Uri server, string? value = Secret) => ApiKey.Read("TEST_KEY", server, _ => value);
}
