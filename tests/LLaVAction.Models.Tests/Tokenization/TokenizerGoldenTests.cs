using System.Text;
using System.Text.Json;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Tokenization;

/// <summary>
/// Every case file beside a tokenizer, in every form that the tokenizer's files come in.
/// </summary>
public sealed class TokenizerGoldenTests
{
    public static IEnumerable<object?[]> EncodeFiles() => FilesAndForms("cases*.jsonl");

    public static IEnumerable<object?[]> DecodeFiles() => FilesAndForms("decode_cases*.jsonl");

    public static IEnumerable<object?[]> ImageFiles() => FilesAndForms("tokenizer_image_token_cases*.jsonl");

    [SkippableTheory]
    [MemberData(nameof(EncodeFiles))]
    public void Texts_encode_to_the_references_ids(string? file, string? form)
    {
        var tokenizer = Open(file, form);

        Assert.All(GoldenFolder.Lines(file!), line =>
        {
            var text = line.GetProperty("text").GetString()!;
            Assert.Equal(Ids(line), tokenizer.Encode(text));
        });
    }

    [SkippableTheory]
    [MemberData(nameof(DecodeFiles))]
    public void Ids_decode_to_the_references_text(string? file, string? form)
    {
        var tokenizer = Open(file, form);

        Assert.All(GoldenFolder.Lines(file!), line =>
        {
            Assert.Equal(line.GetProperty("text").GetString(), tokenizer.Decode(Ids(line), skipSpecialTokens: false));
            Assert.Equal(line.GetProperty("text_skip_special").GetString(), tokenizer.Decode(Ids(line), skipSpecialTokens: true));
        });
    }

    [SkippableTheory]
    [MemberData(nameof(ImageFiles))]
    public void Prompts_are_tokenised_piece_by_piece_round_their_images(string? file, string? form)
    {
        var tokenizer = Open(file, form);

        Assert.All(GoldenFolder.Lines(file!), line =>
            Assert.Equal(Ids(line), PromptTokens.EncodeWithPlaceholders(line.GetProperty("text").GetString()!, tokenizer)));
    }

    private static int[] Ids(JsonElement line) => line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();

    /// <summary>One row per case file and form: the folder as it is, one of its tokenizer*.json files, its older files.</summary>
    private static object?[][] FilesAndForms(string pattern)
    {
        var rows = GoldenFolder.Files("tokenizer", pattern)
            .SelectMany(file => Forms(FolderOf(file)).Select(form => new object?[] { file, form }))
            .ToArray();
        return rows.Length == 0 ? [[null, null]] : rows;
    }

    private static IEnumerable<string> Forms(string folder)
    {
        var json = GoldenFolder.Files(folder, "tokenizer*.json").Select(path => path.Split('/')[^1]).Where(name => name != "tokenizer_config.json");
        return File.Exists(GoldenFolder.PathOf(folder + "/merges.txt")) ? json.Append("vocab.json") : json;
    }

    private static ByteLevelTokenizer Open(string? file, string? form)
    {
        Skip.If(file is null || form is null, "no tokenizer cases in the golden folder");
        var source = GoldenFolder.PathOf(FolderOf(file));
        using var folder = new TemporaryFolder();
        string[] names = form == "vocab.json" ? ["vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"] : [form];
        foreach (var name in names.Where(name => File.Exists(Path.Combine(source, name))))
        {
            File.Copy(Path.Combine(source, name), folder[form == "vocab.json" ? name : "tokenizer.json"]);
        }

        if (file.EndsWith("cases_with_image_video_tokens.jsonl", StringComparison.Ordinal) && form == "vocab.json")
        {
            AddImageAndVideo(folder);
        }

        return ByteLevelTokenizer.Open(folder.FullName);
    }

    /// <summary>As the llava-hf checkpoints have them: two more special tokens after the last.</summary>
    private static void AddImageAndVideo(TemporaryFolder folder)
    {
        var next = ByteLevelTokenizer.Open(folder.FullName).VocabularySize;
        var map = string.Join(",", new[] { "<image>", "<video>" }.Select((content, i) =>
            $$"""
            "{{next + i}}":{"content":"{{content}}","special":true,"normalized":false,"lstrip":false,"rstrip":false,"single_word":false}
            """));
        var config = File.ReadAllText(folder["tokenizer_config.json"]);
        var start = config.IndexOf("\"added_tokens_decoder\": {", StringComparison.Ordinal) + "\"added_tokens_decoder\": {".Length;
        File.WriteAllText(folder["tokenizer_config.json"], config.Insert(start, map + ","), new UTF8Encoding(false));
    }

    private static string FolderOf(string file) => file[..file.LastIndexOf('/')];
}
