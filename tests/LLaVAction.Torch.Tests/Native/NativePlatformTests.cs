using LLaVAction.Testing;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Native;

public sealed class NativePlatformTests
{
    [Theory]
    [InlineData("linux-x64")]
    [InlineData("linux-arm64")]
    [InlineData("osx-x64")]
    [InlineData("osx-arm64")]
    [InlineData("win-x64")]
    [InlineData("win-arm64")]
    public void A_header_tells_the_platform(string platform)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["library"], FakeLibrary.Header(platform));

        Assert.Equal(platform, NativePlatform.Of(folder["library"]));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x7f, 0x45, 0x4c, 0x46 })]
    [InlineData(new byte[] { 0x4d, 0x5a })]
    public void What_is_no_library_has_no_platform(byte[] start)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["short"], start);
        File.WriteAllBytes(folder["long"], [.. start.Take(2), .. Enumerable.Repeat((byte)0xff, 200)]);

        Assert.Null(NativePlatform.Of(folder["short"]));
        Assert.Null(NativePlatform.Of(folder["long"]));
    }

    [Fact]
    public void The_library_of_this_process_is_for_this_platform()
    {
        var runtime = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, NativePlatform.FileName("coreclr", NativePlatform.Current));

        Assert.Equal(NativePlatform.Current, NativePlatform.Of(runtime));
    }
}
