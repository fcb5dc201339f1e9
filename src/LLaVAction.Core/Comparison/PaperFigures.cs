using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
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

    private static readonly string[] OneVision05 = ["lmms-lab/llava-onevision-qwen2-0.5b-ov", "llava-hf/llava-onevision-qwen2-0.5b-ov-hf"];
    private static readonly string[] OneVision7 = ["lmms-lab/llava-onevision-qwen2-7b-ov", "llava-hf/llava-onevision-qwen2-7b-ov-hf"];
    private static readonly string[] Video7 = ["lmms-lab/LLaVA-Video-7B-Qwen2"];
    private static readonly string[] Action7 = ["MLAdaptiveIntelligence/LLaVAction-7B"];
    private static readonly string[] Action05 = ["MLAdaptiveIntelligence/LLaVAction-0.5B"];

    private static readonly Row[] Rows =
    [
        .. Table1("LLaVA-OV-0.5B", OneVision05, 0.593, 0.371, 0.320),
        .. Table1("LLaVA-OV-7B", OneVision7, 0.688, 0.336, 0.289),
        .. Table1("LLaVA-Video-7B", Video7, 0.650, 0.400, 0.357),
        new("2", "LLaVA-Video-7B", Video7, "tim", 16, Representation.Narration, 0.348),
        new("2", "LLaVA-OV-7B", OneVision7, "tim", 16, Representation.Narration, 0.305),
        new("2", "LLaVA-OV-0.5B", OneVision05, "tim", 16, Representation.Narration, 0.316),
        new("2", "LLaVAction-7B (from LLaVA-Video-7B)", Action7, "tim", 8, Representation.Narration, 0.717),
        new("2", "LLaVAction-7B (from LLaVA-Video-7B)", Action7, "tim", 16, Representation.Narration, 0.734),
        new("2", "LLaVAction-0.5B (from LLaVA-OV-0.5B)", Action05, "tim", 8, Representation.Narration, 0.648),
        new("2", "LLaVAction-0.5B (from LLaVA-OV-0.5B)", Action05, "tim", 16, Representation.Narration, 0.654),
        new("8", "LLaVA-Video-7B", Video7, "tim", 8, Representation.OfficialKey, 0.265),
        new("8", "LLaVA-OV-7B", OneVision7, "tim", 8, Representation.OfficialKey, 0.196),
        new("8", "LLaVA-OV-0.5B", OneVision05, "tim", 8, Representation.OfficialKey, 0.248),
    ];

    /// <summary>
    /// The paper's figure for a cell; null unless everything the figure depends on agrees: all validation rows asked and
    /// answered, mqa with five options, the representation, a strategy named as in the paper whose dump is stated as
    /// measured (or <c>random</c>), egocentric prompt, midpoint frames, no control, no prior actions, and a model known by
    /// its published id (<c>org/name</c>, from the Hugging Face cache or <c>--model-name</c>), never by a folder's name.
    /// </summary>
    public static PaperFigure? Find(RunIdentity identity, CellSummary cell)
    {
        var agrees = identity.Benchmark is { Protocol: Protocol.Mqa, OptionsPerQuestion: 5 }
            && cell.QuestionsInSet == ValidationRows
            && cell.Questions == ValidationRows
            && cell.WithoutResult == 0
            && cell.Failed == 0
            && (cell.Strategy == "random" || cell.Provenance == Provenance.Measured)
            && identity.Prompt is { Task: PromptTask.MultipleChoice, Perspective: PromptPerspective.Egocentric, PriorActions: RunPrompt.NoPriorActions }
            && identity.Frames.Policy == FramePolicyKind.Midpoint
            && identity.Control == Control.None
            && !identity.Model.HasRandomWeights;
        var published = identity.Model.Name.Split('@')[0];
        var row = !agrees ? null : Array.Find(Rows, row =>
            row.Strategy == cell.Strategy
            && row.Frames == cell.Frames
            && row.Representation == identity.Benchmark.Representation
            && row.Ids.Contains(published, StringComparer.OrdinalIgnoreCase));
        return row is null ? null : new PaperFigure(row.Table, row.Model, row.Accuracy);
    }

    private static Row[] Table1(string model, string[] ids, double random, double avion, double tim) =>
    [
        new("1", model, ids, "random", 8, Representation.Narration, random),
        new("1", model, ids, "avion", 8, Representation.Narration, avion),
        new("1", model, ids, "tim", 8, Representation.Narration, tim),
    ];

    private sealed record Row(string Table, string Model, string[] Ids, string Strategy, int Frames, Representation Representation, double Accuracy);
}
