using LLaVAction.Benchmarks;

namespace LLaVAction.Core.Tests.Benchmarks;

public sealed class OptionTextTests
{
    [Theory]
    [InlineData("take plate", "take plate")]
    [InlineData("  Take PLATE. ", "take plate")]
    [InlineData("take plate...", "take plate")]
    [InlineData("take plate . .", "take plate")]
    [InlineData("take no. 2", "take no. 2")]
    [InlineData(".", "")]
    public void Texts_are_compared_trimmed_in_lower_case_without_final_periods(string text, string expected) =>
        Assert.Equal(expected, OptionText.Normalise(text));

    [Fact]
    public void Settings_are_written_as_on_the_command_line()
    {
        Assert.Equal(["narration", "official-key", "gt-key", "random-narration", "top1-narration", "first-sample"], SettingNames.All<Representation>());
        Assert.Equal(["mqa", "recognition", "training"], SettingNames.All<Protocol>());
        Assert.Equal(["keep", "exclude", "replace"], SettingNames.All<AmbiguousDistractors>());
        Assert.True(SettingNames.TryParse<Representation>("gt-key", out var parsed) && parsed == Representation.GtKey);
        Assert.False(SettingNames.TryParse<Representation>("GtKey", out _));
    }
}
