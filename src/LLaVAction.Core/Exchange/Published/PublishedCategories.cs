namespace LLaVAction.Exchange.Published;

/// <summary>The categories that benchmarks publish by name alone.</summary>
internal static class PublishedCategories
{
    public static IReadOnlyList<string> MvBenchTasks { get; } =
    [
        "action_sequence", "moving_count", "action_prediction", "episodic_reasoning", "action_antonym", "action_count", "scene_transition",
        "object_shuffle", "object_existence", "fine_grained_pose", "unexpected_action", "moving_direction", "state_change", "object_interaction",
        "character_order", "action_localization", "counterfactual_inference", "fine_grained_action", "moving_attribute", "egocentric_navigation",
    ];

    public static string? NextQaGroup(string type) => type switch
    {
        "CW" or "CH" => "causal",
        "TN" or "TC" or "TP" => "temporal",
        "DC" or "DL" or "DO" or "DB" => "descriptive",
        _ => null,
    };
}
