using System.Globalization;
using System.Text;
using CsCheck;
using LLaVAction.Epic;

namespace LLaVAction.Core.Tests.Epic;

public sealed class EpicTimestampTests
{
    [Theory]
    [InlineData("00:00:00.00", 0)]
    [InlineData("00:01:38.48", 98.48)]
    [InlineData("01:02:03.456", 3723.456)]
    [InlineData("99:59:59.999", 359999.999)]
    public void Timestamps_are_the_nearest_double(string text, double seconds)
    {
        Assert.True(EpicTimestamp.TryParse(Encoding.ASCII.GetBytes(text), out var parsed));
        Assert.Equal(seconds, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00:00:00")]
    [InlineData("00:00:00.1")]
    [InlineData("00:00:00.1234")]
    [InlineData("0:00:00.12")]
    [InlineData("00:60:00.12")]
    [InlineData("00:00:60.12")]
    [InlineData("00:00:00,12")]
    [InlineData("00-00-00.12")]
    [InlineData(" 0:00:00.12")]
    [InlineData("+0:00:00.12")]
    [InlineData("00:00:00.1x")]
    public void Other_forms_are_refused(string text) =>
        Assert.False(EpicTimestamp.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Every_hundredth_of_an_hour_reads_back() => Gen.Int[0, 359_999].Sample(static hundredths =>
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{hundredths / 360_000:00}:{hundredths / 6000 % 60:00}:{hundredths / 100 % 60:00}.{hundredths % 100:00}");
        return EpicTimestamp.TryParse(Encoding.ASCII.GetBytes(text), out var seconds) && seconds == hundredths / 100.0;
    });
}
