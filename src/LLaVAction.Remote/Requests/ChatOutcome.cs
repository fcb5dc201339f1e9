using LLaVAction.Exchange.OpenAi;

namespace LLaVAction.Remote.Requests;

/// <summary>What became of a request: an answer, or why there is none.</summary>
/// <param name="Reply">The answer; null where there is none.</param>
/// <param name="Failure">Why there is none, for people to read; null with an answer.</param>
/// <param name="IsRefusal">Whether a filter of the server refused the request itself.</param>
/// <param name="WasAsked">False where the budget was spent before its turn; it is asked by a later start.</param>
public sealed record ChatOutcome(ChatReply? Reply, string? Failure = null, bool IsRefusal = false, bool WasAsked = true);

/// <summary>One attempt at a request.</summary>
internal sealed record ChatAttempt
{
    /// <summary>The answer; null where there is none.</summary>
    public ChatReply? Reply { get; init; }

    /// <summary>What went wrong; null with an answer.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether trying again may help.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether no other request can fare better: a wrong key, no such model, no credit.</summary>
    public bool IsFatal { get; init; }

    /// <summary>Whether a filter of the server refused the request.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Whether the server may have charged for it all the same: it was cut off, not turned down.</summary>
    public bool MayBeCharged { get; init; }

    /// <summary>How long the server asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
