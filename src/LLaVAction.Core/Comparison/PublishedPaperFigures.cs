using System.Globalization;
using LLaVAction.Runs;

namespace LLaVAction.Comparison;

/// <summary>A figure of the paper's tables 9 to 11: both models, in reruns of the authors.</summary>
/// <param name="Table">The table.</param>
/// <param name="LlavaVideo">Accuracy of LLaVA-Video-7B.</param>
/// <param name="Llavaction">Accuracy of LLaVAction-7B.</param>
public sealed record PaperCategory(string Table, double LlavaVideo, double Llavaction);

/// <summary>Accuracies on other benchmarks that the LLaVAction paper prints: table 5 whole, tables 9 to 11 by category.</summary>
public static class PublishedPaperFigures
{
    /// <summary>What must be said with figures of table 5.</summary>
    public const string Contradiction =
        "The paper's table 5 sets baselines as others reported them beside its own reruns. By its reruns (tables 9 to 11) LLaVA-Video-7B has 60.15 in MVBench, 58.94 in "
        + "LongVideoBench and 71.47 in Video-MME with subtitles, where table 5 has 58.6, 58.2 and 69.7: gains of LLaVAction-7B shrink to +1.0, -0.4 and -0.1 points. "
        + "Compare paired runs of your own instead.";

    // MVBench by task.
    private const string Table9 = """
        action_antonym 76.0 75.0; action_count 57.0 65.0; action_localization 61.0 63.5; action_prediction 62.0 59.0; action_sequence 70.5 72.5;
        character_order 74.5 79.0; counterfactual_inference 50.0 52.0; egocentric_navigation 30.5 28.0; episodic_reasoning 53.5 54.0;
        fine_grained_action 48.0 49.0; fine_grained_pose 54.5 61.5; moving_attribute 71.0 72.5; moving_count 44.0 43.0; moving_direction 35.5 31.0;
        object_existence 60.0 59.0; object_interaction 84.5 83.5; object_shuffle 41.5 44.0; scene_transition 93.5 90.5; state_change 54.0 61.5;
        unexpected_action 81.5 79.0
        """;

    // LongVideoBench by question category.
    private const string Table10 = """
        E2O 72.31 69.23; E3E 67.02 67.02; O2E 67.82 64.37; O3O 57.58 59.09; S2A 71.59 70.46; S2E 72.04 66.67; S2O 63.89 63.89; SAA 55.56 52.78;
        SOS 65.43 66.67; SSS 41.24 41.24; T2A 59.49 62.02; T2E 56.92 56.92; T2O 59.21 59.21; T3E 50.68 58.90; T3O 58.11 52.70; TAA 47.56 50.00;
        TOS 32.88 32.88
        """;

    // Video-MME with subtitles, by domain, task and sub-category ("Food" is missing there).
    private const string Table11Domains = """
        Artistic Performance 68.9 69.4; Film & Television 71.7 72.8; Knowledge 76.0 75.4; Life Record 71.7 71.7; Multilingual 67.8 61.1;
        Sports Competition 65.6 66.4
        """;

    private const string Table11Tasks = """
        Action Reasoning 69.5 69.1; Action Recognition 69.0 68.4; Attribute Perception 83.8 83.3; Counting Problem 48.1 46.3; Information Synopsis 87.0 86.7;
        OCR Problems 73.4 74.1; Object Reasoning 73.6 73.3; Object Recognition 75.7 77.1; Spatial Perception 68.5 72.2; Spatial Reasoning 82.1 82.1;
        Temporal Perception 76.4 78.2; Temporal Reasoning 51.4 52.0
        """;

    private const string Table11SubCategories = """
        Acrobatics 65.6 64.4; Animation 58.9 60.0; Astronomy 77.8 77.8; Athletics 66.7 73.3; Basketball 54.4 51.1; Biology & Medicine 78.9 78.9;
        Daily Life 78.9 75.6; Documentary 74.4 76.7; Esports 62.2 60.0; Exercise 58.9 67.8; Fashion 68.9 70.0; Finance & Commerce 80.0 80.0;
        Football 72.2 75.6; Geography 76.7 75.6; Handicraft 77.8 76.7; Humanity & History 66.7 67.8; Law 82.2 80.0; Life Tip 70.0 67.8;
        Literature & Art 80.0 73.3; Magic Show 62.2 65.6; Movie & TV Show 68.9 70.0; News Report 84.4 84.4; Other Sports 72.2 72.2; Pet & Animal 78.9 78.9;
        Stage Play 82.2 80.0; Technology 72.2 77.8; Travel 75.6 77.8; Variety Show 65.6 67.8
        """;

    // In the order of PublishedBenchmark, with Video-MME twice: without subtitles and with.
    private static readonly (string Set, int Questions)[] Sets =
        [("egoschema", 5031), ("mvbench", 4000), ("video-mme", 2700), ("video-mme-subtitles", 2700), ("longvideobench", 1337), ("nextqa", 8564), ("perception-test", 19140)];

    private static readonly (string Model, string[] Ids, double?[] Table5)[] Models =
    [
        ("LLaVA-OV-7B", ["lmms-lab/llava-onevision-qwen2-7b-ov", "llava-hf/llava-onevision-qwen2-7b-ov-hf"], [60.1, 56.7, 58.2, 61.5, 56.5, 79.4, 57.1]),
        ("LLaVA-Video-7B", ["lmms-lab/LLaVA-Video-7B-Qwen2"], [57.3, 58.6, 63.3, 69.7, 58.2, 83.2, 67.9]),
        ("LLaVAction-7B", ["MLAdaptiveIntelligence/LLaVAction-7B"], [59.0, 61.1, 63.9, 71.4, 58.6, 82.8, 70.2]),
    ];

    private static readonly Dictionary<(string Set, string Kind, string Category), PaperCategory> Categories = new[]
    {
        Read("9", "mvbench", "task", Table9),
        Read("10", "longvideobench", "question_category", Table10),
        Read("11", "video-mme-subtitles", "domain", Table11Domains),
        Read("11", "video-mme-subtitles", "task_type", Table11Tasks),
        Read("11", "video-mme-subtitles", "sub_category", Table11SubCategories),
    }.SelectMany(static table => table).ToDictionary(static entry => entry.Key, static entry => entry.Figure);

    /// <summary>
    /// Table 5's figure for a cell: a whole set of the published size, answered without a failure, the frames that were published
    /// (one a second, at most 64), no control, and a model known by its published id.
    /// </summary>
    public static PaperFigure? Find(RunIdentity identity, CellSummary cell)
    {
        var published = identity.Model.Name.Split('@')[0];
        var set = Array.FindIndex(Sets, set => set.Set == cell.Strategy && set.Questions == cell.Questions);
        var model = Array.Find(Models, model => model.Ids.Contains(published, StringComparer.OrdinalIgnoreCase));
        return set >= 0 && model.Ids is not null && model.Table5[set] is { } percent
                && cell is { WithoutResult: 0, Failed: 0, Frames: 64, Accuracy: not null }
                && identity is { Control: Control.None, Frames.Policy: FramePolicyKind.OnePerSecond, Model.HasRandomWeights: false }
            ? new PaperFigure("5", model.Model, percent / 100)
            : null;
    }

    /// <summary>The paper's figures of a category; null where it prints none.</summary>
    public static PaperCategory? Find(string set, string kind, string category) => Categories.GetValueOrDefault((set, kind, category));

    private static IEnumerable<((string Set, string Kind, string Category) Key, PaperCategory Figure)> Read(string table, string set, string kind, string text) =>
        text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(entry =>
        {
            var words = entry.Split(' ');
            double Share(Index place) => double.Parse(words[place], CultureInfo.InvariantCulture) / 100;
            return ((set, kind, string.Join(' ', words[..^2])), new PaperCategory(table, Share(^2), Share(^1)));
        });
}
