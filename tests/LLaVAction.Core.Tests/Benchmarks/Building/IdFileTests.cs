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

    [Fact]
    public void Malformed_files_are_refused_with_the_place()
    {
        Assert.Contains("line 3: id 'a' comes a second time", Error("a\nb\na\n"), StringComparison.Ordinal);
        Assert.Contains("no id found", Error("# nothing\n"), StringComparison.Ordinal);
        File.WriteAllBytes(_path, [.. Encoding.ASCII.GetBytes("abc"), 0xFF]);
        Assert.Contains("byte 3: not UTF-8", Assert.Throws<InputException>(() => IdFile.Read(_path)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<InputException>(() => IdFile.Read(_path + ".missing")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    private string Error(string content)
    {
        File.WriteAllText(_path, content);
        return Assert.Throws<InputException>(() => IdFile.Read(_path)).Message;
    }
}
