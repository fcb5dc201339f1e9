using System.Text;
using LLaVAction.Benchmarks.Building;

namespace LLaVAction.Core.Tests.Benchmarks.Building;

public sealed class IdFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void Ids_stand_one_on_a_line_with_comments_and_empty_lines_between()
    {
        File.WriteAllText(_path, "\uFEFF# chosen by hand\r\nP01_11_0\r\n\r\n  P01_11_1\n");

        Assert.Equal(["P01_11_0", "P01_11_1"], IdFile.Read(_path).Order());
    }

    [Theory]
    [InlineData("narration_id\n\"P01_11_0\"\n\"P01_11_1\"\n")]
    [InlineData("\"narration_id\"\r\nP01_11_0\r\nP01_11_1\r\n")]
    [InlineData("video_id,narration_id\nP01_11,P01_11_0\nP01_11,\"P01_11_1\"\n")]
    public void Ids_may_have_a_header_quotes_and_other_columns(string text)
    {
        File.WriteAllText(_path, text);

        Assert.Equal(["P01_11_0", "P01_11_1"], IdFile.Read(_path).Order());
    }

    [Fact]
    public void Malformed_files_are_refused_with_the_place()
    {
        Assert.Contains("line 3: id 'a' comes a second time", Error("a\nb\na\n"), StringComparison.Ordinal);
        Assert.Contains("no id found", Error("# nothing\n"), StringComparison.Ordinal);
        Assert.Contains("no id found", Error("\"narration_id\"\n"), StringComparison.Ordinal);
        File.WriteAllBytes(_path, [.. Encoding.ASCII.GetBytes("abc"), 0xFF]);
        Assert.Contains("byte 0xFF at offset 3 is not UTF-8", Assert.Throws<InputException>(() => IdFile.Read(_path)).Message, StringComparison.Ordinal);
        Assert.Contains("no such file", Assert.Throws<InputException>(() => IdFile.Read(_path + ".missing")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    private string Error(string content)
    {
        File.WriteAllText(_path, content);
        return Assert.Throws<InputException>(() => IdFile.Read(_path)).Message;
    }
}
