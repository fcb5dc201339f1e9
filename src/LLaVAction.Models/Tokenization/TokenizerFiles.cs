using System.Text.Json;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Models.Tokenization;

/// <summary>Reads a folder's tokenizer files, old and new, into one tokenizer.</summary>
internal static class TokenizerFiles
{
    public static ByteLevelTokenizer Open(CheckpointPath path)
    {
        // An adapter may bring a tokenizer of its own: the tokens that its training added.
        var folder = File.Exists(Path.Combine(path.Folder, "tokenizer.json")) ? path.Folder : path.FolderWith("vocab.json", "merges.txt");
        var json = Path.Combine(folder, "tokenizer.json");
        var vocabulary = Path.Combine(folder, "vocab.json");
        var merges = Path.Combine(folder, "merges.txt");
        if (!File.Exists(json) && !(File.Exists(vocabulary) && File.Exists(merges)))
        {
            throw new InputException($"{folder} holds no tokenizer; expected tokenizer.json, or vocab.json and merges.txt. Copy them from the checkpoint's source.");
        }

        var settings = JsonFields.TryOpen(Path.Combine(folder, "tokenizer_config.json"));
        CheckSettings(settings);
        var parts = File.Exists(json) ? TokenizerJson.Read(json) : VocabularyFiles.Read(vocabulary, merges, settings);
        var added = new AddedTokenTable(parts.File, parts.Vocabulary);
        parts.Added.ForEach(added.Add);
        ReadDecoder(settings, added);
        ReadAddedTokens(folder, settings, added);
        return new ByteLevelTokenizer(parts.Vocabulary, added.Tokens, parts.IsNormalizing);
    }

    private static void CheckSettings(JsonFields? settings)
    {
        if (settings?.Flag("add_prefix_space") == true)
        {
            throw settings.Wrong("add_prefix_space", "true", "false, as Qwen2's tokenizer has it");
        }

        if (settings?.Flag("split_special_tokens") == true)
        {
            throw settings.Wrong("split_special_tokens", "true", "false: special tokens written in a prompt stand for themselves");
        }
    }

    private static void ReadDecoder(JsonFields? settings, AddedTokenTable added)
    {
        const string Key = "added_tokens_decoder";
        if (settings?.Object(Key) is not { } decoder)
        {
            return;
        }

        foreach (var key in decoder.Members.Keys)
        {
            var token = decoder.Object(key) ?? throw decoder.Wrong(key, "null", "an added token");
            if (!int.TryParse(key, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id) || id >= BytePairVocabulary.MaximumId)
            {
                throw settings.Wrong(Key, DisplayText.Quote(key), $"token ids from 0 to {BytePairVocabulary.MaximumId - 1}");
            }

            added.Add(TokenOf(token, id));
        }
    }

    // 'added_tokens.json': text → id and nothing else; special are those that 'tokenizer_config.json' or
    // 'special_tokens_map.json' gives a role, and the others are looked for in the normalised text.
    private static void ReadAddedTokens(string folder, JsonFields? settings, AddedTokenTable added)
    {
        if (JsonFields.TryOpen(Path.Combine(folder, "added_tokens.json")) is not { } file)
        {
            return;
        }

        var special = RolesOf(settings);
        special.UnionWith(RolesOf(JsonFields.TryOpen(Path.Combine(folder, "special_tokens_map.json"))));
        foreach (var content in file.Members.Keys)
        {
            var id = file.Integer(content, 0, BytePairVocabulary.MaximumId - 1) ?? throw file.Wrong(DisplayText.Shorten(content), "null", "a token id");
            if (!added.Contains(content))
            {
                var isSpecial = special.Contains(content);
                added.Add(new AddedToken(content, id, isSpecial, IsNormalized: !isSpecial, StripsLeft: false, StripsRight: false, IsSingleWord: false));
            }
        }
    }

    // An added token with its flags, as 'tokenizer.json' and 'tokenizer_config.json' write it.
    public static AddedToken TokenOf(JsonFields token, int id)
    {
        var isSpecial = token.Flag("special") ?? false;
        return new AddedToken(
            token.Text("content") ?? throw token.Missing("content"),
            id,
            isSpecial,
            IsNormalized: token.Flag("normalized") ?? !isSpecial,
            StripsLeft: token.Flag("lstrip") ?? false,
            StripsRight: token.Flag("rstrip") ?? false,
            IsSingleWord: token.Flag("single_word") ?? false);
    }

    private static HashSet<string> RolesOf(JsonFields? fields)
    {
        var tokens = new HashSet<string>(StringComparer.Ordinal);
        if (fields is null)
        {
            return tokens;
        }

        string[] roles = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];
        string[] lists = ["additional_special_tokens", "extra_special_tokens"];
        var single = roles.Select(fields.Value);
        var listed = lists.Select(fields.Value)
            .Where(value => value is { ValueKind: JsonValueKind.Array })
            .SelectMany(value => value!.Value.EnumerateArray().Select(item => (JsonElement?)item));
        foreach (var value in single.Concat(listed).OfType<JsonElement>())
        {
            var text = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content) ? content : value;
            if (text.ValueKind == JsonValueKind.String)
            {
                tokens.Add(JsonFields.TextOrReplacement(text));
            }
        }

        return tokens;
    }
}
