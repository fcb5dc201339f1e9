using System.Text.RegularExpressions;
using LLaVAction.Prompts;
using LLaVAction.Training;

namespace LLaVAction.Torch.Training;

/// <summary>The conversation that a row becomes when it is shown: its prompt is chosen by its question type.</summary>
internal static partial class TrainingPrompts
{
    private const string Removed = "QA_GT_caption_based_noisy";

    /// <summary>The turns of a row, the first human's with the video's placeholder where it shows one.</summary>
    /// <param name="row">A row about a clip, or one of text alone.</param>
    /// <param name="settings">Perspective, time instruction, frames, share of prior actions.</param>
    /// <param name="epoch">The epoch, for the draw of prior actions.</param>
    /// <param name="number">The row's number, for the same.</param>
    /// <exception cref="InputException">The options of a multiple-choice row cannot be read.</exception>
    public static IReadOnlyList<ConversationTurn> Of(TrainingRow row, TrainerSettings settings, int epoch, int number)
    {
        var turns = row.Conversations.Select(turn => turn with { Value = turn.Value.Replace(Removed, "", StringComparison.Ordinal) }).ToArray();
        var human = Array.FindIndex(turns, turn => turn.From == "human");
        if (row.Video is not null && human >= 0)
        {
            var time = settings.HasTimeInstruction ? TimeInstruction.Text(DurationOf(row), settings.Frames) : "";
            turns[human] = turns[human] with { Value = ChatTemplate.VideoLine + time + Task(row, turns[human].Value, settings, epoch, number) };
        }

        return turns;
    }

    public static double DurationOf(TrainingRow row) => (row.EndTimestamp ?? 0) - (row.StartTimestamp ?? 0);

    private static string Task(TrainingRow row, string text, TrainerSettings settings, int epoch, int number) => row.QuestionType switch
    {
        QuestionTypes.Direct => TaskPrompts.Direct(settings.Perspective),
        QuestionTypes.Caption => TaskPrompts.Caption(settings.Perspective),
        { } type when QuestionTypes.IsMultipleChoice(type) => ShowsPriorActions(row, settings, epoch, number)
            ? TaskPrompts.MultipleChoiceWithPriorActions(settings.Perspective, Sentences(row.PriorActions!), Options(row, text))
            : TaskPrompts.MultipleChoice(settings.Perspective, Options(row, text)),
        _ => text,
    };

    private static bool ShowsPriorActions(TrainingRow row, TrainerSettings settings, int epoch, int number)
        => row.PriorActions is not null
            && new KeyedRandom(settings.Seed, FormattableString.Invariant($"{epoch}-{number}"), "prior-actions").NextDouble() < settings.PriorActionShare;

    private static string Sentences(IReadOnlyList<PriorAction> prior)
        => new PriorActions(prior[0].SecondsAgo, prior[0].Text, prior[1].SecondsAgo, prior[1].Text).Sentences;

    private static string Options(TrainingRow row, string literal)
    {
        var items = Item().Matches(literal);
        return items.Count > 0 && literal.StartsWith('[') && literal.EndsWith(']')
            ? string.Join(", ", items.Select(item => Escape().Replace(item.Groups[1].Success ? item.Groups[1].Value : item.Groups[2].Value, "$1")))
            : throw new InputException($"Row '{row.Id}': the options are '{literal}'; expected a Python list such as ['A. open tap', 'B. pick up knife'].");
    }

    [GeneratedRegex(@"'((?:[^'\\]|\\.)*)'|""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Item();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
