using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Embedded.Tokenization;
using LLaVAction.Testing;

namespace LLaVAction.Embedded.Tests.Tokenization;

public sealed class ByteLevelBpeTokenizerTests
{
    private static readonly string TinyFolder = Path.Combine(Repository.Root, "tests", "Goldens", "tokenizer", "tiny");

    private static readonly ByteLevelBpeTokenizer Tiny = ByteLevelBpeTokenizer.Open(TinyFolder);

    /// <summary>Texts of any UTF-16 units, with those the pre-tokenizer and NFC treat specially made likely.</summary>
    private static readonly Arbitrary<string> AnyUtf16 = Gen.OneOf(
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

    [Fact]
    public void Any_UTF16_text_encodes_and_decodes_to_its_normal_form() =>
        Prop.ForAll(AnyUtf16, text =>
        {
            IReadOnlyList<int> ids = Tiny.Encode(text);
            Assert.All(ids, id => Assert.InRange(id, 0, Tiny.VocabularySize - 1));
            Assert.Equal(NfcNormalizer.Normalize(text), Tiny.Decode(ids, skipSpecialTokens: false));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_ids_decode() =>
        Prop.ForAll(Gen.Choose(-3, 2100).ArrayOf().ToArbitrary(), ids => Tiny.Decode(ids, skipSpecialTokens: true) is not null).QuickCheckThrowOnFailure();

    [Fact]
    public void Form_C_of_form_C_is_itself() =>
        Prop.ForAll(AnyUtf16, text => NfcNormalizer.Normalize(NfcNormalizer.Normalize(text)) == NfcNormalizer.Normalize(text)).QuickCheckThrowOnFailure();

    [Fact]
    public void The_hand_written_splitter_cuts_as_the_pattern_does_in_the_basic_plane()
    {
        // .NET's own regex is an independent implementation of the pattern wherever a character is one UTF-16 unit;
        // only its case-insensitivity leaves out the long s.
        var pattern = new Regex(QwenPreTokenizer.Pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        Prop.ForAll(AnyUtf16, any =>
        {
            string text = string.Concat(any.Where(unit => !char.IsSurrogate(unit) && unit != 'ſ'));
            var ends = new List<int>();
            QwenPreTokenizer.Split(text, ends);
            Assert.Equal(pattern.Matches(text).Select(match => match.Index + match.Length), ends);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Lone_surrogates_count_as_replacement_characters()
    {
        Assert.Equal(Tiny.Encode("a\uFFFDb"), Tiny.Encode("a\uD800b"));
        Assert.Equal(Tiny.Encode("\uFFFD\uFFFD"), Tiny.Encode("\uDC00\uD800"));
        Assert.Equal(Tiny.Encode("\uFFFD<|im_end|>"), Tiny.Encode("\uD83D<|im_end|>"));
    }

    [Fact]
    public void A_word_of_100000_letters_takes_no_quadratic_time()
    {
        string same = new('a', 100_000);
        string mixed = string.Concat(Enumerable.Range(0, 100_000).Select(i => (char)('a' + (i * 7919 % 26))));
        var clock = Stopwatch.StartNew();

        Assert.Equal(same, Tiny.Decode(Tiny.Encode(same), skipSpecialTokens: false));
        Assert.Equal(mixed, Tiny.Decode(Tiny.Encode(mixed), skipSpecialTokens: false));
        Assert.Equal(100_000, Tiny.Encode(new string(' ', 99_999) + "\u0301").Sum(id => Encoding.UTF8.GetByteCount(Tiny.Decode([id], false)) > 0 ? Tiny.Decode([id], false).Count(c => c == ' ') : 0) + 1);

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
        IReadOnlyList<int> ids = Tiny.Encode("A. take plate<|im_end|>");

        Assert.Equal("A. take plate<|im_end|>", Tiny.Decode(ids, skipSpecialTokens: false));
        Assert.Equal("A. take plate", Tiny.Decode(ids, skipSpecialTokens: true));
    }
}
