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
    public void A_table_too_wide_for_a_terminal_stands_in_parts_with_every_number_whole()
    {
        var table = new Table(
        [
            new TableColumn("run", "Model"), new TableColumn("control", "Control"), TableColumn.Number("frames", "Frames"),
            .. Enumerable.Range(0, 12).Select(static column => TableColumn.Percent($"share{column}", $"Share number {column}")),
        ]);
        foreach (var frames in (int[])[8, 16])
        {
            table.Add(["lmms-lab/LLaVA-Video-7B-Qwen2 (as it was run)", "none", frames, .. Enumerable.Range(0, 12).Select(column => (object?)((frames + column) / 100.0))]);
        }

        var console = new TestConsole().Width(80);

        new ResultWriter(TextWriter.Null, new Lazy<IAnsiConsole>(console)).Write(table, ResultFormat.Table);

        Assert.All(console.Lines, static line => Assert.True(line.Length <= 80, line));
        Assert.StartsWith("In every row: model lmms-lab/LLaVA-Video-7B-Qwen2 (as it was run); control none.", console.Output, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 12), column => Assert.Contains($" {8 + column}.0 %", console.Output, StringComparison.Ordinal));

        // Each part begins with what tells its rows apart, and no cell takes two lines.
        var parts = console.Lines.Count(static line => line.Contains("Frames", StringComparison.Ordinal));
        Assert.InRange(parts, 2, 4);
        Assert.Equal(parts, console.Lines.Count(static line => line.TrimStart().StartsWith("16 ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_table_that_fits_is_one_whole()
    {
        var console = new TestConsole().Width(80);

        new ResultWriter(TextWriter.Null, new Lazy<IAnsiConsole>(console)).Write(
            new Table(new TableColumn("name", "Name"), TableColumn.Number("n", "Number")).Add("same", 1).Add("same", 2), ResultFormat.Table);

        Assert.DoesNotContain("In every row", console.Output, StringComparison.Ordinal);
        Assert.Equal(2, console.Lines.Count(static line => line.Contains("same", StringComparison.Ordinal)));
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
