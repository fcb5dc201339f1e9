using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Comparison;
using LLaVAction.Reports;
using LLaVAction.Runs;
using LLaVAction.Tests.Comparison;

namespace LLaVAction.Tests.Reports;

public sealed partial class HtmlReportTests
{
    private static readonly ComparedRun[] Seeing = [MadeUpRuns.Of("org/strong", 0.7)];
    private static readonly ComparedRun[] Several =
        [MadeUpRuns.Of("org/strong", 0.7), MadeUpRuns.Of("org/weak", 0.4), MadeUpRuns.Of("org/strong", 0.3, Control.Blind) with { Label = "org/strong (blind)" }];

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        var page = Report(Seeing).ToHtml();

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
        var page = Report(Several).ToHtml();

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
    public void Tables_and_figures_are_numbered_in_the_order_they_stand_in()
    {
        var page = Report(Several).ToHtml();

        foreach (var kind in (string[])["Table", "Figure"])
        {
            int[] numbers = [.. Regex.Matches(page, $"<b>{kind} ([0-9]+)\\. ").Select(static match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
            Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
            Assert.True(numbers.Length >= 7, $"{numbers.Length} of {kind}");
        }

        // The paper's two tables come before everything else.
        Assert.True(page.IndexOf("Table 2. Accuracy by number of frames", StringComparison.Ordinal) < page.IndexOf("Figure 1.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("{{ models }}{% raw %}")]
    [InlineData("&lt;b&gt;")]
    public void Text_from_outside_stays_text(string hostile)
    {
        var run = MadeUpRuns.Of(hostile, 0.7);
        AskedSet[] sets = [.. run.Results.Sets.Select(set => set with { Questions = [.. set.Questions.Select(question => question with
        {
            Options = [.. question.Options.Select((option, index) => index == 0 ? $"{hostile} {option}" : option)],
            Narration = hostile,
            ParticipantId = hostile,
        })] })];
        run = run with { Results = RunResults.Merge(run.Identity, sets, [("results", new ResultFile([.. run.Results.Cells.SelectMany(cell => run.Results.Read(cell)).Select(static row => row.Result!)], 0, 0))]) };
        var report = Report([run], ReportExample.Choose([run], 8), "<date>");
        var page = report.ToHtml();

        // What a browser would parse has no element or attribute of theirs, and its text is what was given.
        var allowed = Tag().Matches(Report(Seeing).ToHtml()).Select(static tag => tag.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(Tag().Matches(page).Select(static tag => tag.Groups["name"].Value), name => Assert.Contains(name, allowed));
        Assert.Single(Regex.Matches(page, "<script"));
        Assert.True(hostile.IndexOfAny(['<', '"', '\'']) < 0 || !page.Contains(hostile, StringComparison.Ordinal));
        Assert.DoesNotContain("<date>", page, StringComparison.Ordinal);
        Assert.Contains(hostile, WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.All(report.Figures, figure => Assert.NotNull(XDocument.Parse(figure.Svg).Root));
    }

    [Fact]
    public void Figures_are_files_of_their_own_that_show_every_estimate_with_its_interval()
    {
        var comparison = RunComparison.Of(Several, SplitFiles.None);
        var figures = new HtmlReport(Content(comparison, [])).Figures.ToDictionary(static figure => figure.Name, static figure => XDocument.Parse(figure.Svg), StringComparer.Ordinal);

        Assert.Equal(
            [
                "figure-1-accuracy-by-frames.svg", "figure-2-paired-differences.svg", "figure-3-seeing-and-blind.svg", "figure-4-splits.svg",
                "figure-5-truth-rank.svg", "figure-6-confusions.svg", "figure-7-letters.svg",
            ],
            figures.Keys);
        string[] titles = [.. figures.Values.Elements().Descendants().Where(static element => element.Name.LocalName == "title").Select(static title => title.Value)];
        foreach (var cell in comparison.Cells)
        {
            Assert.Contains(FormattableString.Invariant($"{cell.Summary.Frames} frames: {100 * cell.Summary.Accuracy:0.0} % ({100 * cell.Interval.Lower:0.0} % to {100 * cell.Interval.Upper:0.0} %)"), titles);
        }

        foreach (var pair in comparison.Pairs.Where(static pair => pair.DiffersIn is "model" or "control"))
        {
            Assert.Contains(FormattableString.Invariant($"{100 * pair.Difference.Estimate:+0.0;−0.0;0.0} ({100 * pair.Difference.Lower:+0.0;−0.0;0.0} to {100 * pair.Difference.Upper:+0.0;−0.0;0.0})"), titles);
        }

        // A legend names what is drawn: blind where a blind run was given.
        Assert.Contains("blind", figures["figure-3-seeing-and-blind.svg"].Root!.Elements().Select(static element => element.Value));
        Assert.DoesNotContain("blind", XDocument.Parse(Report(Seeing).Figures.Single(static figure => figure.Name == "figure-3-seeing-and-blind.svg").Svg).Root!.Elements().Select(static element => element.Value));

        // Sets whose predictions are simulated say so in the picture too.
        Assert.Contains("tim (simulated)", figures["figure-1-accuracy-by-frames.svg"].Root!.Value, StringComparison.Ordinal);
        Assert.Contains("strong, tim (simulated), 8 frames: blind − video", figures["figure-2-paired-differences.svg"].Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_table_has_a_row_a_model_and_a_column_a_strategy()
    {
        var comparison = RunComparison.Of(Several, SplitFiles.None);
        var table = ReportTables.ByStrategy(comparison.Cells, 8);

        Assert.Equal(["Model", "random", "tim"], table.Columns.Select(static column => column.Title).Order(StringComparer.Ordinal));
        Assert.Equal(["org/strong", "org/weak", "org/strong (blind), blind", "Chance", "Options only"], table.Rows.Select(static row => row[0].Text));
        foreach (var cell in comparison.Cells.Where(static cell => cell.Summary.Frames == 8))
        {
            var row = table.Rows.Single(row => row[0].Text == cell.SeriesName);
            var column = table.Columns.Index().Single(column => column.Item.Title == cell.Summary.Strategy).Index;
            Assert.Equal(FormattableString.Invariant($"{100.0 * cell.Summary.Correct / cell.Summary.Questions:0.0} %"), row[column].Text);
            Assert.Equal(FormattableString.Invariant($"{100 * cell.Interval.Lower:0.0}–{100 * cell.Interval.Upper:0.0}"), row[column].Notes[0]);
        }

        // A caveat of a whole column stands in its heading.
        Assert.Equal(["simulated"], table.Columns.Single(static column => column.Title == "tim").Notes);
        Assert.All(table.Rows, static row => Assert.All(row, static cell => Assert.DoesNotContain("simulated", cell.Notes)));
    }

    [Fact]
    public void The_second_table_has_a_row_a_model_and_strategy_and_a_column_a_frame_count()
    {
        var table = ReportTables.ByFrames(RunComparison.Of(Seeing, SplitFiles.None).Cells);

        Assert.Equal(["Model, strategy", "8 frames", "16 frames"], table.Columns.Select(static column => column.Title));
        Assert.Equal(["org/strong, random", "org/strong, tim"], table.Rows.Select(static row => row[0].Text).Order(StringComparer.Ordinal));
        Assert.Equal(["simulated"], table.Rows.Single(static row => row[0].Text == "org/strong, tim")[0].Notes);
    }

    [Fact]
    public void The_tables_of_a_paper_say_interval_and_caveat_in_each_cell()
    {
        var comparison = RunComparison.Of(Seeing, SplitFiles.None);
        var sections = ReportTables.ForPaper(comparison.Cells);
        var cell = comparison.Cells.Single(static cell => cell.Summary is { Strategy: "tim", Frames: 16 });

        Assert.Equal(["strategies", "frames"], sections.Select(static section => section.Key));
        Assert.Contains(sections[0].Table.Columns, static column => column.Title == "tim (simulated)");
        Assert.Equal(
            ["org/strong, tim (simulated)", FormattableString.Invariant($"{100 * cell.Summary.Accuracy:0.0} % ({100 * cell.Interval.Lower:0.0}–{100 * cell.Interval.Upper:0.0})")],
            sections[1].Table.Rows.Single(static row => row[0]!.ToString()!.Contains("tim", StringComparison.Ordinal)).Where(static (_, column) => column != 1));
        Assert.Equal([true, false], ReportTables.ForPaper([cell]).Select(static section => section.Table.Rows.Count > 0));
        Assert.All(ReportTables.ForPaper([]), static section => Assert.Empty(section.Table.Rows));
    }

    [Fact]
    public void The_methods_and_the_command_are_written_from_the_run()
    {
        var run = MadeUpRuns.Of("strong", 0.7);
        var methods = string.Join('\n', ReportMethods.Paragraphs([run, MadeUpRuns.Of("weak", 0.4)]));

        Assert.Contains("Questions with 5 options about 240 clips, option texts: narration; sets: ", methods, StringComparison.Ordinal);
        Assert.Contains("answered with 8, 16 frames per clip (midpoint sampling)", methods, StringComparison.Ordinal);
        Assert.Contains("(fake on cpu, float32)", methods, StringComparison.Ordinal);
        Assert.Contains("Task mqa, egocentric prompt, time instruction off. Answers were scored by letter.", methods, StringComparison.Ordinal);
        Assert.Contains("without any video", ReportMethods.Of(MadeUpRuns.Of("strong", 0.7, Control.Blind)), StringComparison.Ordinal);

        // What two runs share is said once.
        Assert.Single(Regex.Matches(methods, Regex.Escape("tim (240 of 240 questions, simulated predictions)")));
        var record = run.Record with { Configuration = new Dictionary<string, string> { ["frames"] = "8,16", ["model"] = "my model", ["retry-failed"] = "true", ["ids"] = "", ["shard"] = "1/1", ["seed"] = "7" } };
        var defaults = new Dictionary<string, string> { ["shard"] = "1/1", ["seed"] = "42" };
        Assert.Equal("llavaction evaluate-model --frames 8,16 --model 'my model' --retry-failed --seed 7", ReportMethods.CommandLine(record, defaults));
    }

    [Fact]
    public void The_same_runs_give_the_same_page() => Assert.Equal(Report(Several).ToHtml(), Report(Several).ToHtml());

    private static HtmlReport Report(ComparedRun[] runs, IReadOnlyList<ReportExample>? examples = null, string date = "") =>
        new(Content(RunComparison.Of(runs, SplitFiles.None), examples ?? ReportExample.Choose(runs, 4), date));

    private static ReportContent Content(RunComparison comparison, IReadOnlyList<ReportExample> examples, string date = "") => new(
        comparison,
        [new BenchmarkCard(comparison.Runs[0].Manifest, new string('a', 64), [])],
        examples,
        ClassNames.Of(comparison.Runs, SplitFiles.None),
        new Dictionary<string, string>(),
        date);

    [GeneratedRegex("(src|href)=\"(?!#|data:)|url\\(|@import")]
    private static partial Regex ExternalReference();

    [GeneratedRegex("<(?<close>/?)(?<name>[a-zA-Z][a-zA-Z0-9]*)(\\s[^<>]*?)?(?<self>/?)>")]
    private static partial Regex Tag();

    [GeneratedRegex("\\sid=\"([^\"]*)\"")]
    private static partial Regex Id();

    [GeneratedRegex("(?:aria-labelledby=\"|href=\"#)([^\"]*)\"")]
    private static partial Regex Reference();
}
