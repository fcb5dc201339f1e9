using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary><c>--engine openai</c> on llama.cpp's own server, where it is installed, with a model of random weights.</summary>
public sealed class LlamaServerProcessTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task A_real_server_gives_letters_by_log_probability_and_a_second_start_asks_nothing()
    {
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v llama-server")).ExitCode == 0, "needs llama-server (Debian: apt install llama.cpp)");
        using var folder = new TemporaryFolder();
        var model = folder["tiny.gguf"];
        File.Copy(Path.Combine(Repository.Root, "tests/Goldens/llama-server/tiny.gguf"), model);
        var port = FreePort();
        using var server = Process.Start(new ProcessStartInfo("llama-server", ["--model", model, "--port", $"{port}", "--host", "127.0.0.1", "--ctx-size", "8192", "--parallel", "1"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            _ = server.StandardError.ReadToEndAsync();
            _ = server.StandardOutput.ReadToEndAsync();
            await WaitAsync(port, server);

            var first = await EvaluateAsync(port, folder["run"]);
            var results = await File.ReadAllTextAsync(Path.Combine(folder["run"], "results-1of1.jsonl"));
            var second = await EvaluateAsync(port, folder["run"]);

            Assert.True(first.ExitCode == ExitCode.Done, first.Error);
            var lines = results.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToArray();
            Assert.Equal(3, lines.Length);
            Assert.All(lines, line => Assert.Equal("ok", (string?)line["status"]));
            Assert.All(lines, line => Assert.Contains((int)line["predicted_index"]!, Enumerable.Range(0, 5)));
            Assert.True(second.ExitCode == ExitCode.Done, second.Error);
            Assert.Equal(results, await File.ReadAllTextAsync(Path.Combine(folder["run"], "results-1of1.jsonl")));
        }
        finally
        {
            server.Kill(entireProcessTree: true);
        }
    }

    private Task<CliResult> EvaluateAsync(int port, string run) => CliProcess.RunAsync(
        [
            "evaluate-model", "--benchmark", demo["mqa"], "--strategy", "random", "--engine", "openai", "--model", "tiny", "--base-url", $"http://127.0.0.1:{port}/v1",
            "--control", "blind", "--limit", "3", "--output", run,
        ],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["OPENAI_API_KEY"] = "none" });

    private static async Task WaitAsync(int port, Process server)
    {
        using var client = new HttpClient();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience && !server.HasExited; await Task.Delay(200))
        {
            try
            {
                if ((await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health"))).StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
            }
        }

        Assert.Fail("llama-server does not answer.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
