using LLaVAction.Exchange.OpenAi;

namespace LLaVAction.Exchange;

/// <summary>One answer as another program wrote it down, before it is joined to a question.</summary>
public sealed record ForeignAnswer
{
    /// <summary>File and line, for messages.</summary>
    public required string Place { get; init; }

    /// <summary>Id of the question; null where the file has none and <see cref="RowHash"/> or <see cref="Row"/> tells it.</summary>
    public string? Id { get; init; }

    /// <summary>Strategy of the set; null where the run has one set only.</summary>
    public string? Strategy { get; init; }

    /// <summary>Number of frames; null for the run's own.</summary>
    public int? Frames { get; init; }

    /// <summary>Rotation of the options.</summary>
    public int Rotation { get; init; }

    /// <summary>Hash of the question's line, or the beginning of it; null where the file has none.</summary>
    public string? QuestionHash { get; init; }

    /// <summary>Hash that lmms-eval computes of a row of its data; null elsewhere.</summary>
    public string? RowHash { get; init; }

    /// <summary>0-based row of the set that was handed over; null where the file tells the id.</summary>
    public int? Row { get; init; }

    /// <summary>The truth as the other program knew it: a letter, an index or a text; null where it does not tell.</summary>
    public string? Target { get; init; }

    /// <summary>The answer; null where there is none.</summary>
    public string? Text { get; init; }

    /// <summary>The answer as an option's index, for files that give no text.</summary>
    public int? OptionIndex { get; init; }

    /// <summary>The whole reply of a chat completions server; null elsewhere.</summary>
    public ChatReply? Reply { get; init; }

    /// <summary>Why there is no answer; null where there is one.</summary>
    public string? Failure { get; init; }
}
