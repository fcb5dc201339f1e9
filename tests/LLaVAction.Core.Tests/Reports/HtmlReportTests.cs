using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using LLaVAction.Comparison;
using LLaVAction.Reports;
using LLaVAction.Runs;
using LLaVAction.Tables;
using LLaVAction.Testing;
using LLaVAction.Tests.Comparison;

namespace LLaVAction.Tests.Reports;

public sealed partial class HtmlReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        var page = Page();

        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(ExternalReference(), page);

        // One script, named by its hash in the page's policy, so that none that came with the data can run.
        var script = Assert.Single(Regex.Matches(page, "<script>(?<code>.*?)</script>", RegexOptions.Singleline | RegexOptions.ExplicitCapture)).Groups["code"].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains($"script-src 'sha256-{hash}'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_element_is_closed_and_every_reference_on_the_page_has_one_target()
    {
        var page = Page();

        var open = new Stack<string>();
        foreach (Match tag in Tag().Matches(page))
        {
            var name = tag.Groups["name"].Value;
            if (tag.Groups["close"].Length > 0)
            {
                Assert.Equal(name, open.Pop());
            }
            else if (tag.Groups["self"].Length == 0 && name is not ("meta" or "img" or "br"))
            {
                open.Push(name);
            }
        }

        Assert.Empty(open);
        string[] ids = [.. Id().Matches(page).Select(static match => match.Groups[1].Value)];
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.All(Reference().Matches(page), match => Assert.Contains(match.Groups[1].Value, ids));
    }

    [Fact]
    public void The_methods_and_the_command_are_written_from_the_run()
    {
        var run = MadeUpRuns.Of("strong", 0.7);

        var methods = ReportMethods.Of(run);

        Assert.Contains("answered 5-option questions about 240 clips with 8, 16 frames per clip (midpoint sampling)", methods, StringComparison.Ordinal);
        Assert.Contains("(fake on cpu, float32)", methods, StringComparison.Ordinal);
        Assert.Contains("tim (240 of 240 questions, simulated predictions)", methods, StringComparison.Ordinal);
        Assert.Contains("Task mqa, egocentric prompt, time instruction off. Answers were scored by letter.", methods, StringComparison.Ordinal);
        Assert.Contains("without any video", ReportMethods.Of(MadeUpRuns.Of("strong", 0.7, Control.Blind)), StringComparison.Ordinal);
        var record = run.Record with { Configuration = new Dictionary<string, string> { ["frames"] = "8,16", ["model"] = "my model", ["retry-failed"] = "true", ["ids"] = "", ["shard"] = "1/1", ["seed"] = "7" } };
        var defaults = new Dictionary<string, string> { ["shard"] = "1/1", ["seed"] = "42" };
        Assert.Equal("llavaction evaluate-model --frames 8,16 --model 'my model' --retry-failed --seed 7", ReportMethods.CommandLine(record, defaults));
    }

    [Fact]
    public void Differences_are_drawn_with_their_intervals()
    {
        var comparison = RunComparison.Of([MadeUpRuns.Of("weak", 0.5), MadeUpRuns.Of("strong", 0.8)], SplitFiles.None);

        var plot = ForestPlot.Draw(comparison);

        Assert.Equal(comparison.Pairs.Count, Regex.Count(plot, "<rect "));
        Assert.Contains("strong − weak: random, 8 frames", plot, StringComparison.Ordinal);
        Assert.Equal("", ForestPlot.Draw(comparison with { Pairs = [] }));
    }

    [Fact]
    public void Text_from_outside_is_escaped()
    {
        var page = Page("<b onload=\"x\">&model");

        Assert.DoesNotContain("<b onload", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b onload=&quot;x&quot;&gt;&amp;model", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_matrix_shows_each_cell_with_its_interval_and_its_caveats()
    {
        var comparison = RunComparison.Of([MadeUpRuns.Of("strong", 0.7)], SplitFiles.None);
        var html = new HtmlText();

        AccuracyMatrix.Write(html, comparison.Cells);

        var matrix = html.ToString();
        foreach (var cell in comparison.Cells)
        {
            Assert.Contains($"<strong>{HtmlText.Percent(cell.Summary.Accuracy!.Value)}</strong>", matrix, StringComparison.Ordinal);
            Assert.Contains(FormattableString.Invariant($"{100 * cell.Interval.Lower:0.0}–{100 * cell.Interval.Upper:0.0} %"), matrix, StringComparison.Ordinal);
        }

        Assert.Equal(2, Regex.Count(matrix, "<tr><th scope=\"row\">"));
        Assert.Matches("tim<small>strong<br>simulated</small>", matrix);
        Assert.Matches("random<small>strong</small>", matrix);
    }

    [Fact]
    public void A_table_says_once_what_is_the_same_in_every_row_and_leaves_out_what_is_empty()
    {
        var table = new Table(
            new TableColumn("run", "Model"), new TableColumn("n", "Number", ColumnAlignment.Right), new TableColumn("empty", "Empty"),
            new TableColumn("kind", "Kind"));
        table.Add("one", 3, null, "a").Add("one", 3, null, "b");
        var html = new HtmlText();

        HtmlTable.Write(html, "id", "Caption", table);

        var text = html.ToString();
        Assert.Contains("In every row: model one.", text, StringComparison.Ordinal);
        Assert.Equal(["Number", "Kind"], HeaderCell().Matches(text).Select(static match => match.Groups[1].Value));
        Assert.Equal(2, Regex.Count(text, "<td class=\"number\">3</td>"));
    }

    private string Page(string model = "strong")
    {
        var path = _folder["run"];
        Directory.CreateDirectory(path);
        var run = MadeUpRuns.Of(model, 0.7);
        File.WriteAllBytes(Path.Combine(path, RunRecord.FileName), RunJson.ToBytes(new Runs.SyntheticRun(3).Record));
        var runs = new[] { run with { Path = path } };
        return HtmlReport.Write(RunComparison.Of(runs, SplitFiles.None), [], ReportExample.Choose(runs, 4), new Dictionary<string, string>());
    }

    [GeneratedRegex("(src|href)=\"(?!#|data:)|url\\(|@import")]
    private static partial Regex ExternalReference();

    [GeneratedRegex("<(?<close>/?)(?<name>[a-z][a-z0-9]*)(\\s[^<>]*?)?(?<self>/?)>")]
    private static partial Regex Tag();

    [GeneratedRegex("\\sid=\"([^\"]*)\"")]
    private static partial Regex Id();

    [GeneratedRegex("(?:aria-labelledby=\"|href=\"#)([^\"]*)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<th scope=\"col\"[^>]*>([^<]*)</th>")]
    private static partial Regex HeaderCell();
}
