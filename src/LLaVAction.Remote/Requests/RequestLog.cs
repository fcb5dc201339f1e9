using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLaVAction.Exchange.OpenAi;

namespace LLaVAction.Remote.Requests;

/// <summary>
/// The append-only log of what was sent and what came back. A later start takes answers from it instead of asking, and
/// learns from it what was spent: an attempt without an outcome (a kill) counts with all that was set aside for it.
/// </summary>
/// <remarks>Each line reaches the operating system before what it tells of goes on. A torn last line is cut off.</remarks>
public sealed class RequestLog : IDisposable
{
    private static readonly RequestLogJson Lines = new(new JsonSerializerOptions(RequestLogJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    private readonly Lock _gate = new();
    private readonly FileStream? _file;
    private readonly Dictionary<string, ChatReply> _answers = new(StringComparer.Ordinal);
    private readonly string? _path;

    /// <summary>Opens a log.</summary>
    /// <param name="path">The file, made where it is missing; null keeps the log in memory alone.</param>
    /// <exception cref="InputException">The file is no log, another process writes it, or it cannot be written.</exception>
    public RequestLog(string? path)
    {
        _path = path;
        if (path is null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            SpentBefore = Load(_file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            throw new InputException($"{path}: cannot keep the log of requests here ({exception.Message.TrimEnd('.')}). Is another process using it?", exception);
        }
        catch
        {
            _file?.Dispose();
            throw;
        }
    }

    /// <summary>What earlier starts spent.</summary>
    public decimal SpentBefore { get; }

    /// <summary>Answers that earlier starts got.</summary>
    public int AnswersBefore { get; private set; }

    /// <summary>The answer to a request; null where it has none yet.</summary>
    /// <param name="key">SHA-256 of the request's body.</param>
    public ChatReply? Find(string key)
    {
        lock (_gate)
        {
            return _answers.GetValueOrDefault(key);
        }
    }

    /// <summary>Notes an attempt that is about to start.</summary>
    public void Sent(string key, decimal reserved) => Append(new RequestLogLine { Event = "sent", Key = key, Amount = reserved });

    /// <summary>Notes an answer and what it cost.</summary>
    public void Answered(string key, decimal cost, ChatReply reply)
    {
        Append(new RequestLogLine { Event = "answered", Key = key, Amount = cost, Reply = reply });
        lock (_gate)
        {
            _answers[key] = reply;
        }
    }

    /// <summary>Notes an attempt that gave no answer, and what it is taken to have cost.</summary>
    public void Failed(string key, decimal cost, string reason) =>
        Append(new RequestLogLine { Event = "failed", Key = key, Amount = cost, Reason = reason });

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Append(RequestLogLine line)
    {
        if (_file is null)
        {
            return;
        }

        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, Lines.RequestLogLine), (byte)'\n'];
        lock (_gate)
        {
            try
            {
                _file.Write(bytes);
            }
            catch (IOException exception)
            {
                throw new InputException($"{_path}: cannot write the log of requests ({exception.Message.TrimEnd('.')}); make room, and start the same command again.", exception);
            }
        }
    }

    private decimal Load(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var spent = 0m;
        var open = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var start = 0;
        for (var number = 1; bytes.AsSpan(start).IndexOf((byte)'\n') is >= 0 and var length; number++, start += length + 1)
        {
            var line = Parse(bytes.AsSpan(start, length), number);
            if (line.Event == "sent")
            {
                spent += open.GetValueOrDefault(line.Key);
                open[line.Key] = line.Amount;
                continue;
            }

            open.Remove(line.Key);
            spent += line.Amount;
            if (line.Reply is { } reply)
            {
                _answers[line.Key] = reply;
            }
        }

        file.SetLength(start);
        file.Seek(0, SeekOrigin.End);
        AnswersBefore = _answers.Count;
        return spent + open.Values.Sum();
    }

    private RequestLogLine Parse(ReadOnlySpan<byte> line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, Lines.RequestLogLine) ?? throw new JsonException("The line is 'null'.");
        }
        catch (JsonException exception)
        {
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture, $"{_path} line {number}: not a line of a log of requests ({exception.Message}). Move the file away to start anew; what it says was spent is then forgotten."),
                exception);
        }
    }
}

/// <summary>A line of the log.</summary>
internal sealed record RequestLogLine
{
    public required string Event { get; init; }

    // SHA-256 of the request's body.
    public required string Key { get; init; }

    public required decimal Amount { get; init; }

    public string? Reason { get; init; }

    public ChatReply? Reply { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RequestLogLine))]
internal sealed partial class RequestLogJson : JsonSerializerContext;
