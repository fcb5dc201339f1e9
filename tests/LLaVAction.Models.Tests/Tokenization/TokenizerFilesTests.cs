using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Models.Tokenization;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Tokenization;

/// <summary>What the tokenizer must make of files from outside.</summary>
public sealed class TokenizerFilesTests : IDisposable
{
    private static readonly string TinyFolder = Path.Combine(Repository.Root, "tests", "Goldens", "tokenizer", "tiny");

    private static readonly string[] OlderFiles = ["vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"];

    private readonly TemporaryFolder _folder = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/model/type", "\"WordPiece\"", "BPE")]
    [InlineData("/model/dropout", "0.1", "dropout")]
    [InlineData("/model/end_of_word_suffix", "\"</w>\"", "end_of_word_suffix")]
    [InlineData("/model/merges", "[[\"a\"]]", "merges")]
    [InlineData("/model/merges", "[\"a b c\"]", "merges")]
    [InlineData("/model/merges", "[[\"zz\",\"q\"]]", "not in the vocabulary")]
    [InlineData("/model/vocab", "{\"a\":0}", "for byte 0x00")]
    [InlineData("/model/vocab", "{\"a\":0,\"b\":0}", "no other token")]
    [InlineData("/model/vocab", "{\"a\":-1}", "whole number from 0")]
    [InlineData("/model/vocab", "{\"a\":4194304}", "whole number from 0")]
    [InlineData("/normalizer", "{\"type\":\"NFKC\"}", "NFC or none")]
    [InlineData("/pre_tokenizer", "null", "pre_tokenizer is missing")]
    [InlineData("/pre_tokenizer", "{\"type\":\"Whitespace\"}", "Qwen2 pattern")]
    [InlineData("/pre_tokenizer/pretokenizers/0/pattern/Regex", "\"\\\\s+\"", "the pattern of Qwen2")]
    [InlineData("/pre_tokenizer/pretokenizers/0/behavior", "\"Removed\"", "Isolated")]
    [InlineData("/pre_tokenizer/pretokenizers/1/add_prefix_space", "true", "add_prefix_space")]
    [InlineData("/post_processor", "{\"type\":\"BertProcessing\"}", "post_processor")]
    [InlineData("/added_tokens/0/content", "\"\"", "has no text")]
    [InlineData("/added_tokens/0/id", "5", "has id 5")]
    [InlineData("/added_tokens/0/id", "\"5\"", "whole number")]
    public void What_would_change_ids_is_refused(string path, string value, string reason)
    {
        var root = JsonNode.Parse(File.ReadAllText(Path.Combine(TinyFolder, "tokenizer.json")))!;
        var keys = path.Split('/')[1..];
        var parent = keys[..^1].Aggregate(root, (node, key) => (node is JsonArray array ? array[int.Parse(key, null)] : node[key])!);
        parent[keys[^1]] = JsonNode.Parse(value);
        File.WriteAllText(_folder["tokenizer.json"], root.ToJsonString());

        var failure = Assert.Throws<InputException>(() => ByteLevelTokenizer.Open(_folder.FullName));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_tokenizer_says_what_was_expected()
    {
        var failure = Assert.Throws<InputException>(() => ByteLevelTokenizer.Open(_folder.FullName));

        Assert.Contains("tokenizer.json, or vocab.json and merges.txt", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merges_with_windows_line_ends_and_no_version_line_mean_the_same()
    {
        Copy(OlderFiles);
        var merges = File.ReadAllText(_folder["merges.txt"]);
        File.WriteAllText(_folder["merges.txt"], merges[(merges.IndexOf('\n', StringComparison.Ordinal) + 1)..].Replace("\n", "\r\n", StringComparison.Ordinal));

        Assert.Equal(ByteLevelTokenizer.Open(TinyFolder).Encode("take the plate"), ByteLevelTokenizer.Open(_folder.FullName).Encode("take the plate"));
    }

    [Fact]
    public void Without_flags_a_token_with_a_role_is_special()
    {
        Copy(["vocab.json", "merges.txt", "added_tokens.json"]);
        File.WriteAllText(_folder["tokenizer_config.json"], """{"eos_token":"<|im_end|>","pad_token":{"content":"<|endoftext|>"},"additional_special_tokens":["<|im_start|>"]}""");
        var tokenizer = ByteLevelTokenizer.Open(_folder.FullName);

        Assert.Equal("a<image>", tokenizer.Decode(tokenizer.Encode("<|im_start|>a<image><|im_end|><|endoftext|>"), skipSpecialTokens: true));
    }

    [Fact]
    public void Another_tokenizer_class_is_refused()
    {
        Copy(OlderFiles);
        File.WriteAllText(_folder["tokenizer_config.json"], """{"tokenizer_class":"GPT2Tokenizer"}""");

        Assert.Contains("Qwen2Tokenizer", Assert.Throws<InputException>(() => ByteLevelTokenizer.Open(_folder.FullName)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("added_tokens.json")]
    [InlineData("tokenizer_config.json")]
    public void A_damaged_file_is_a_clear_error_or_a_working_tokenizer(string name)
    {
        Copy(name == "tokenizer.json" ? [name] : OlderFiles);
        var whole = File.ReadAllBytes(_folder[name]);

        Prop.ForAll(Mutation.Of(whole).ToArbitrary(), damaged =>
        {
            File.WriteAllBytes(_folder[name], damaged);
            try
            {
                var tokenizer = ByteLevelTokenizer.Open(_folder.FullName);
                Assert.NotNull(tokenizer.Decode(tokenizer.Encode("A. take plate<|im_end|>\n"), skipSpecialTokens: false));
            }
            catch (InputException failure)
            {
                Assert.InRange(failure.Message.Length, 20, 1000);
                Assert.DoesNotContain('\n', failure.Message);
            }
        }).QuickCheckThrowOnFailure();
    }

    private void Copy(string[] names)
    {
        foreach (var name in names)
        {
            File.Copy(Path.Combine(TinyFolder, name), _folder[name]);
        }
    }
}
