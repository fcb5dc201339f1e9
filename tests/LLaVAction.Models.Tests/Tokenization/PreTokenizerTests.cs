using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Models.Tests.Tokenization;

public sealed class PreTokenizerTests
{
    [Fact]
    public void Form_C_of_form_C_is_itself() =>
        Prop.ForAll(ByteLevelTokenizerTests.AnyUtf16, text => NfcNormalizer.Normalize(NfcNormalizer.Normalize(text)) == NfcNormalizer.Normalize(text)).QuickCheckThrowOnFailure();

    [Fact]
    public void The_hand_written_splitter_cuts_as_the_pattern_does_in_the_basic_plane()
    {
        // .NET's own regex is an independent implementation of the pattern wherever a character is one UTF-16 unit;
        // only its case-insensitivity leaves out the long s.
        var pattern = new Regex(QwenPreTokenizer.Pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        Prop.ForAll(ByteLevelTokenizerTests.AnyUtf16, any =>
        {
            var text = string.Concat(any.Where(unit => !char.IsSurrogate(unit) && unit != 'ſ'));
            Assert.Equal(pattern.Matches(text).Select(match => (match.Index, match.Length)), QwenPreTokenizer.Split(text));
        }).QuickCheckThrowOnFailure();
    }
}
