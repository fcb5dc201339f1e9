using System.Text.Json;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Tokenization;

/// <summary>What tokenizer files come down to.</summary>
internal sealed record TokenizerParts(string File, BytePairVocabulary Vocabulary, List<AddedToken> Added, bool IsNormalizing);

/// <summary>
/// Reads <c>tokenizer.json</c> of Hugging Face tokenizers. Every step it describes is either one this tokenizer takes, or
/// an error: nothing is passed over that would change ids.
/// </summary>
internal static class TokenizerJson
{
    public static TokenizerParts Read(string file)
    {
        var root = JsonFields.Open(file);
        var model = root.Object("model") ?? throw root.Missing("model");
        CheckModel(model);
        CheckPreTokenizer(root);
        CheckPostProcessor(root);
        var ids = ReadVocabulary(model.Object("vocab") ?? throw model.Missing("vocab"));
        var merges = ReadMerges(model);
        var vocabulary = new BytePairVocabulary(file, ids, merges, model.Flag("ignore_merges") ?? false);
        return new TokenizerParts(file, vocabulary, ReadAdded(root), IsNormalizing(root));
    }

    public static Dictionary<string, int> ReadVocabulary(JsonFields vocabulary)
    {
        var ids = new Dictionary<string, int>(vocabulary.Members.Count, StringComparer.Ordinal);
        var seen = new HashSet<int>(vocabulary.Members.Count);
        foreach (var token in vocabulary.Members.Keys)
        {
            var id = vocabulary.Integer(token, 0, BytePairVocabulary.MaximumId - 1) ?? throw vocabulary.Wrong(DisplayText.Shorten(token), "null", "a token id");
            if (!seen.Add(id))
            {
                throw vocabulary.Wrong(DisplayText.Shorten(token), id.ToString(System.Globalization.CultureInfo.InvariantCulture), "an id that no other token has");
            }

            ids.Add(token, id);
        }

        return ids;
    }

    private static void CheckModel(JsonFields model)
    {
        if (model.Text("type") is { } type && type is not "BPE")
        {
            throw model.Wrong("type", DisplayText.Quote(type), "BPE");
        }

        if (model.Value("dropout") is { } dropout)
        {
            throw model.Wrong("dropout", dropout, "null");
        }

        string[] affixes = ["continuing_subword_prefix", "end_of_word_suffix"];
        foreach (var key in affixes)
        {
            if (model.Text(key) is { Length: > 0 } affix)
            {
                throw model.Wrong(key, DisplayText.Quote(affix), "none");
            }
        }
    }

    // "a b" in older files, ["a", "b"] in newer ones.
    private static List<(string Left, string Right)> ReadMerges(JsonFields model)
    {
        const string Expected = "a list of pairs, each [\"a\", \"b\"] or \"a b\"";
        var list = model.Value("merges") ?? throw model.Missing("merges");
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw model.Wrong("merges", list, Expected);
        }

        var merges = new List<(string Left, string Right)>(list.GetArrayLength());
        foreach (var merge in list.EnumerateArray())
        {
            var pair = merge.ValueKind switch
            {
                JsonValueKind.String => JsonFields.TextOrReplacement(merge).Split(' '),
                JsonValueKind.Array => merge.EnumerateArray()
                    .Select(side => side.ValueKind == JsonValueKind.String ? JsonFields.TextOrReplacement(side) : throw model.Wrong("merges", merge, Expected))
                    .ToArray(),
                _ => throw model.Wrong("merges", merge, Expected),
            };
            merges.Add(pair is [var left, var right] ? (left, right) : throw model.Wrong("merges", merge, Expected));
        }

        return merges;
    }

    private static List<AddedToken> ReadAdded(JsonFields root)
    {
        const string Key = "added_tokens";
        return root.Objects(Key)
            .Select(token => TokenizerFiles.TokenOf(token, token.Integer("id", 0, BytePairVocabulary.MaximumId - 1) ?? throw token.Missing("id")))
            .ToList();
    }

    private static bool IsNormalizing(JsonFields root)
    {
        const string Key = "normalizer";
        if (root.Object(Key) is not { } normalizer)
        {
            return false;
        }

        var steps = normalizer.Text("type") is "Sequence" ? normalizer.Objects("normalizers") : [normalizer];
        foreach (var type in steps.Select(step => step.Text("type") ?? ""))
        {
            if (type is not "NFC")
            {
                throw root.Wrong(Key, DisplayText.Quote(type), "NFC or none");
            }
        }

        return steps.Count > 0;
    }

    private static void CheckPreTokenizer(JsonFields root)
    {
        const string Key = "pre_tokenizer";
        var preTokenizer = root.Object(Key) ?? throw root.Missing(Key);
        var steps = preTokenizer.Text("type") is "Sequence" ? preTokenizer.Objects("pretokenizers") : [preTokenizer];
        if (steps is not [var split, var byteLevel] || split.Text("type") is not "Split" || byteLevel.Text("type") is not "ByteLevel")
        {
            var found = string.Join(", ", steps.Take(4).Select(step => step.Text("type") ?? "?"));
            throw root.Wrong(Key, DisplayText.Quote(found), "a Split by the Qwen2 pattern, then ByteLevel");
        }

        var pattern = split.Object("pattern")?.Text("Regex") ?? "";
        if (!string.Equals(pattern, QwenPreTokenizer.Pattern, StringComparison.Ordinal))
        {
            throw split.Wrong("pattern", DisplayText.Quote(pattern), $"the pattern of Qwen2, {QwenPreTokenizer.Pattern}");
        }

        if (split.Text("behavior") is not "Isolated" || split.Flag("invert") == true)
        {
            throw split.Wrong("behavior", DisplayText.Quote(split.Text("behavior") ?? ""), "Isolated, not inverted");
        }

        if (byteLevel.Flag("add_prefix_space") == true || byteLevel.Flag("use_regex") != false)
        {
            throw byteLevel.Wrong("add_prefix_space, use_regex", "another", "false, false");
        }
    }

    // A post-processor may say how to join texts; one that adds tokens is not Qwen2's.
    private static void CheckPostProcessor(JsonFields root)
    {
        const string Key = "post_processor";
        if (root.Object(Key) is not { } postProcessor)
        {
            return;
        }

        var type = postProcessor.Text("type") ?? "";
        var addsNothing = type is "ByteLevel"
            || (type is "TemplateProcessing" && (postProcessor.Object("special_tokens")?.Members.Count ?? 0) == 0);
        if (!addsNothing)
        {
            throw root.Wrong(Key, DisplayText.Quote(type), "ByteLevel, or a template without special tokens");
        }
    }
}
