namespace LLaVAction.Training;

/// <summary>One turn of a conversation.</summary>
/// <param name="From"><c>human</c> or <c>gpt</c>.</param>
/// <param name="Value">The text; of a multiple-choice row the human's is the option list as a Python literal.</param>
public sealed record ConversationTurn(string From, string Value);

/// <summary>An action that precedes a clip, as its prompt tells it.</summary>
/// <param name="SecondsAgo">Start of the clip minus start of the action, rounded to 2 decimals; negative where the action started later.</param>
/// <param name="Text">What was done.</param>
public sealed record PriorAction(double SecondsAgo, string Text);

/// <summary>
/// One example of instruction tuning, as a line of a JSONL file in the schema that LLaVA-NeXT and LLaVAction load. Rows about
/// EPIC-KITCHENS-100 clips have a <see cref="QuestionType"/>, times and classes; replay rows (LLaVA-Video-178K) have a
/// <see cref="DataSource"/> instead. The order of the members is the order of the keys in the file.
/// </summary>
public sealed record TrainingRow
{
    /// <summary><c>{participant}-{video}</c> of a clip (<c>P01-P01_01</c>), the path below the data source of a replay row; null for text alone.</summary>
    public required string? Video { get; init; }

    /// <summary>Path of the image that a replay row shows; null for videos and for text alone.</summary>
    public string? Image { get; init; }

    /// <summary>Whether it shows a video or an image of another data set than EPIC-KITCHENS-100.</summary>
    public bool ShowsReplayedMedia => Image is not null || (Video is not null && QuestionType is null);

    /// <summary>The turns, in order; rows of our own have one of the human and one of the model.</summary>
    public required IReadOnlyList<ConversationTurn> Conversations { get; init; }

    /// <summary>Equal to <see cref="Video"/> in rows about clips, and so not unique.</summary>
    public required string Id { get; init; }

    /// <summary><c>train</c>; null in replay rows.</summary>
    public string? Split { get; init; }

    /// <summary>What the row teaches, which selects the prompt at load time (<see cref="QuestionTypes"/>); null in replay rows.</summary>
    public string? QuestionType { get; init; }

    /// <summary><c>EK100</c> for chunked videos, <c>EKframes</c> for folders of frames; null in replay rows.</summary>
    public string? DatasetName { get; init; }

    /// <summary>Folder of the video below <c>LLaVA-Video-178K</c>; null in rows about clips.</summary>
    public string? DataSource { get; init; }

    /// <summary>Start of what is shown, in seconds; of a temporal detection row the padded start. Null in replay rows.</summary>
    public double? StartTimestamp { get; init; }

    /// <summary>End of what is shown, in seconds; of a temporal detection row the padded end. Null in replay rows.</summary>
    public double? EndTimestamp { get; init; }

    /// <summary>The true verb class, or −1: the heads then learn nothing from the row.</summary>
    public int VerbId { get; init; } = -1;

    /// <summary>The true noun class, or −1.</summary>
    public int NounId { get; init; } = -1;

    /// <summary>Place of the true class among those of train and validation, sorted by the text <c>verb:noun</c>; or −1.</summary>
    public int ActionId { get; init; } = -1;

    /// <summary>Narration id of the clip; a key of our own, null in files of other programs.</summary>
    public string? NarrationId { get; init; }

    /// <summary>
    /// The action before last and the last one, for the prompt with prior actions; a key of our own. Null where the clip has
    /// none, or was not drawn at build time (<see cref="PriorActionDraw"/>).
    /// </summary>
    public IReadOnlyList<PriorAction>? PriorActions { get; init; }

    /// <summary>Fold whose model predicted this clip, where the dump was cross-fitted; a key of our own.</summary>
    public int? Fold { get; init; }
}

/// <summary>The values of <see cref="TrainingRow.QuestionType"/>.</summary>
public static class QuestionTypes
{
    /// <summary>Multiple choice, option texts are narrations.</summary>
    public const string MultipleChoiceNarration = "mc_GT_random_narration";

    /// <summary>Multiple choice, option texts are official keys.</summary>
    public const string MultipleChoiceOfficialKey = "mc_official_key";

    /// <summary>The action in the model's own words.</summary>
    public const string Direct = "direct_narration";

    /// <summary>When a named action starts and ends within the padded clip.</summary>
    public const string TemporalDetection = "temporal_detection";

    /// <summary>A teacher's caption.</summary>
    public const string Caption = "gpt-gt-reason";

    /// <summary>A teacher's question and answer.</summary>
    public const string OpenQuestion = "gpt-gt-instruct-reason";

    /// <summary>Whether rows of a type show options: all whose name begins with <c>mc_</c>.</summary>
    public static bool IsMultipleChoice(string? questionType) =>
        questionType is not null && questionType.StartsWith("mc_", StringComparison.Ordinal);
}
