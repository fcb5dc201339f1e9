using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using LLaVAction.Exchange.OpenAi;
using Polly;
using Polly.Retry;

namespace LLaVAction.Remote.Requests;

/// <summary>
/// Sends requests to one model: several at a time, at the pace that the server allows, again where that may help, never
/// beyond the budget, and none that the log has an answer to. Safe to use from several threads.
/// </summary>
public sealed class ChatDispatcher : IDisposable
{
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(1);

    private readonly RemoteSettings _settings;
    private readonly ChatEndpoint _endpoint;
    private readonly RequestLog _log;
    private readonly Spending _spending;
    private readonly RequestPacer _pacer;
    private readonly SemaphoreSlim _free;
    private readonly ModelPrice? _price;
    private readonly ResiliencePipeline<ChatAttempt> _pipeline;
    private readonly ConcurrentDictionary<string, int> _servedBy = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<ChatOutcome>>> _underWay = new(StringComparer.Ordinal);
    private int _retries;
    private int _attempts;

    /// <summary>Opens the log, reads the prices and prepares the client; nothing is sent.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="settings">The server and how it is used.</param>
    /// <param name="key">The key.</param>
    /// <exception cref="InputException">The log or the price table cannot be used, or there is a budget without prices.</exception>
    public ChatDispatcher(string model, RemoteSettings settings, ApiKey key)
    {
        if (settings is { Budget: not null, PriceFile: null })
        {
            throw new InputException("--budget needs --prices: without prices nobody can tell what a request costs.");
        }

        Model = model;
        _settings = settings;
        var table = settings.PriceFile is { } file ? PriceTable.Read(file) : null;
        _price = table?.Of(model, settings.PriceFile!);
        Currency = table?.Currency ?? "";
        _log = new RequestLog(settings.LogFile);
        _spending = new Spending(settings.Budget, _log.SpentBefore, Currency);
        _pacer = new RequestPacer(settings.RequestsPerMinute, TimeProvider.System);
        _free = new SemaphoreSlim(settings.Concurrency);
        _endpoint = new ChatEndpoint(settings.BaseUrl, model, key, settings.Timeout);
        _pipeline = settings.Retries == 0 ? ResiliencePipeline<ChatAttempt>.Empty : Retrying();
    }

    /// <summary>The model's name.</summary>
    public string Model { get; }

    /// <summary>The price table's currency; empty without one.</summary>
    public string Currency { get; }

    /// <summary>Whether costs are known.</summary>
    public bool HasPrices => _price is not null;

    /// <summary>What was spent, earlier starts included.</summary>
    public decimal Spent => _spending.Spent;

    /// <summary>Answers that the log had when it was opened.</summary>
    public int AnswersBefore => _log.AnswersBefore;

    /// <summary>Attempts sent by this start.</summary>
    public int Attempts => _attempts;

    /// <summary>How many of them were second and later attempts.</summary>
    public int RetriedAttempts => _retries;

    /// <summary>Why no further request is sent; null while they are.</summary>
    public string? StopReason { get; private set; }

    /// <summary>The models and configurations that answered, and how often.</summary>
    public IReadOnlyDictionary<string, int> ServedBy => new SortedDictionary<string, int>(_servedBy, StringComparer.Ordinal);

    /// <summary>Asks, or takes the answer from the log. Equal requests at the same time are sent once.</summary>
    /// <exception cref="InputException">No request can succeed: the key is wrong, the model unknown, the credit used up.</exception>
    /// <exception cref="OperationCanceledException">The user interrupted.</exception>
    public async Task<ChatOutcome> SendAsync(ChatRequest request, CancellationToken cancellationToken)
    {
        var body = request.ToBody();
        var key = Convert.ToHexStringLower(SHA256.HashData(body));
        try
        {
            return await _underWay.GetOrAdd(key, _ => new Lazy<Task<ChatOutcome>>(() => SendAsync(request, body, key, cancellationToken))).Value;
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _log.Dispose();
        _endpoint.Dispose();
        _free.Dispose();
    }

    private async Task<ChatOutcome> SendAsync(ChatRequest request, byte[] body, string key, CancellationToken cancellationToken)
    {
        if (_log.Find(key) is { } known)
        {
            Count(known);
            return new ChatOutcome(known);
        }

        await _free.WaitAsync(cancellationToken);
        try
        {
            if (StopReason is { } reason)
            {
                return new ChatOutcome(null, reason, WasAsked: false);
            }

            KeepBody(key, body);
            var bound = _price is null ? 0 : PriceTable.Bound(_price, request);
            var attempt = await _pipeline.ExecuteAsync(async token => await TryOnceAsync(key, body, bound, token), cancellationToken);
            if (attempt.IsFatal)
            {
                throw new InputException($"{_settings.BaseUrl}: {attempt.Failure} (model '{Model}'). {Advice(attempt.Failure!)}");
            }

            return new ChatOutcome(attempt.Reply, attempt.Failure, attempt.IsRefusal);
        }
        catch (BudgetSpentException exception)
        {
            StopReason = exception.Message;
            return new ChatOutcome(null, exception.Message, WasAsked: false);
        }
        finally
        {
            _free.Release();
        }
    }

    private async Task<ChatAttempt> TryOnceAsync(string key, byte[] body, decimal bound, CancellationToken cancellationToken)
    {
        var reserved = await _spending.ReserveAsync(bound, cancellationToken);
        var cost = 0m;
        try
        {
            await _pacer.WaitAsync(cancellationToken);
            _log.Sent(key, reserved);
            cost = reserved;
            Interlocked.Increment(ref _attempts);
            var attempt = await _endpoint.SendAsync(body, cancellationToken);
            if (attempt.RetryAfter is { } wait && attempt.IsTransient)
            {
                _pacer.Pause(wait);
            }

            if (attempt.Reply is { } reply)
            {
                cost = _price is null ? 0 : PriceTable.Cost(_price, reply) ?? reserved;
                _log.Answered(key, cost, reply);
                Count(reply);
                return attempt;
            }

            cost = attempt.MayBeCharged ? reserved : 0;
            _log.Failed(key, cost, attempt.Failure!);
            return attempt;
        }
        finally
        {
            // Cancelled while under way, it counts with all that was set aside, as the log will say too.
            _spending.Settle(reserved, cost);
        }
    }

    private void Count(ChatReply reply) => _servedBy.AddOrUpdate(
        (reply.Model ?? Model) + (reply.SystemFingerprint is { Length: > 0 } fingerprint ? " " + fingerprint : ""), 1, static (_, count) => count + 1);

    private void KeepBody(string key, byte[] body)
    {
        if (_settings.BodiesFolder is not { } folder)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, key + ".json"), body);
    }

    private ResiliencePipeline<ChatAttempt> Retrying() => new ResiliencePipelineBuilder<ChatAttempt>()
        .AddRetry(new RetryStrategyOptions<ChatAttempt>
        {
            MaxRetryAttempts = _settings.Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = _settings.RetryDelay,
            MaxDelay = LongestBackoff,
            ShouldHandle = static arguments => ValueTask.FromResult(arguments.Outcome.Result is { IsTransient: true }),
            DelayGenerator = static arguments => ValueTask.FromResult(arguments.Outcome.Result?.RetryAfter),
            OnRetry = _ =>
            {
                Interlocked.Increment(ref _retries);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    private string Advice(string failure) =>
        failure.StartsWith("HTTP 401", StringComparison.Ordinal) || failure.StartsWith("HTTP 403", StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"Check the environment variable {_settings.KeyVariable}.")
            : failure.StartsWith("HTTP 404", StringComparison.Ordinal)
                ? "Check the model's name, and that --base-url ends where '/chat/completions' goes on (often /v1)."
                : "What was answered so far is kept; start the same command again when the service takes requests.";
}
