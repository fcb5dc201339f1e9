using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LLaVAction.Cli.Tests.Support;

/// <summary>Serves a few files over HTTP on the loopback address, parts of them too, and remembers what was asked.</summary>
public sealed class FileServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly IReadOnlyDictionary<string, byte[]> _files;

    /// <summary>Starts to serve.</summary>
    public FileServer(IReadOnlyDictionary<string, byte[]> files)
    {
        _files = files;
        Url = $"http://127.0.0.1:{FreePort()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Where the files are, without a slash at the end.</summary>
    public string Url { get; }

    /// <summary>File names asked for, with the first byte asked for: <c>a.csv@100</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var name = context.Request.Url!.AbsolutePath.TrimStart('/');
        var range = context.Request.Headers["Range"];
        var start = range is null ? 0 : int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        Requests.Enqueue($"{name}@{start}");
        using var response = context.Response;
        if (!_files.TryGetValue(name, out var content))
        {
            response.StatusCode = 404;
        }
        else if (range is not null && start >= content.Length)
        {
            response.StatusCode = 416;
        }
        else
        {
            if (range is not null)
            {
                response.StatusCode = 206;
                response.Headers["Content-Range"] = $"bytes {start}-{content.Length - 1}/{content.Length}";
            }

            response.ContentLength64 = content.Length - start;
            await response.OutputStream.WriteAsync(content.AsMemory(start));
        }
    }
}
