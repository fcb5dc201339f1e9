using LLaVAction.Cli.Output;
using Spectre.Console;
using Spectre.Console.Testing;
using Table = LLaVAction.Tables.Table;
using TableColumn = LLaVAction.Tables.TableColumn;

namespace LLaVAction.Cli.Tests.Output;

public sealed class ResultWriterTests
{
    private static readonly string Long = string.Join(' ', Enumerable.Repeat("word", 60));

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(120)]
    public void Tables_keep_to_the_width_of_a_terminal(int width)
    {
        var console = new TestConsole().Width(width);

        new ResultWriter(TextWriter.Null, new Lazy<IAnsiConsole>(console)).Write(Sample(), ResultFormat.Table);

        Assert.All(console.Output.Split('\n'), line => Assert.True(line.Length <= width, line));
        Assert.Contains("42", console.Output, StringComparison.Ordinal);
        Assert.Contains("[red]", console.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', console.Output);
    }

    [Fact]
    public void In_a_pipe_a_row_is_a_line_however_long()
    {
        using var text = new StringWriter();

        new ResultWriter(text).Write(Sample(), ResultFormat.Table);

        Assert.Contains(Long, text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_cannot_steer_a_terminal()
    {
        using var text = new StringWriter();
        using var escaping = new EscapingWriter(text);

        escaping.WriteLine("a\u001b[31mb\tc\rd");

        Assert.Equal("a\\u001B[31mb\tc\\u000Dd\n", text.ToString());
    }

    private static Table Sample() =>
        new Table(new TableColumn("text", "Text"), TableColumn.Number("number", "Number")).Add(Long, 42).Add("[red]x[/] \u001b[31m", 1);
}
