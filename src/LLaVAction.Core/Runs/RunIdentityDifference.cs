using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLaVAction.Runs;

/// <summary>One setting in which two runs differ.</summary>
/// <param name="Name">Path of the key, for example <c>frames.counts</c>.</param>
/// <param name="Left">Its value in the first run, as JSON.</param>
/// <param name="Right">Its value in the second run, as JSON.</param>
public sealed record RunIdentityDifference(string Name, string Left, string Right)
{
    private static readonly (string Prefix, string Option)[] Options =
    [
        ("benchmark.manifest_sha256", "--benchmark (manifest)"),
        ("benchmark.sets", "--strategy"),
        ("model.name", "--model (name)"),
        ("model.hash", "--model (content)"),
        ("model.engine", "--engine"),
        ("model.device", "--device"),
        ("model.precision", "--precision"),
        ("model.settings.pooling", "--mm-pooling"),
        ("model.settings.newline", "--mm-newline"),
        ("model.settings.action_token", "--action-token"),
        ("model.settings.repetition_penalty", "--repetition-penalty"),
        ("model.settings.stop_tokens", "--stop-tokens"),
        ("model.settings.vocabulary_size", "--vocabulary-size"),
        ("prompt.task", "--task"),
        ("prompt.perspective", "--prompt"),
        ("prompt.has_time_instruction", "--time-instruction"),
        ("prompt.prior_actions", "--prior-actions"),
        ("frames.counts", "--frames"),
        ("frames.policy", "--frame-policy"),
        ("frames.clip_length", "--clip-length"),
        ("frames.video_layout", "--video-layout"),
        ("scoring", "--scoring"),
        ("rotations", "--rotations"),
        ("max_new_tokens", "--max-new-tokens"),
        ("control", "--control"),
    ];

    /// <summary>The option of <c>evaluate-model</c> that decides the setting; its own name where none does.</summary>
    public string Option => Array.Find(Options, option => Name.StartsWith(option.Prefix, StringComparison.Ordinal)).Option ?? Name;

    /// <summary>Whether it says how many questions are asked, and which.</summary>
    public bool IsOfExtent => Name == "benchmark.clips"
        || (Name.StartsWith("benchmark.sets[", StringComparison.Ordinal)
            && (Name.EndsWith(".questions_asked", StringComparison.Ordinal) || Name.EndsWith(".asked_sha256", StringComparison.Ordinal)));

    /// <summary>
    /// All settings in which two identities differ, in the order of the file; none when they are equal. The name of a model
    /// is a label: where the content is the same, another name is no difference.
    /// </summary>
    public static IReadOnlyList<RunIdentityDifference> Between(RunIdentity left, RunIdentity right)
    {
        if (left.Model.HasSameContent(right.Model))
        {
            right = right with { Model = right.Model with { Name = left.Model.Name } };
        }

        var differences = new List<RunIdentityDifference>();
        Compare("", ToNode(left), ToNode(right), differences);
        return differences;
    }

    private static JsonNode? ToNode(RunIdentity identity) =>
        JsonSerializer.SerializeToNode(identity, RunJson.Lines.RunIdentity);

    private static void Compare(string path, JsonNode? left, JsonNode? right, List<RunIdentityDifference> differences)
    {
        if (left is JsonObject leftObject && right is JsonObject rightObject)
        {
            var names = leftObject.Select(pair => pair.Key)
                .Concat(rightObject.Select(pair => pair.Key).Where(name => !leftObject.ContainsKey(name)));
            foreach (var name in names)
            {
                Compare(path.Length == 0 ? name : $"{path}.{name}", leftObject[name], rightObject[name], differences);
            }
        }
        else if (left is JsonArray leftArray && right is JsonArray rightArray
            && leftArray.Count == rightArray.Count && leftArray.Any(item => item is JsonObject))
        {
            for (var i = 0; i < leftArray.Count; i++)
            {
                Compare($"{path}[{i}]", leftArray[i], rightArray[i], differences);
            }
        }
        else if (!JsonNode.DeepEquals(left, right))
        {
            differences.Add(new RunIdentityDifference(path, Text(left), Text(right)));
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString(RunJson.Lines.Options) ?? "null";
}
