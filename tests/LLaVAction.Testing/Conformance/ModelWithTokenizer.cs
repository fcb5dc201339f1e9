using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Testing.Conformance;

/// <summary>
/// A golden checkpoint as a user would have it: in a folder with a tokenizer. Checkpoints of the golden folder hold none of
/// their own as a rule; they were made with the small vocabulary of <c>tokenizer/tiny</c>.
/// </summary>
public sealed class ModelWithTokenizer : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Copies a checkpoint folder and adds the tokenizer where it lacks one.</summary>
    public ModelWithTokenizer(string checkpoint)
    {
        Folder = _folder[Path.GetFileName(checkpoint)];
        Directory.CreateDirectory(Folder);
        Copy(checkpoint);
        if (!File.Exists(Path.Combine(Folder, "tokenizer.json")) && !File.Exists(Path.Combine(Folder, "vocab.json")))
        {
            Copy(GoldenFolder.PathOf("tokenizer/tiny"), "tokenizer.json", "tokenizer_config.json");
        }
    }

    /// <summary>The folder to load.</summary>
    public string Folder { get; }

    /// <summary>The prompt of the golden folder that has these ids (−200 for the video); null when none has.</summary>
    public static string? PromptOf(IReadOnlyList<int> inputIds, ITokenizer tokenizer)
        => Prompts().FirstOrDefault(prompt => Ids(prompt, tokenizer).SequenceEqual(inputIds));

    /// <summary>All prompts that the golden folder's models were asked.</summary>
    public static IReadOnlyList<string> Prompts()
        => GoldenFolder.Files("models", "golden_info*.json")
            .Select(GoldenFolder.Json)
            .SelectMany(info => info.EnumerateObject())
            .Where(property => property.Name.EndsWith("prompt", StringComparison.Ordinal) && property.Value.ValueKind == System.Text.Json.JsonValueKind.String)
            .Select(property => property.Value.GetString()!)
            .Distinct(StringComparer.Ordinal)
            .ToArray();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static IEnumerable<int> Ids(string prompt, ITokenizer tokenizer)
    {
        var tokens = PromptTokens.Of(prompt, tokenizer);
        return tokens.HasVideo ? [.. tokens.BeforeVideo, PromptTokens.VideoPlaceholderId, .. tokens.AfterVideo] : tokens.AfterVideo;
    }

    private void Copy(string from, params string[] names)
    {
        foreach (var file in Directory.EnumerateFiles(from).Where(file => names.Length == 0 || names.Contains(Path.GetFileName(file))))
        {
            File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
        }
    }
}
