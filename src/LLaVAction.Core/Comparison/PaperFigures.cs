using LLaVAction.Runs;

namespace LLaVAction.Comparison;

/// <summary>A figure of the paper beside one of ours: other questions, unpaired.</summary>
/// <param name="Table">The paper's table.</param>
/// <param name="Model">The paper's name of the model.</param>
/// <param name="Accuracy">Accuracy, in 0..1.</param>
public sealed record PaperFigure(string Table, string Model, double Accuracy);

/// <summary>
/// Accuracies printed in the LLaVAction paper (tables 1, 2 and 8) on its own EPIC-KITCHENS-100-MQA, which was never
/// released: the questions differ from any set built here.
/// </summary>
public static class PaperFigures
{
    /// <summary>What must stand beside every such figure.</summary>
    public const string Label = "other questions, unpaired";

    private const int ValidationRows = 9668;

    private static readonly (string Table, string Model, string[] Names, string Strategy, int Frames, string Representation, double Accuracy)[] Figures =
    [
        .. Row("1", "LLaVA-OV-0.5B", Names.OneVision05, 8, 59.3, 37.1, 32.0),
        .. Row("1", "LLaVA-OV-7B", Names.OneVision7, 8, 68.8, 33.6, 28.9),
        .. Row("1", "LLaVA-Video-7B", Names.Video7, 8, 65.0, 40.0, 35.7),
        ("2", "LLaVA-Video-7B", Names.Video7, "tim", 16, "narration", 0.348),
        ("2", "LLaVA-OV-7B", Names.OneVision7, "tim", 16, "narration", 0.305),
        ("2", "LLaVA-OV-0.5B", Names.OneVision05, "tim", 16, "narration", 0.316),
        ("2", "LLaVAction-7B (from LLaVA-Video-7B)", Names.Action7, "tim", 8, "narration", 0.717),
        ("2", "LLaVAction-7B (from LLaVA-Video-7B)", Names.Action7, "tim", 16, "narration", 0.734),
        ("2", "LLaVAction-0.5B (from LLaVA-OV-0.5B)", Names.Action05, "tim", 8, "narration", 0.648),
        ("2", "LLaVAction-0.5B (from LLaVA-OV-0.5B)", Names.Action05, "tim", 16, "narration", 0.654),
        ("8", "LLaVA-Video-7B", Names.Video7, "tim", 8, "official-key", 0.265),
        ("8", "LLaVA-OV-7B", Names.OneVision7, "tim", 8, "official-key", 0.196),
        ("8", "LLaVA-OV-0.5B", Names.OneVision05, "tim", 8, "official-key", 0.248),
    ];

    /// <summary>
    /// The paper's figure for a cell; null unless everything the figure depends on agrees: all validation rows asked and
    /// answered, mqa with five options, the representation, a strategy named as in the paper whose dump is stated as
    /// measured (or <c>random</c>), egocentric prompt, midpoint frames, no control, no prior actions, a model folder named
    /// as published.
    /// </summary>
    public static PaperFigure? Find(RunIdentity identity, CellSummary cell)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(cell);
        var agrees = identity.Benchmark is { Protocol: "mqa", OptionsPerQuestion: 5 }
            && cell.QuestionsInSet == ValidationRows
            && cell.Questions == ValidationRows
            && cell.WithoutResult == 0
            && cell.Failed == 0
            && (cell.Strategy == "random" || cell.Provenance == "measured")
            && identity.Prompt is { Task: "mqa", Perspective: "egocentric", PriorActions: "none" }
            && identity.Frames.Policy == "midpoint"
            && identity.Control == "none"
            && !identity.Model.HasRandomWeights;
        if (!agrees)
        {
            return null;
        }

        var name = identity.Model.Name.ToLowerInvariant();
        foreach (var figure in Figures)
        {
            if (figure.Strategy == cell.Strategy
                && figure.Frames == cell.Frames
                && figure.Representation == identity.Benchmark.Representation
                && figure.Names.Contains(name, StringComparer.Ordinal))
            {
                return new PaperFigure(figure.Table, figure.Model, figure.Accuracy);
            }
        }

        return null;
    }

    private static IEnumerable<(string, string, string[], string, int, string, double)> Row(
        string table, string model, string[] names, int frames, double random, double avion, double tim) =>
    [
        (table, model, names, "random", frames, "narration", random / 100),
        (table, model, names, "avion", frames, "narration", avion / 100),
        (table, model, names, "tim", frames, "narration", tim / 100),
    ];

    /// <summary>Folder names under which the checkpoints are published, in lower case.</summary>
    private static class Names
    {
        public static readonly string[] OneVision05 =
            ["llava-onevision-qwen2-0.5b-ov", "llava-onevision-qwen2-0.5b-ov-hf"];

        public static readonly string[] OneVision7 = ["llava-onevision-qwen2-7b-ov", "llava-onevision-qwen2-7b-ov-hf"];

        public static readonly string[] Video7 = ["llava-video-7b-qwen2"];

        public static readonly string[] Action7 = ["llavaction-7b"];

        public static readonly string[] Action05 = ["llavaction-0.5b"];
    }
}
