using LLaVAction.Prompts;
using LLaVAction.Training;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Torch.Training;

/// <summary>
/// Rows of other data sets as published (LLaVA-Video-178K and LLaVA's images and texts), mixed in so that a model keeps what
/// it knew. A video is shown at a frame a second, an image as a video of one frame.
/// </summary>
internal static class ReplayRows
{
    private const string Root = "LLaVA-Video-178K";

    public static string? Find(TrainingRow row, MediaFolder folder)
    {
        var name = row.Image ?? row.Video!;
        return folder.Find(row.DataSource is { } source ? [$"{Root}/{source}/{name}", $"{source}/{name}", name] : [name]);
    }

    /// <summary>Refuses rows whose text does not say once where the video or image goes, and texts alone that do.</summary>
    /// <exception cref="InputException">A row is such.</exception>
    public static void Require(TrainingRow row)
    {
        var shown = row.Image ?? row.Video;
        var wanted = row.ShowsReplayedMedia ? 1 : 0;
        var found = row.Conversations.Sum(static turn => turn.Value.Split(ChatTemplate.Video).Length - 1);
        var inQuestions = row.Conversations.Where(static turn => turn.From == "human").Sum(static turn => turn.Value.Split(ChatTemplate.Video).Length - 1);
        if (found != wanted || inQuestions != wanted)
        {
            throw new InputException(wanted == 0
                ? $"Row '{row.Id}': its text holds {ChatTemplate.Video}, and {(shown is null ? "it shows neither video nor image" : "the prompts of clips place the video themselves")}. Remove it."
                : $"Row '{row.Id}' shows {shown}: its questions hold {ChatTemplate.Video} {inQuestions} times and its answers {found - inQuestions} times; expected once, in a question. Correct the row, or take it out.");
        }
    }

    /// <summary>What a row shows.</summary>
    /// <exception cref="FrameReadException">It is missing, or cannot be decoded.</exception>
    public static async Task<WholeVideo> ReadAsync(TrainingRow row, MediaFolder folder, int mostFrames, CancellationToken cancellationToken)
    {
        var path = Find(row, folder) ?? throw new FrameReadException(FrameReadFailure.MissingVideo, $"no {row.Image ?? row.Video} in the folder of replayed data.");
        return row.Image is null
            ? await folder.ReadVideoAsync(path, mostFrames, cancellationToken)
            : new WholeVideo(await folder.ReadImageAsync(path, cancellationToken), 0);
    }

    /// <summary>The turns of a row: the video's placeholder goes before its question, and before the length of a video.</summary>
    public static IReadOnlyList<ConversationTurn> Turns(TrainingRow row, WholeVideo shown, bool hasTimeInstruction)
    {
        var turns = row.Conversations.ToArray();
        var asked = Array.FindIndex(turns, static turn => turn.Value.Contains(ChatTemplate.Video, StringComparison.Ordinal));
        var rest = turns[asked].Value.Replace(ChatTemplate.Video, "", StringComparison.Ordinal);
        var time = hasTimeInstruction && row.Image is null ? TimeInstruction.LlavaVideoText(shown.DurationSeconds, shown.Frames.Frames.Count, []) : "";

        // The line feed after a video's placeholder stays, so that the published prompt has two; an image's is trimmed.
        turns[asked] = turns[asked] with { Value = ChatTemplate.VideoLine + time + (row.Image is null ? rest : rest.Trim()) };
        return turns;
    }
}
