using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Models.Tokenization;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Tokenization;

/// <summary>What the tokenizer must do with any text.</summary>
public sealed class ByteLevelTokenizerTests
{
    private static readonly string TinyFolder = Path.Combine(Repository.Root, "tests", "Goldens", "tokenizer", "tiny");

    private ByteLevelTokenizer? _tiny;

    /// <summary>Texts of any UTF-16 units, with those the pre-tokenizer and NFC treat specially made likely.</summary>
    public static Arbitrary<string> AnyUtf16 { get; } = Gen.OneOf(
            Gen.Choose(0, 0xFFFF),
            Gen.Choose(0x20, 0x7E),
            Gen.Choose(0xD800, 0xDFFF),
            Gen.Choose(0x300, 0x345),
            Gen.Choose(0x1100, 0x11FF),
            Gen.Elements(' ', '\n', '\r', '\t', '\'', 's', 'ſ', '\u00A0', '\u3000', '<', '|', '>').Select(unit => (int)unit))
        .Select(unit => (char)unit)
        .ArrayOf()
        .Select(units => new string(units))
        .ToArbitrary();

    private ByteLevelTokenizer Tiny => _tiny ??= ByteLevelTokenizer.Open(TinyFolder);

    /// <summary>Letters of a word that must take no more than seconds; the merging library takes quadratic time in it.</summary>
    private static int LongestWord => 20_000;

    [Fact]
    public void Any_UTF16_text_encodes_and_decodes_to_its_normal_form() =>
        Prop.ForAll(AnyUtf16, text =>
        {
            var ids = Tiny.Encode(text);
            Assert.All(ids, id => Assert.InRange(id, 0, Tiny.VocabularySize - 1));
            Assert.Equal(NfcNormalizer.Normalize(text), Tiny.Decode(ids, skipSpecialTokens: false));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_ids_decode() =>
        Prop.ForAll(Gen.Choose(-3, 2100).ArrayOf().ToArbitrary(), ids => Tiny.Decode(ids, skipSpecialTokens: true) is not null).QuickCheckThrowOnFailure();

    [Fact]
    public void Lone_surrogates_count_as_replacement_characters()
    {
        Assert.Equal(Tiny.Encode("a\uFFFDb"), Tiny.Encode("a\uD800b"));
        Assert.Equal(Tiny.Encode("\uFFFD\uFFFD"), Tiny.Encode("\uDC00\uD800"));
        Assert.Equal(Tiny.Encode("\uFFFD<|im_end|>"), Tiny.Encode("\uD83D<|im_end|>"));
    }

    [Fact]
    public void A_word_far_longer_than_any_prompt_takes_seconds_at_most()
    {
        string same = new('a', LongestWord);
        var mixed = string.Concat(Enumerable.Range(0, LongestWord).Select(i => (char)('a' + (i * 7919 % 26))));
        var clock = Stopwatch.StartNew();

        Assert.Equal(same, Tiny.Decode(Tiny.Encode(same), skipSpecialTokens: false));
        Assert.Equal(mixed, Tiny.Decode(Tiny.Encode(mixed), skipSpecialTokens: false));
        Assert.Equal(LongestWord, Tiny.Encode(new string(' ', LongestWord - 1) + "\u0301").Sum(id => Encoding.UTF8.GetByteCount(Tiny.Decode([id], false)) > 0 ? Tiny.Decode([id], false).Count(c => c == ' ') : 0) + 1);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
    }

    [Theory]
    [InlineData("<|im_end|>", 1997)]
    [InlineData("<image>", 1998)]
    [InlineData("A", 32)]
    [InlineData(" a", 258)]
    [InlineData("no such token", null)]
    [InlineData("", null)]
    [InlineData("\uD800", null)]
    public void Tokens_are_found_by_their_exact_text(string text, int? id) => Assert.Equal(id, Tiny.IdOf(text));

    [Fact]
    public void The_vocabulary_ends_after_the_last_added_token() => Assert.Equal(2000, Tiny.VocabularySize);

    [Fact]
    public void Special_tokens_are_left_out_when_asked()
    {
        var ids = Tiny.Encode("A. take plate<|im_end|>");

        Assert.Equal("A. take plate<|im_end|>", Tiny.Decode(ids, skipSpecialTokens: false));
        Assert.Equal("A. take plate", Tiny.Decode(ids, skipSpecialTokens: true));
    }

    [Fact]
    public void Pieces_that_are_tokens_are_taken_whole_where_the_file_says_so()
    {
        using var folder = new TemporaryFolder();
        var json = File.ReadAllText(Path.Combine(TinyFolder, "tokenizer.json"));
        var root = JsonNode.Parse(json)!;
        root["model"]!["ignore_merges"] = true;
        root["model"]!["merges"] = new JsonArray();
        File.WriteAllText(folder["tokenizer.json"], root.ToJsonString());
        var whole = ByteLevelTokenizer.Open(folder.FullName);
        var take = whole.IdOf(" take")!.Value;

        Assert.Equal([take, take], whole.Encode(" take take"));
        Assert.True(whole.Encode(" takes").Count > 1);
    }
}
