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
    // The answer; null where there is none.
    public ChatReply? Reply { get; init; }

    // What went wrong; null with an answer.
    public string? Failure { get; init; }

    public bool IsTransient { get; init; }

    // Whether no other request can fare better: a wrong key, no such model, no credit.
    public bool IsFatal { get; init; }

    public bool IsRefusal { get; init; }

    // Whether the server may have charged for it all the same: it was cut off, not turned down.
    public bool MayBeCharged { get; init; }

    public TimeSpan? RetryAfter { get; init; }
}
