using LLaVAction.Comparison;

namespace LLaVAction.Tests.Comparison;

/// <summary>The paper's category tables, held against what they must add up to.</summary>
public sealed class PublishedPaperFigureTests
{
    // Sizes of LongVideoBench's categories; they add up to its 1,337 validation questions.
    private static readonly Dictionary<string, int> LongVideoBench = new(StringComparer.Ordinal)
    {
        ["E2O"] = 65,
        ["E3E"] = 94,
        ["O2E"] = 87,
        ["O3O"] = 66,
        ["S2A"] = 88,
        ["S2E"] = 93,
        ["S2O"] = 72,
        ["SAA"] = 72,
        ["SOS"] = 81,
        ["SSS"] = 97,
        ["T2A"] = 79,
        ["T2E"] = 65,
        ["T2O"] = 76,
        ["T3E"] = 73,
        ["T3O"] = 74,
        ["TAA"] = 82,
        ["TOS"] = 73,
    };

    private static readonly Dictionary<string, int> Domains = new(StringComparer.Ordinal)
    {
        ["Knowledge"] = 810,
        ["Life Record"] = 630,
        ["Sports Competition"] = 450,
        ["Film & Television"] = 360,
        ["Artistic Performance"] = 360,
        ["Multilingual"] = 90,
    };

    [Fact]
    public void Tables_add_up_to_the_means_that_contradict_table_5()
    {
        string[] tasks =
        [
            "action_sequence", "moving_count", "action_prediction", "episodic_reasoning", "action_antonym", "action_count", "scene_transition", "object_shuffle", "object_existence", "fine_grained_pose",
            "unexpected_action", "moving_direction", "state_change", "object_interaction", "character_order", "action_localization", "counterfactual_inference", "fine_grained_action", "moving_attribute",
            "egocentric_navigation",
        ];

        AssertMeans("mvbench", "task", tasks.ToDictionary(task => task, _ => 200, StringComparer.Ordinal), 0.6015, 0.6113);
        AssertMeans("longvideobench", "question_category", LongVideoBench, 0.5894, 0.5856);
        AssertMeans("video-mme-subtitles", "domain", Domains, 0.7147, 0.7141);
        Assert.Null(PublishedPaperFigures.Find("video-mme-subtitles", "sub_category", "Food"));
        Assert.Null(PublishedPaperFigures.Find("video-mme", "domain", "Knowledge"));
    }

    private static void AssertMeans(string set, string kind, Dictionary<string, int> sizes, double baseline, double llavaction)
    {
        double Mean(Func<PaperCategory, double> of) =>
            sizes.Sum(pair => pair.Value * of(PublishedPaperFigures.Find(set, kind, pair.Key)!)) / sizes.Values.Sum();

        Assert.Equal(baseline, Mean(category => category.LlavaVideo), 3);
        Assert.Equal(llavaction, Mean(category => category.Llavaction), 3);
    }
}
