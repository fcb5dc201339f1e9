using System.Text.Json.Serialization;
using LLaVAction.Benchmarks;
using LLaVAction.Scoring;

namespace LLaVAction.Runs;

/// <summary>
/// <c>summary.json</c>: the counts and accuracies of a run. Equal results give equal bytes but for <see cref="Times"/>,
/// whatever the parts, the order and the interruptions they came from.
/// </summary>
public sealed record RunSummary
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "summary.json";

    /// <summary>Version of the format.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Whether every question has a result at every frame count and rotation.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Results there are.</summary>
    public required int Results { get; init; }

    /// <summary>Results expected.</summary>
    public required int ResultsExpected { get; init; }

    /// <summary>Words that stand beside every figure: <c>simulated</c> sets, <c>random weights</c>; empty for none.</summary>
    public required IReadOnlyList<string> Caveats { get; init; }

    /// <summary>One entry per set and frame count.</summary>
    public required IReadOnlyList<CellSummary> Cells { get; init; }

    /// <summary>Where the time went; the only part that differs between equal runs.</summary>
    public required RunTimes Times { get; init; }
}

/// <summary>Counts and accuracies of one set at one frame count. Counts are of rotation 0 unless said otherwise.</summary>
public sealed record CellSummary
{
    /// <summary>Strategy of the set.</summary>
    public required string Strategy { get; init; }

    /// <summary>Where the predictions behind the set come from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Number of frames.</summary>
    public required int Frames { get; init; }

    /// <summary>Questions in the set.</summary>
    public required int QuestionsInSet { get; init; }

    /// <summary>Questions asked: the denominator of <see cref="Accuracy"/>.</summary>
    public required int Questions { get; init; }

    /// <summary>Questions whose answer could be read: the denominator of <see cref="AccuracyAnswered"/>.</summary>
    public required int Answered { get; init; }

    /// <summary>Right answers.</summary>
    public required int Correct { get; init; }

    /// <summary>Answers that could not be read.</summary>
    public required int Unparsed { get; init; }

    /// <summary>Questions whose clip could not be decoded.</summary>
    public required int DecodeErrors { get; init; }

    /// <summary>Questions whose clip has no video.</summary>
    public required int MissingVideos { get; init; }

    /// <summary>Questions whose video ends before too much of the clip; left out of the file where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ShortVideos { get; init; }

    /// <summary>Questions that a service declined to answer; left out of the file where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Refused { get; init; }

    /// <summary>Answers of a service that were cut off; left out of the file where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Truncated { get; init; }

    /// <summary>Questions that a service never answered; left out of the file where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int NoAnswers { get; init; }

    /// <summary>Answers of whatever kind from which no option can be read.</summary>
    [JsonIgnore]
    public int Unreadable => Unparsed + Refused + Truncated;

    /// <summary>Questions that the model never answered.</summary>
    [JsonIgnore]
    public int Failed => DecodeErrors + MissingVideos + ShortVideos + NoAnswers;

    /// <summary>Questions without a result yet.</summary>
    public required int WithoutResult { get; init; }

    /// <summary>Right answers ÷ questions asked; failed, unparsed and missing ones count as wrong. Null for captions.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Right answers ÷ answers that could be read; null where there are none.</summary>
    public required double? AccuracyAnswered { get; init; }

    /// <summary>Right answers of each scoring ÷ questions asked.</summary>
    public required IReadOnlyDictionary<string, double> AccuracyByScoring { get; init; }

    /// <summary>Expected accuracy of guessing: the mean of 1/K over the questions that have an answer, and 0 for the others.</summary>
    public required double? Chance { get; init; }

    /// <summary>Mean share of the letters in the vocabulary's probability; null where letters were not scored.</summary>
    public required double? MeanLetterMass { get; init; }

    /// <summary>True when the mean mass is so low that the model would not answer with a letter.</summary>
    public required bool HasLowLetterMass { get; init; }

    /// <summary>Share of answers for which letter and staged parser agree; null unless both were asked for.</summary>
    public required double? LetterTextAgreement { get; init; }

    /// <summary>How often each rule of the staged parser fired, by ordinal name.</summary>
    public required IReadOnlyDictionary<string, int> Rules { get; init; }

    /// <summary>Stability over rotations; null for one rotation.</summary>
    public required CircularScores? Rotations { get; init; }

    /// <summary>The official recognition figures; null but under the recognition protocol.</summary>
    public required RecognitionScores? Recognition { get; init; }

    /// <summary>What the model's own words were worth; null but for the task <c>direct</c>.</summary>
    public required DirectSummary? Direct { get; init; }
}

/// <summary>Figures of direct prediction over the questions asked.</summary>
/// <param name="VerbAccuracy">Share whose words name the true verb class.</param>
/// <param name="NounAccuracy">Share whose words name the true noun class.</param>
/// <param name="ActionAccuracy">Share whose words name both.</param>
/// <param name="Unmapped">Answers whose words name no known verb or no known noun; null where no class files were given.</param>
public sealed record DirectSummary(double? VerbAccuracy, double? NounAccuracy, double? ActionAccuracy, int? Unmapped);

/// <summary>Sums over all results of a run, in milliseconds.</summary>
/// <param name="DecodeMilliseconds">Decoding.</param>
/// <param name="VisionMilliseconds">Preprocessing and vision tower.</param>
/// <param name="PrefillMilliseconds">Shared prefills.</param>
/// <param name="QuestionMilliseconds">Questions beyond the shared prefills.</param>
public sealed record RunTimes(double DecodeMilliseconds, double VisionMilliseconds, double PrefillMilliseconds, double QuestionMilliseconds);
