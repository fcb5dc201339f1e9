using System.Text;
using System.Text.Json;
using LLaVAction.Embedded.Tokenization;
using LLaVAction.Models.Prompting;
using LLaVAction.Testing;

namespace LLaVAction.Embedded.Tests.Tokenization;

/// <summary>Every case file beside a tokenizer, in every form that the tokenizer's files come in.</summary>
public sealed class TokenizerGoldenTests
{
    public static IEnumerable<object?[]> EncodeFiles() => FilesAndForms("cases*.jsonl");

    public static IEnumerable<object?[]> DecodeFiles() => FilesAndForms("decode_cases*.jsonl");

    public static IEnumerable<object?[]> ImageFiles() => FilesAndForms("tokenizer_image_token_cases*.jsonl");

    public static IEnumerable<object?[]> PreTokenizeFiles() => GoldenFolder.Rows("tokenizer", "pretokenize_cases*.jsonl");

    public static IEnumerable<object?[]> NormalizationFiles() => GoldenFolder.Rows("tokenizer", "nfc_cases*.jsonl");

    [SkippableTheory]
    [MemberData(nameof(EncodeFiles))]
    public void Texts_encode_to_the_references_ids(string? file, string? form)
    {
        ByteLevelBpeTokenizer tokenizer = Open(file, form);

        Assert.All(GoldenFolder.Lines(file!), line =>
        {
            string text = line.GetProperty("text").GetString()!;
            Assert.Equal(Ids(line), tokenizer.Encode(text));
        });
    }

    [SkippableTheory]
    [MemberData(nameof(DecodeFiles))]
    public void Ids_decode_to_the_references_text(string? file, string? form)
    {
        ByteLevelBpeTokenizer tokenizer = Open(file, form);

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
        ByteLevelBpeTokenizer tokenizer = Open(file, form);

        Assert.All(GoldenFolder.Lines(file!), line =>
            Assert.Equal(Ids(line), PromptTokens.EncodeWithPlaceholders(line.GetProperty("text").GetString()!, tokenizer)));
    }

    [SkippableTheory]
    [MemberData(nameof(PreTokenizeFiles))]
    public void Texts_are_cut_into_the_references_pieces(string? file)
    {
        Skip.If(file is null, "no pre-tokenizer cases in the golden folder");

        Assert.All(GoldenFolder.Lines(file), line =>
        {
            string text = NfcNormalizer.Normalize(line.GetProperty("text").GetString()!);
            var ends = new List<int>();
            QwenPreTokenizer.Split(text, ends);
            IEnumerable<string> pieces = ends.Select((end, i) => text[(i == 0 ? 0 : ends[i - 1])..end]);
            Assert.Equal(line.GetProperty("pieces_after_nfc_without_special_token_splitting").EnumerateArray().Select(piece => piece.GetString()), pieces);
        });
    }

    [SkippableTheory]
    [MemberData(nameof(NormalizationFiles))]
    public void Texts_are_brought_into_form_C(string? file)
    {
        Skip.If(file is null, "no normalisation cases in the golden folder");

        Assert.All(GoldenFolder.Lines(file), line => Assert.Equal(line.GetProperty("nfc").GetString(), NfcNormalizer.Normalize(line.GetProperty("text").GetString()!)));
    }

    private static int[] Ids(JsonElement line) => line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();

    /// <summary>One row per case file and form: the folder as it is, one of its tokenizer*.json files, its older files.</summary>
    private static object?[][] FilesAndForms(string pattern)
    {
        object?[][] rows = GoldenFolder.Files("tokenizer", pattern)
            .SelectMany(file => Forms(FolderOf(file)).Select(form => new object?[] { file, form }))
            .ToArray();
        return rows.Length == 0 ? [[null, null]] : rows;
    }

    private static IEnumerable<string> Forms(string folder)
    {
        IEnumerable<string> json = GoldenFolder.Files(folder, "tokenizer*.json").Select(path => path.Split('/')[^1]).Where(name => name != "tokenizer_config.json");
        return File.Exists(GoldenFolder.PathOf(folder + "/merges.txt")) ? json.Append("vocab.json") : json;
    }

    private static ByteLevelBpeTokenizer Open(string? file, string? form)
    {
        Skip.If(file is null || form is null, "no tokenizer cases in the golden folder");
        string source = GoldenFolder.PathOf(FolderOf(file));
        using var folder = new TemporaryFolder();
        string[] names = form == "vocab.json" ? ["vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"] : [form];
        foreach (string name in names.Where(name => File.Exists(Path.Combine(source, name))))
        {
            File.Copy(Path.Combine(source, name), folder[form == "vocab.json" ? name : "tokenizer.json"]);
        }

        if (file.EndsWith("cases_with_image_video_tokens.jsonl", StringComparison.Ordinal) && form == "vocab.json")
        {
            AddImageAndVideo(folder);
        }

        return ByteLevelBpeTokenizer.Open(folder.FullName);
    }

    /// <summary>As the llava-hf checkpoints have them: two more special tokens after the last.</summary>
    private static void AddImageAndVideo(TemporaryFolder folder)
    {
        int next = ByteLevelBpeTokenizer.Open(folder.FullName).VocabularySize;
        string map = string.Join(",", new[] { "<image>", "<video>" }.Select((content, i) =>
            $$"""
            "{{next + i}}":{"content":"{{content}}","special":true,"normalized":false,"lstrip":false,"rstrip":false,"single_word":false}
            """));
        string config = File.ReadAllText(folder["tokenizer_config.json"]);
        int start = config.IndexOf("\"added_tokens_decoder\": {", StringComparison.Ordinal) + "\"added_tokens_decoder\": {".Length;
        File.WriteAllText(folder["tokenizer_config.json"], config.Insert(start, map + ","), new UTF8Encoding(false));
    }

    private static string FolderOf(string file) => file[..file.LastIndexOf('/')];
}
