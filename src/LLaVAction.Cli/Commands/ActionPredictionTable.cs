using LLaVAction.Cli.Output;
using LLaVAction.Models.Recognizers;
using LLaVAction.Recognizers;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>What <c>predict-actions</c> prints of a finished dump.</summary>
internal static class ActionPredictionTable
{
    private const double WarnedPoints = 2;

    // Top-1 and top-5 beside the published figures, and warnings about what to know before using the dump.
    public static void Write(CommandContext context, DumpDescription description, int clips)
    {
        var published = PublishedRecognizer.All.FirstOrDefault(one => one.Name == description.Published)?.Figures;
        var isRandom = description.Provenance == "simulated";
        var table = new Table(
            new TableColumn("group", "Group"),
            TableColumn.Number("top1", isRandom ? "Top-1 % (random weights)" : "Top-1 %"),
            TableColumn.Number("top5", "Top-5 %"),
            TableColumn.Number("clips", "Clips"),
            TableColumn.Number("published_top1", "Published top-1 %"));
        foreach (var (group, accuracy) in description.Accuracy)
        {
            var theirs = published is null ? null : group switch { "action" => published.Action, "verb" => published.Verb, "noun" => published.Noun, _ => (double?)null };
            table.Add(group, Math.Round(accuracy.Top1, 2), Math.Round(accuracy.Top5, 2), accuracy.Clips, theirs);
        }

        context.Results.Write(table, ResultFormat.Table);
        if (published is not null && description.Accuracy["action"].Top1 < published.Action - WarnedPoints && description.Accuracy["action"].Clips >= 1000)
        {
            context.Log.Warning(
                "Action top-1 is {Found:0.0} %, {Points:0.0} points under the {Published:0.0} % that {Name} is published with. Check --frames, the layout and the videos (docs/dumps.md).",
                description.Accuracy["action"].Top1, published.Action - description.Accuracy["action"].Top1, published.Action, description.Published);
        }

        if (description.InSampleClips > 0)
        {
            context.Log.Warning(
                "{InSample} of {Clips} clips are of videos that the model was trained on: the dump is marked in-sample. See docs/dumps.md on cross-fitting.",
                description.InSampleClips, clips);
        }

        if (description.Failed.Count > 0)
        {
            context.Log.Warning("{Failed} of {Clips} clips could not be read; the dump lacks them. Use --retry-failed once their videos can be read.", description.Failed.Count, clips);
        }
    }
}
